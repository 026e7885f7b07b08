// When a lab is well: what its nodes, its balancer and Phix itself say, with nothing left to do. What one story breaks must
// not be there when the next one begins.
import { until, type PhixUp } from './phix-up.ts'

export const NODES = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'] as const
const WELL_WITHIN_MS = 120_000
/** As long as the watch looks back. */
const WINDOW_MS = 5_000
const ENOUGH_REQUESTS = 5
const SLOW_MS = 250

interface Status {
  readonly clusters: readonly {
    readonly frozen: string | null
    readonly nodes: readonly { readonly name: string; readonly verdict: string; readonly desired: string }[]
  }[]
  readonly runs: readonly { readonly workflowId: string }[]
}

/** Waits until a lab is well; fails with what is not. */
export async function untilWell(up: PhixUp): Promise<void> {
  let seen: string | null = null
  const isWell = async (): Promise<boolean> => {
    seen = await notWell(up).catch((error: unknown) => String(error))
    return seen === null
  }
  await until(isWell, WELL_WITHIN_MS, () => `the lab is not well: ${seen}\n${up.said().slice(-2_000)}`)
}

/** Answers what is not well; null where everything is. */
async function notWell(up: PhixUp): Promise<string | null> {
  return (await nodesAreIll(up)) ?? (await requestsAreIll(up)) ?? (await phixSeesIllness(up))
}

async function nodesAreIll({ world }: PhixUp): Promise<string | null> {
  const healthy = await Promise.all(NODES.map((node) => world.isHealthy(node)))
  const ill = NODES.filter((_, index) => healthy[index] !== true)
  if (ill.length > 0) return `${ill.join(', ')} do not answer well`
  const wrong = (await world.backends()).filter(({ name, state }) => (state === 'in') !== isMember(name))
  return wrong.length > 0 ? `${wrong.map(({ name, state }) => `${name} is ${state}`).join(', ')} at the balancer` : null
}

async function requestsAreIll({ world }: PhixUp): Promise<string | null> {
  const by = await world.served(WINDOW_MS)
  const quickest = Math.min(...Object.values(by).map(({ p90_ms: takes }) => takes))
  const ill = NODES.flatMap((node) => {
    const { count = 0, errors = 0, p90_ms: takes = 0 } = by[node] ?? {}
    if (count < ENOUGH_REQUESTS) return [`${node} has served ${count} requests`]
    if (errors > 0) return [`${node} has failed ${errors} requests`]
    return takes >= SLOW_MS && takes > 4 * quickest ? [`${node} takes ${takes} ms`] : []
  })
  return ill.length > 0 ? ill.join(', ') : null
}

async function phixSeesIllness(up: PhixUp): Promise<string | null> {
  const { clusters, runs } = await up.json<Status>('status')
  if (runs.length > 0) return `${runs.map(({ workflowId }) => workflowId).join(', ')} is open`
  const [cluster] = clusters
  if (cluster === undefined) return 'there is no cluster'
  if (cluster.frozen !== null) return cluster.frozen
  const ill = cluster.nodes.filter(
    ({ name, verdict, desired }) => isMember(name) && (verdict !== 'healthy' || desired !== 'serving'),
  )
  if (ill.length > 0)
    return ill.map(({ name, verdict, desired }) => `${name} is ${verdict}, meant to be ${desired}`).join(', ')
  return null
}

const isMember = (name: string): boolean => (NODES as readonly string[]).includes(name)
