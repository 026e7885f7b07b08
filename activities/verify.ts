// The activity `verify`: did the run do what it is for? Looks again and again until every condition has held for the
// whole stable window, or the time is over. A condition that is false or unknown is a finding, never a failure.
import { setTimeout as sleep } from 'node:timers/promises'
import { evaluateCondition, ExpressionError, type Scope } from '../src/expressions/evaluate.ts'
import { findTarget } from '../src/inventory/find-target.ts'
import type { Json } from '../src/plan/json.ts'
import type { ActionManifest } from '../src/plan/manifest.ts'
import { LIMITS, type VerifyCall, type VerifyReport } from '../src/plan/run.ts'
import { createDetectorView, modeNames } from './evidence/detector-view.ts'
import { gatherEvidence, type EvidenceRoot } from './evidence/gather-evidence.ts'
import { isStable, look, NOT_HELD } from './evidence/hold-window.ts'
import { seenIn } from './evidence/seen-in.ts'
import { refused } from './wrapping/action-failure.ts'
import { beginAttempt } from './wrapping/attempt.ts'
import { capJson } from './wrapping/cap.ts'
import { classify } from './wrapping/classify.ts'
import { throwFailure } from './wrapping/throw-failure.ts'
import { untilSettled } from './wrapping/until-settled.ts'
import type { WorkerParts } from './wrapping/worker-parts.ts'

const HEARTBEAT_MS = 2_000
const MARGIN_MS = 10_000
const SHORTEST_PAUSE_MS = 50

/** For the words of a failure: verify is no action of the catalogue, but fails like a read. */
const AS_READ: ActionManifest = {
  name: 'verify',
  summary: 'Verify the result',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: {},
  output: {},
  timeoutMs: MARGIN_MS,
  heartbeatMs: HEARTBEAT_MS,
  targets: [],
}

/** Makes the activity. Fails: refused (target not in the inventory), unavailable. */
export function createVerify(worker: WorkerParts): (call: VerifyCall) => Promise<Json> {
  return async (call) => {
    const attempt = beginAttempt(call.withinMs + MARGIN_MS, HEARTBEAT_MS)
    try {
      const saw = (seen: string): void => attempt.tell({ progress: worker.masker.text(seen) })
      const report = await untilSettled(watchConditions(call, worker, attempt.signal, saw), attempt.signal)
      return capJson(worker.masker.json(report as unknown as Json), LIMITS.outputBytes).value
    } catch (error) {
      if (attempt.isCalledOff()) await attempt.calledOff()
      const overdueAfterMs = attempt.isOverdue() ? attempt.limitMs : null
      const failure = classify(error, {
        manifest: AS_READ,
        on: `\`${call.target}\``,
        effectBegan: false,
        overdueAfterMs,
      })
      const { masker, random } = worker
      return throwFailure(failure, { manifest: AS_READ, retry: undefined, attempt: attempt.number, masker, random })
    } finally {
      attempt.close()
    }
  }
}

async function watchConditions(
  call: VerifyCall,
  worker: WorkerParts,
  signal: AbortSignal,
  saw: (seen: string) => void,
): Promise<VerifyReport> {
  const target = findTarget(worker.inventory(), call.target, call.cluster)
  if (target === null) throw refused(`\`${call.target}\` is not in the inventory of cluster \`${call.cluster}\``)
  const readView = createDetectorView(worker.detector, target.cluster, worker.clock)
  const roots = rootsIn(call.that)
  const namesModes = call.that.some((condition) => /\bmodes\b/.test(condition))
  const endsAt = worker.clock() + call.withinMs
  let window = NOT_HELD
  for (;;) {
    const at = worker.clock()
    const view = await readView(signal)
    const modes = modeNames(view)
    const evidence = {
      ...(await gatherEvidence(roots, target, view?.targets ?? null, signal)),
      ...(namesModes && modes !== null ? { modes } : {}),
    }
    const unmet = unmetOf(call.that, { ...call.scope, ...evidence })
    window = look(window, unmet.length === 0, at)
    saw(unmet.length === 0 ? 'all conditions hold' : unmet.map(({ that, seen }) => `${that}: ${seen}`).join('; '))
    const now = worker.clock()
    if (isStable(window, now, call.stableMs) && now <= endsAt) return { held: true, unmet: [], evidence }
    if (now >= endsAt) return { held: false, unmet: unmet.length > 0 ? unmet : notLongEnough(call), evidence }
    await sleep(Math.min(endsAt - now, Math.max(SHORTEST_PAUSE_MS, call.everyMs)), undefined, { signal })
  }
}

const notLongEnough = ({ that, stableMs, withinMs }: VerifyCall): VerifyReport['unmet'] =>
  that.map((each) => ({
    that: each,
    seen: `held at the end, but not for ${stableMs / 1000} s on end within ${withinMs / 1000} s`,
  }))

/** Answers the conditions that are false or unknown, with the values that they looked at. */
function unmetOf(that: readonly string[], scope: Scope): VerifyReport['unmet'] {
  return that.flatMap((condition) => {
    try {
      return evaluateCondition(condition, scope) ? [] : [{ that: condition, seen: seenIn(condition, scope) }]
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      return [{ that: condition, seen: `unknown: ${seenIn(condition, scope)}` }]
    }
  })
}

const EVIDENCE_ROOTS: readonly EvidenceRoot[] = ['cluster', 'target', 'requests']

const rootsIn = (that: readonly string[]): ReadonlySet<EvidenceRoot> =>
  new Set(EVIDENCE_ROOTS.filter((root) => that.some((condition) => new RegExp(`\\b${root}\\b`).test(condition))))
