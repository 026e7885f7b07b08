// What a node measures of itself: CPU since the last look, resident memory against its limit, its spool against its
// quota, and its own requests of the last seconds.
import type { RequestSummary } from '../request-counts.ts'
import type { Durations } from './durations.ts'
import type { NodeConfig } from './node-config.ts'
import { usedBytes } from './spool.ts'

const LOOK_EVERY_MS = 1_000

export interface Performance {
  /** Shares, 0–1. */
  readonly cpu: number
  readonly memory: number
  readonly disk: number
  readonly latency_ms: number
  readonly error_rate: number
  readonly requests: number
}

export const memoryShare = ({ values }: NodeConfig): number =>
  process.memoryUsage.rss() / (values.memory_limit_mb * 1_048_576)

export const diskShare = (folder: string, { values }: NodeConfig): number =>
  usedBytes(folder) / (values.disk_quota_kb * 1_024)

/** Follows the CPU that this process uses, as a share of one core. */
export function followCpu(): () => number {
  let share = 0
  let used = process.cpuUsage()
  let at = performance.now()
  setInterval(() => {
    const { user, system } = process.cpuUsage(used)
    share = Math.min(1, (user + system) / 1_000 / (performance.now() - at))
    used = process.cpuUsage()
    at = performance.now()
  }, LOOK_EVERY_MS)
  return () => share
}

/** Writes the measures in Prometheus' text format. */
export function toPrometheus(
  measured: Performance,
  { count, errors }: Pick<RequestSummary, 'count' | 'errors'>,
  facts: Readonly<Record<string, number>>,
  durations: Durations,
): string {
  const lines: string[] = []
  const add = (name: string, kind: 'gauge' | 'counter', help: string, value: number): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, `${name} ${value}`)
  }
  add('lab_requests_total', 'counter', 'Requests to /api answered.', count)
  add('lab_request_errors_total', 'counter', 'Requests to /api answered with 5xx or cut.', errors)
  add('lab_cpu_ratio', 'gauge', 'CPU used of one core, 0-1.', measured.cpu)
  add('lab_memory_ratio', 'gauge', 'Resident memory of its limit, 0-1.', measured.memory)
  add('lab_disk_ratio', 'gauge', 'Spool of its quota, 0-1.', measured.disk)
  add('lab_latency_ms', 'gauge', 'Median latency of the last seconds.', measured.latency_ms)
  add('lab_error_ratio', 'gauge', 'Failed share of the last seconds, 0-1.', measured.error_rate)
  for (const [name, value] of Object.entries(facts)) add(`lab_${name}`, 'gauge', `${name} as told by the node.`, value)
  lines.push(...durations.lines('lab_request_duration_seconds', 'How long requests to /api took.'))
  return `${lines.join('\n')}\n`
}
