// The journal's record of each attempt at a change: when it began, how it ended (decision 0301 says what stops a step).
import { setTimeout as sleep } from 'node:timers/promises'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import type { Json } from '../../src/plan/json.ts'
import type { ActionManifest } from '../../src/plan/manifest.ts'
import type { ActionCall } from '../../src/plan/run.ts'
import { uncertain, unavailable } from './action-failure.ts'
import type { Log } from './log.ts'

/** A journal that does not answer within this is taken as not writable. */
const JOURNAL_LIMIT_MS = 2_000

export interface StepRecords {
  /** Before the first touch of the world. Fails: unavailable where it must be recorded and cannot; uncertain where a `no` began before. */
  begun(): Promise<void>
  /** After the attempt, whatever came of it. Never fails. */
  ended(outcome: Json): Promise<void>
  /** Keeps the first answer for all attempts of the step. Fails: unavailable. */
  chooseOnce(what: string, choose: () => Promise<Json>): Promise<Json>
}

export interface RecordedAttempt {
  readonly journal: Journal
  readonly log: Log
  readonly manifest: ActionManifest
  readonly call: ActionCall
  readonly attempt: number
  /** The attempt's arguments with secrets still as references. */
  readonly target: string | null
  now(): number
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
        if (isUncertain(error)) throw error
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
    async chooseOnce(what, choose) {
      const id = `choice/${what}`
      try {
        const kept = await inTime(findChoice(journal, call, `${call.idempotencyKey}/${id}`))
        if (kept !== undefined) return kept
        const chosen = await choose()
        await inTime(journal.append([record(id, { event: 'chosen', what, chosen })]))
        // Another attempt may have been quicker: the first record wins, so it is read back.
        return (await inTime(findChoice(journal, call, `${call.idempotencyKey}/${id}`))) ?? chosen
      } catch (error) {
        if (error instanceof JournalSilent || !(error instanceof Error) || error.name !== 'ActionFailure')
          throw unavailable(`the journal cannot keep what \`${manifest.name}\` chose (${textOf(error)})`, error)
        throw error
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

class JournalSilent extends Error {}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController()
  try {
    return await Promise.race([
      work,
      sleep(JOURNAL_LIMIT_MS, undefined, { signal: done.signal }).then(() => {
        throw new JournalSilent(`the journal did not answer within ${JOURNAL_LIMIT_MS / 1000} s`)
      }),
    ])
  } finally {
    done.abort()
  }
}

const isUncertain = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'uncertain'
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
