// Counts what the journal tells: decisions, triggers, and how runs ended. Each record once, from when this process began:
// a counter that starts anew is what Prometheus expects, one that jumps is not.
import { DECISION_KINDS, type Decision } from '../guard/protocol.ts'
import type { JournalRecord } from '../journal/journal.ts'
import type { Outcome, RunResult } from '../plan/run.ts'
import type { Metrics } from './create-metrics.ts'
import type { MetricsSources } from './metrics-sources.ts'
import { createMemory } from './remember-ids.ts'

/** Records are read from a little before the last reading: another process may have written with an older time. */
const OVERLAP_MS = 60_000
const MOST_RECORDS = 20_000

/** Creates the count. Answers whether the journal could be read. */
export function createCount(metrics: Metrics, { journal, now }: MetricsSources): () => Promise<boolean> {
  const began = now()
  const isNew = createMemory()
  let since = began
  return async () => {
    const from = since - OVERLAP_MS
    const readAt = now()
    try {
      for (const kind of ['decision', 'run'] as const) {
        const records = await journal.read({ kind, since: from, limit: MOST_RECORDS })
        for (const record of records) {
          if (record.at < began || !isNew(`${kind}/${record.id}`)) continue
          if (kind === 'decision') countDecision(metrics, record)
          else await countRun(metrics, journal, record)
        }
      }
      since = readAt
      return true
    } catch {
      return false // the journal's own metric says so, and the next reading catches up
    }
  }
}

function countDecision(metrics: Metrics, { body, cluster }: JournalRecord): void {
  if (!isDecision(body)) return
  metrics.add('phix_decisions_total', { cluster, kind: body.kind, reason: body.reason })
  metrics.add('phix_triggers_total', { cluster, trigger: body.trigger.kind })
}

const isDecision = (body: unknown): body is Decision =>
  typeof body === 'object' &&
  body !== null &&
  'kind' in body &&
  'trigger' in body &&
  DECISION_KINDS.some((kind) => kind === body.kind)

/** What the detector writes of a run that closed (guard/close.ts). */
interface ClosedRun {
  readonly runbook: string
  readonly outcome: Outcome
  readonly startedAt: number
  readonly result: RunResult | null
}

async function countRun(metrics: Metrics, journal: MetricsSources['journal'], record: JournalRecord): Promise<void> {
  const { cluster, target, workflowId } = record
  const { runbook, outcome, startedAt, result } = record.body as unknown as ClosedRun
  const decisions = await journal.read({ kind: 'decision', cluster, workflowId: workflowId ?? '', limit: 100 })
  const steps = await journal.read({ kind: 'step', cluster, workflowId: workflowId ?? '', limit: 1_000 })
  const triggers = decisions.flatMap(({ body }) => (isDecision(body) ? [body.trigger] : []))
  const endedAt = result?.endedAt ?? record.at

  metrics.add('phix_recoveries_total', { cluster, target: target ?? '', runbook, recovery: recoveryOf(outcome) })
  metrics.observe('phix_run_seconds', { cluster, runbook }, (endedAt - startedAt) / 1_000)
  if (outcome === 'effective') {
    const firstAt = Math.min(startedAt, ...triggers.map(({ at }) => at))
    metrics.observe('phix_recovery_seconds', { cluster, runbook }, (endedAt - firstAt) / 1_000)
  }
  if (triggers.some(({ kind }) => kind === 'verdict') && outcome !== 'refused')
    metrics.add('phix_suspicions_total', { cluster, judged: outcome === 'recovered' ? 'wrong' : 'right' })
  for (const { action, status } of stepsIn(steps)) metrics.add('phix_steps_total', { cluster, action, status })
}

function recoveryOf(outcome: Outcome): 'success' | 'failure' | 'nothing-to-do' {
  if (outcome === 'effective') return 'success'
  return outcome === 'recovered' || outcome === 'refused' ? 'nothing-to-do' : 'failure'
}

/** What the worker writes of an attempt (activities/wrapping/step-record.ts). */
interface AttemptRecord {
  readonly event?: 'begun' | 'ended'
  readonly action?: string
  readonly idempotencyKey?: string
  readonly outcome?: { readonly ok?: boolean }
}

/** One answer a step, whatever the number of its attempts: done once it was done, uncertain while no attempt was answered. */
function stepsIn(records: readonly JournalRecord[]): readonly { readonly action: string; readonly status: string }[] {
  const byKey = new Map<string, { action: string; status: 'completed' | 'failed' | 'uncertain' }>()
  for (const { body } of records) {
    const { event, action, idempotencyKey, outcome } = body as AttemptRecord
    if (event === undefined || action === undefined || idempotencyKey === undefined) continue
    const known = byKey.get(idempotencyKey) ?? { action, status: 'uncertain' as const }
    if (event === 'ended' && known.status !== 'completed') known.status = outcome?.ok === true ? 'completed' : 'failed'
    byKey.set(idempotencyKey, known)
  }
  return [...byKey.values()]
}
