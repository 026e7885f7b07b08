// The journal's record of each attempt at a change: when it began, how it ended (decision 0301 says what stops a step).
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import type { Json } from '../../src/plan/json.ts'
import type { ActionManifest } from '../../src/plan/manifest.ts'
import type { ActionCall } from '../../src/plan/run.ts'
import { ActionFailure, uncertain, unavailable } from './action-failure.ts'
import type { Log } from './log.ts'
import { within } from './within.ts'

/** A journal that does not answer within this is taken as not writable. */
const JOURNAL_LIMIT_MS = 2_000

export interface StepRecords {
  /** Before the first touch of the world. Fails: unavailable where it must be recorded and cannot; uncertain where a `no` began before. */
  readonly begun: () => Promise<void>
  /** After the attempt, whatever came of it. Never fails. */
  readonly ended: (outcome: Json) => Promise<void>
  /** Keeps the first answer for all attempts of the step. Fails: unavailable where it must be kept and cannot. */
  readonly chooseOnce: (what: string, keeping: 'must' | 'may', choose: () => Promise<Json>) => Promise<Json>
}

export interface RecordedAttempt {
  readonly journal: Journal
  readonly log: Log
  readonly manifest: ActionManifest
  readonly call: ActionCall
  readonly attempt: number
  /** The attempt's arguments with secrets still as references. */
  readonly target: string | null
  readonly now: () => number
}

/** Makes the records of one attempt. */
export function createStepRecords(recorded: RecordedAttempt): StepRecords {
  const { journal, log, manifest, call, attempt, target, now } = recorded
  const once = manifest.idempotency === 'no'
  const mustBeRecorded = once || manifest.effect === 'destroy'
  const record = (id: string, body: Json): JournalRecord => ({
    id: `${call.idempotencyKey}/${id}`,
    kind: 'step',
    at: now(),
    cluster: call.run.cluster,
    target,
    workflowId: call.run.workflowId,
    body,
  })
  const body = (event: string, more: Json): Json => ({
    event,
    action: manifest.name,
    stepId: call.run.stepId,
    attempt,
    idempotencyKey: call.idempotencyKey,
    args: call.args,
    ...(more as object),
  })
  return {
    async begun() {
      try {
        // One id for all attempts of a `no`: the store itself says whether somebody began it before.
        const id = once ? 'begun' : `${attempt}/begun`
        const isNew = (await inTime(journal.append([record(id, body('begun', {}))]))) > 0
        if (once && !isNew)
          throw uncertain(
            `\`${manifest.name}\` was begun before under this key and is never sent twice; look at the target, then \`supply\` or \`retry\``,
          )
      } catch (error) {
        if (error instanceof ActionFailure) throw error
        if (mustBeRecorded)
          throw unavailable(
            `the journal cannot be written (${textOf(error)}) and \`${manifest.name}\` is not done without a record of it; nothing was changed`,
            error,
          )
        log.error({ action: manifest.name, key: call.idempotencyKey, error: textOf(error) }, 'step not recorded')
      }
    },
    async ended(outcome) {
      try {
        await inTime(journal.append([record(`${attempt}/ended`, body('ended', { outcome }))]))
      } catch (error) {
        log.error({ action: manifest.name, key: call.idempotencyKey, error: textOf(error) }, 'end of step not recorded')
      }
    },
    async chooseOnce(what, keeping, choose) {
      const id = `choice/${what}`
      const key = `${call.idempotencyKey}/${id}`
      let chosen: Json | undefined
      try {
        const kept = await inTime(findChoice(journal, call, key))
        if (kept !== undefined) return kept
        chosen = await choose()
        await inTime(journal.append([record(id, { event: 'chosen', what, chosen })]))
        // Another attempt may have been quicker: the first record wins, so it is read back.
        return (await inTime(findChoice(journal, call, key))) ?? chosen
      } catch (error) {
        if (error instanceof ActionFailure) throw error
        if (keeping === 'must')
          throw unavailable(
            `the journal cannot keep what \`${manifest.name}\` chose (${textOf(error)}); nothing was changed`,
            error,
          )
        log.error({ action: manifest.name, what, error: textOf(error) }, 'choice not kept')
        return chosen ?? choose()
      }
    },
  }
}

const CHOICES_READ = 1_000

async function findChoice(journal: Journal, call: ActionCall, id: string): Promise<Json | undefined> {
  const { workflowId, cluster } = call.run
  const records = await journal.read({ kind: 'step', cluster, workflowId, limit: CHOICES_READ })
  const body = records.find((record) => record.id === id)?.body
  return (body as { chosen?: Json } | undefined)?.chosen
}

const inTime = <T>(work: Promise<T>): Promise<T> =>
  within(JOURNAL_LIMIT_MS, `the journal did not answer within ${JOURNAL_LIMIT_MS / 1000} s`, work)

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
