// Wraps one action into the activity that a worker runs. The order of what happens to a call is the order of this file.
// It knows no driver. Read next: attempt.ts (Temporal's side), classify.ts and throw-failure.ts (what fails how).
import { findTarget } from '../../src/inventory/find-target.ts'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import { LIMITS, type ActionCall } from '../../src/plan/run.ts'
import { createValidator, type Problem } from '../../src/schema/validator.ts'
import { ActionFailure, refused, rejected } from './action-failure.ts'
import type { Action, ActionContext } from './action.ts'
import { beginAttempt, type Attempt } from './attempt.ts'
import { capJson } from './cap.ts'
import { classify } from './classify.ts'
import { pollUntil } from './poll.ts'
import { resolveSecrets } from './secrets.ts'
import { createStepRecords, type StepRecords } from './step-record.ts'
import { throwFailure } from './throw-failure.ts'
import { StillRunning, untilSettled } from './until-settled.ts'
import type { WorkerParts } from './worker-parts.ts'

export type Activity = (call: ActionCall) => Promise<Json>

/** Time for the answer of a poll that ended at its own deadline. */
const POLL_MARGIN_MS = 2_000

/** Makes the activity of an action: everything that must be right for every action happens here, once. */
export function defineAction(action: Action, worker: WorkerParts): Activity {
  const { manifest } = action
  const inputProblems = createValidator(manifest.input)
  const outputProblems = createValidator(manifest.output)

  return async (call) => {
    const limitMs = call.poll === undefined ? manifest.timeoutMs : call.poll.timeoutMs + POLL_MARGIN_MS
    const attempt = beginAttempt(limitMs, manifest.heartbeatMs)
    const records = recordsOf(call, attempt)
    const effects = { began: false }
    const tell = (progress: string): void => attempt.tell({ progress: worker.masker.text(progress) })
    try {
      const args = await admitCall(call)
      const context = contextOf(call, attempt, records, effects, tell)
      const output = await untilSettled(perform(args, context), attempt.signal)
      return await handOver(output, call, records, effects.began)
    } catch (error) {
      return await fail(error, call, attempt, records, effects.began)
    } finally {
      attempt.close()
    }
  }

  /** Checks the arguments as they were written, then resolves the secrets in them. Fails: rejected, refused. */
  async function admitCall(call: ActionCall): Promise<JsonObject> {
    const problems = inputProblems(call.args)
    if (problems.length > 0) throw rejected(`\`${manifest.name}\` cannot use its arguments: ${sentenceOf(problems)}`)
    if (call.poll !== undefined && manifest.effect !== 'read')
      throw refused(`\`${manifest.name}\` changes things and cannot be polled; wait for a read`)
    return resolveSecrets(call.args, worker.secrets, worker.masker)
  }

  /** Branches once: a dry run only says, a poll looks again and again, a change goes through its lane. */
  async function perform(args: JsonObject, context: ActionContext): Promise<Json> {
    const { call } = context
    if (manifest.effect === 'read') {
      if (call.poll === undefined) return action.run(args, context)
      return pollUntil({
        spec: call.poll,
        lookMs: manifest.timeoutMs,
        look: (signal) => action.run(args, { ...context, signal }),
        saw: (seen, looks) => context.say(`look ${looks}: ${seen}`),
        signal: context.signal,
        clock: worker.clock,
      })
    }
    if (call.dryRun === true) return { would: (await action.would?.(args, context)) ?? manifest.summary }
    const settings = await worker.breakerSettings(call.run.cluster)
    return worker.lanes.run(laneOf(args, call), () => action.run(args, context), settings)
  }

  function contextOf(
    call: ActionCall,
    attempt: Attempt,
    records: StepRecords,
    effects: { began: boolean },
    say: (progress: string) => void,
  ): ActionContext {
    return {
      call,
      signal: attempt.signal,
      inventory: worker.inventory(),
      detector: worker.detector,
      journal: worker.journal,
      lanes: worker.lanes,
      allowedHosts: worker.allowedHosts,
      control: worker.control,
      say,
      chooseOnce: records.chooseOnce,
      mask: (text) => worker.masker.text(text),
      now: worker.now,
      async effect(act) {
        if (call.dryRun === true) throw new Error('a dry run reached an effect')
        attempt.signal.throwIfAborted()
        if (!effects.began) await records.begun()
        attempt.signal.throwIfAborted()
        await worker.failpoint('before-effect', manifest.name, call)
        effects.began = true
        const answer = await act()
        await worker.failpoint('after-effect', manifest.name, call)
        return answer
      },
    }
  }

  /** Checks, masks and caps what leaves. A dry run's answer has its own form. */
  async function handOver(output: Json, call: ActionCall, records: StepRecords, effectBegan: boolean): Promise<Json> {
    const problems = call.dryRun === true && manifest.effect !== 'read' ? [] : outputProblems(output)
    if (problems.length > 0)
      throw new ActionFailure(
        effectBegan && manifest.idempotency === 'no' ? 'uncertain' : 'rejected',
        `the answer of \`${manifest.name}\` is not what its manifest promises: ${sentenceOf(problems)}`,
      )
    const { value, cut } = capJson(worker.masker.json(output), LIMITS.outputBytes)
    if (cut) worker.log.warn({ action: manifest.name, run: call.run.workflowId }, 'output was cut')
    if (effectBegan) await records.ended({ ok: true, output: value })
    return value
  }

  /** Ends a failed attempt: as Temporal wants it where it was called off, else as a failure with its code. */
  async function fail(
    error: unknown,
    call: ActionCall,
    attempt: Attempt,
    records: StepRecords,
    effectBegan: boolean,
  ): Promise<never> {
    const isLost = effectBegan && manifest.idempotency === 'no'
    const overdueAfterMs = attempt.isOverdue() || error instanceof StillRunning ? attempt.limitMs : null
    const failure = classify(error, { manifest, on: nameOf(call), effectBegan, overdueAfterMs })
    const ended = { ok: false, code: failure.code, message: failure.message }
    const recorded = effectBegan ? records.ended(worker.masker.json(ended)) : Promise.resolve()
    // An attempt that must end now does not wait for a slow journal; the record is on its way.
    if (!attempt.signal.aborted) await recorded
    // What was sent once and never answered is uncertain also when the run was cancelled meanwhile.
    if (attempt.isCalledOff() && !isLost) await attempt.calledOff()
    const { masker, random } = worker
    return throwFailure(failure, { manifest, retry: call.retry, attempt: attempt.number, masker, random })
  }

  function recordsOf(call: ActionCall, attempt: Attempt): StepRecords {
    const { journal, log, now } = worker
    return createStepRecords({ journal, log, manifest, call, attempt: attempt.number, target: targetOf(call), now })
  }

  function targetOf(call: ActionCall): string | null {
    const name = call.args?.[manifest.targets[0] ?? '']
    return typeof name === 'string' && findTarget(worker.inventory(), name, call.run.cluster) !== null ? name : null
  }

  function nameOf(call: ActionCall): string {
    return `\`${targetOf(call) ?? call.run.target}\``
  }

  function laneOf(args: JsonObject, call: ActionCall): string | null {
    const own = action.laneOf?.(args) ?? targetOf(call)
    return own === null ? null : `${driverOf(manifest.name)}/${call.run.cluster}/${own}`
  }
}

const driverOf = (name: string): string => name.split('.')[0] ?? name

/** A value that is no object may have hundreds of problems; a person reads three. */
const PROBLEMS_TOLD = 3

const sentenceOf = (problems: readonly Problem[]): string =>
  problems
    .slice(0, PROBLEMS_TOLD)
    .map(({ path, message }) => `\`${path === '' ? 'the arguments' : path.slice(1).replaceAll('/', '.')}\` ${message}`)
    .join('; ') + (problems.length > PROBLEMS_TOLD ? `; and ${problems.length - PROBLEMS_TOLD} more` : '')
