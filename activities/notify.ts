// The activity `notify`: tells people. Channels of this version: the log and the journal. A channel that is down, or a
// group that nobody knows, is a note in the answer; it never stops a recovery.
import type { Json } from '../src/plan/json.ts'
import { LIMITS, type NotifyCall } from '../src/plan/run.ts'
import { capText } from './wrapping/cap.ts'
import { within } from './wrapping/within.ts'
import type { WorkerParts } from './wrapping/worker-parts.ts'

const JOURNAL_LIMIT_MS = 2_000

/** Makes the activity; the same key twice is one notification. Never fails. */
export function createNotify(worker: WorkerParts): (call: NotifyCall) => Promise<Json> {
  return async ({ to, message, idempotencyKey, run }) => {
    const { groups } = worker.inventory()
    const known = to.filter((name) => groups.some((group) => group.name === name))
    const notes = to
      .filter((name) => !known.includes(name))
      .map((name) => `nobody is told as \`${name}\`: the inventory has no such group`)
    const people = groups.filter(({ name }) => known.includes(name)).flatMap(({ members }) => members)
    const text = capText(worker.masker.text(message), LIMITS.messageBytes)

    let isNew = true
    try {
      const body = { to: [...to], people, message: text, stepId: run.stepId, notes }
      const { cluster, target, workflowId } = run
      const record = {
        id: idempotencyKey,
        kind: 'notification' as const,
        at: worker.now(),
        cluster,
        target,
        workflowId,
        body,
      }
      isNew = (await within(JOURNAL_LIMIT_MS, 'it did not answer', worker.journal.append([record]))) > 0
    } catch (error) {
      notes.push(`not in the journal: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (isNew) worker.log.warn({ to, people, run: run.workflowId, step: run.stepId }, text)
    return { told: people, isNew, notes: notes.map((note) => worker.masker.text(note)) }
  }
}
