// What a node tells of itself over its HTTP API. Fresh, direct, each question with its own time limit.
import type { HeartbeatSource, Node } from '../../src/inventory/inventory.ts'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import { ActionFailure } from '../wrapping/action-failure.ts'
import { exchangeJson, type Answer } from './exchange-json.ts'
import { connectOnce } from './connect-once.ts'

export interface DirectProbe {
  readonly answered: boolean
  readonly healthy: boolean
  /** '' where it is healthy. */
  readonly reason: string
  readonly latencyMs: number
}

/** Takes one direct probe. Never fails because of the node: that is `healthy: false` with a reason. */
export async function probeOnce(node: Node, heartbeat: HeartbeatSource, signal: AbortSignal): Promise<DirectProbe> {
  const startedAt = performance.now()
  const since = (): number => Math.round((performance.now() - startedAt) * 10) / 10
  try {
    if (heartbeat.kind === 'tcp') {
      await connectOnce(node.address, heartbeat.timeoutMs, signal)
      return { answered: true, healthy: true, reason: '', latencyMs: since() }
    }
    const path = heartbeat.path.split('/').filter(Boolean)
    const answer = await exchangeJson({ base: node.address, path, timeoutMs: heartbeat.timeoutMs, signal })
    const reason = reasonOf(answer)
    return { answered: true, healthy: reason === '', reason, latencyMs: since() }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure)
      return { answered: false, healthy: false, reason: error.message, latencyMs: since() }
    throw error
  }
}

function reasonOf({ status, json }: Answer): string {
  const told = json !== null && typeof json === 'object' ? (json as JsonObject) : {}
  const isWell = status >= 200 && status < 300 && (told['status'] === undefined || told['status'] === 'healthy')
  if (isWell) return ''
  const why = [told['reason'], told['status']].find((each) => typeof each === 'string') ?? 'no reason given'
  return `it answers ${status}: ${why}`
}

export interface LeaderClaim {
  readonly leader: boolean
  readonly term: number | null
}

const DETAIL_LIMIT_MS = 1_000

/** Answers what a node claims about leadership; null where it tells nothing in time. */
export async function readLeaderClaim(node: Node, signal: AbortSignal): Promise<LeaderClaim | null> {
  const status = await readDetail(node, ['cluster', 'status'], signal)
  if (typeof status?.['role'] !== 'string') return null
  return { leader: status['role'] === 'leader', term: Number.isInteger(status['term']) ? Number(status['term']) : null }
}

export type Usage = Partial<Readonly<Record<'cpu' | 'memory' | 'disk', number>>>

/** Answers what a node tells of its load; what it does not tell is missing. */
export async function readUsage(node: Node, signal: AbortSignal): Promise<Usage> {
  const told = await readDetail(node, ['metrics', 'performance'], signal)
  const known = (['cpu', 'memory', 'disk'] as const).filter((name) => typeof told?.[name] === 'number')
  return Object.fromEntries(known.map((name) => [name, told?.[name]])) as Usage
}

/** Answers a JSON object that a node tells at this path; null where it tells none in time. */
export async function readDetail(node: Node, path: readonly string[], signal: AbortSignal): Promise<JsonObject | null> {
  try {
    const { status, json } = await exchangeJson({ base: node.address, path, timeoutMs: DETAIL_LIMIT_MS, signal })
    return status === 200 && json !== null && typeof json === 'object' && !Array.isArray(json)
      ? (json as JsonObject)
      : null
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure) return null
    throw error
  }
}

export interface NodeConfig {
  readonly node: string
  readonly values: JsonObject
  readonly version?: Json
}

export interface NewConfig {
  readonly values: JsonObject
  readonly version?: number
}

const CONFIG_LIMIT_MS = 5_000

/** Reads a node's configuration. Fails: unavailable, rejected where it has none. */
export async function readConfig(node: Node, signal: AbortSignal): Promise<NodeConfig> {
  const answer = await exchangeJson({ base: node.address, path: ['config'], timeoutMs: CONFIG_LIMIT_MS, signal })
  return configFrom(node, answer)
}

/** Replaces a node's configuration. Fails: unavailable; rejected where the node says that it is wrong. */
export async function writeConfig(node: Node, config: NewConfig, key: string, signal: AbortSignal): Promise<void> {
  const answer = await exchangeJson({
    base: node.address,
    path: ['config'],
    method: 'PUT',
    body: { ...config },
    headers: { 'idempotency-key': encodeURIComponent(key) },
    timeoutMs: CONFIG_LIMIT_MS,
    signal,
  })
  if (answer.status >= 200 && answer.status < 300) return
  throw failureOf(node, answer)
}

function configFrom(node: Node, answer: Answer): NodeConfig {
  const { values, version } = (answer.json ?? {}) as { values?: JsonObject; version?: Json }
  if (answer.status !== 200 || values === undefined || values === null || typeof values !== 'object')
    throw failureOf(node, answer)
  return { node: node.name, values, ...(version === undefined ? {} : { version }) }
}

function failureOf(node: Node, { status, json }: Answer): ActionFailure {
  const told = json === null ? '' : `: ${JSON.stringify(json).slice(0, 300)}`
  const isOurs = status >= 400 && status < 500
  return new ActionFailure(isOurs ? 'rejected' : 'unavailable', `\`${node.name}\` answered ${status} to /config${told}`)
}
