// The balancer's admin API: who gets requests, and how the real requests went.
import type { BalancerSpec, Node } from '../../src/inventory/inventory.ts'
import type { Json } from '../../src/plan/json.ts'
import { refused, rejected, unavailable } from '../wrapping/action-failure.ts'
import { exchangeJson, type Answer } from './exchange-json.ts'

const LIMIT_MS = 3_000

export interface Backend {
  readonly name: string
  readonly url: string
  readonly state: 'in' | 'out'
}

export interface RequestStats {
  readonly count: number
  readonly errors: number
  readonly success_rate: number | null
  readonly rate: number
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  readonly by: Readonly<
    Record<
      string,
      {
        readonly count: number
        readonly errors: number
        readonly p50_ms: number | null
        readonly p90_ms?: number | null
      }
    >
  >
}

/** Lists all backends. Fails: unavailable. */
export async function listBackends(balancer: BalancerSpec, signal: AbortSignal): Promise<readonly Backend[]> {
  const answer = await exchangeJson({ base: balancer.admin, path: ['backends'], timeoutMs: LIMIT_MS, signal })
  const { backends } = answered(balancer, answer) as { backends?: unknown }
  if (!Array.isArray(backends)) throw unavailable(`the balancer at \`${balancer.admin}\` told no list of backends`)
  return backends.map(({ name, url, state }: Backend) => ({ name, url, state }))
}

/** Puts a backend in or out and reads it back. Fails: rejected; unavailable, also where it says yes and does not do it. */
export async function setBackend(
  balancer: BalancerSpec,
  node: Node,
  state: 'in' | 'out',
  signal: AbortSignal,
  idempotencyKey: string,
): Promise<void> {
  const answer = await exchangeJson({
    base: balancer.admin,
    path: ['backends', node.name],
    method: 'PUT',
    body: state === 'in' ? { state, url: node.address } : { state },
    headers: { 'idempotency-key': encodeURIComponent(idempotencyKey) },
    timeoutMs: LIMIT_MS,
    signal,
  })
  answered(balancer, answer)
  const now = (await listBackends(balancer, signal)).find(({ name }) => name === node.name)?.state ?? 'out'
  if (now !== state)
    throw unavailable(
      `the balancer at \`${balancer.admin}\` took the order for \`${node.name}\` but still has it \`${now}\`; look at its log`,
    )
}

/** Reads how real requests went. Fails: unavailable. */
export async function readRequestStats(
  balancer: BalancerSpec,
  windowMs: number,
  signal: AbortSignal,
): Promise<RequestStats> {
  const answer = await exchangeJson({
    base: balancer.admin,
    path: ['stats'],
    query: { window: String(windowMs) },
    timeoutMs: LIMIT_MS,
    signal,
  })
  const stats = answered(balancer, answer) as Partial<RequestStats>
  if (typeof stats.count !== 'number' || typeof stats.errors !== 'number')
    throw unavailable(`the balancer at \`${balancer.admin}\` told no counts`)
  return {
    count: stats.count,
    errors: stats.errors,
    success_rate: stats.success_rate ?? null,
    rate: stats.rate ?? 0,
    p50_ms: stats.p50_ms ?? null,
    p99_ms: stats.p99_ms ?? null,
    by: stats.by ?? {},
  }
}

/** Fails: refused where moving these out would leave nobody to answer requests. */
export function keepOneBackend(backends: readonly Backend[], leaving: readonly string[], service: string): void {
  const staying = backends.filter(({ name, state }) => state === 'in' && !leaving.includes(name))
  if (staying.length === 0)
    throw refused(
      `service \`${service}\` would be left without a backend; bring another one in first, or use \`traffic.off\` where that is meant`,
    )
}

function answered(balancer: BalancerSpec, { status, json }: Answer): Json {
  if (status >= 200 && status < 300 && json !== null && typeof json === 'object') return json
  const message = `the balancer at \`${balancer.admin}\` answered ${status}: ${JSON.stringify(json).slice(0, 300)}`
  throw status >= 400 && status < 500 ? rejected(message) : unavailable(`${message}; look at its log`)
}
