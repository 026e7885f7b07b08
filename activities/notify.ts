// The activity `notify`: tells people, through every channel by which they are reached (src/notify). A channel that is down, or
// a group that nobody knows, never stops a recovery: it is in the journal, and what was not delivered is said to the caller.
// Read next: send-message.ts (one message to one address), workflows/notification.ts (what cannot go out now).
import { ApplicationFailure } from '@temporalio/common'
import type { NotifySettings } from '../src/inventory/notify-settings.ts'
import { isAlwaysHeard, quietUntil } from '../src/notify/quiet-hours.ts'
import { everyOther, onlyBy, recipientsOf } from '../src/notify/recipients.ts'
import type { Json } from '../src/plan/json.ts'
import { LIMITS, type NotifyCall, type NotifyReport, type PagingPolicy } from '../src/plan/run.ts'
import { sendAll, type Sent } from './send-message.ts'
import { listOf, writeNotification } from './write-notification.ts'
import { capText } from './wrapping/cap.ts'
import type { WorkerParts } from './wrapping/worker-parts.ts'

/** What was not delivered is tried again after this. */
const AGAIN_MS = 1_000

/** Makes the activity; the same key twice is one notification. Fails: `unavailable`, where the call insists. */
export function createNotify(worker: WorkerParts): (call: NotifyCall) => Promise<Json> {
  return async (call) => {
    const report = await tell(worker, call)
    const { heldUntil, pendingAt } = report
    if (call.insist === true && (heldUntil !== undefined || pendingAt !== undefined))
      throw ApplicationFailure.create({
        type: 'unavailable',
        message: report.notes.at(-1) ?? 'not everybody was told',
        ...(heldUntil === undefined ? {} : { nextRetryDelay: Math.max(AGAIN_MS, heldUntil - worker.now()) }),
      })
    return report as unknown as Json
  }
}

async function tell(worker: WorkerParts, call: NotifyCall): Promise<NotifyReport> {
  const { to, run } = call
  const inventory = worker.inventory()
  const { deliveries, people, notes } = recipientsOf(inventory, to)
  const mask = (more: readonly string[]): readonly string[] => more.map((note) => worker.masker.text(note))
  const text = capText(worker.masker.text(call.message), LIMITS.messageBytes)
  const form = call.form ?? 'note'
  const body = { to: [...to], people, message: text, form, stepId: run.stepId, notes: [...notes] }
  const written = await writeNotification(worker, call, '', { ...body, text: `${form} to ${listOf(to)}: ${text}` })
  const isNew = written.added
  if (isNew) worker.log.warn({ to, people, run: run.workflowId, step: run.stepId }, text)
  const told = { told: people, isNew, notes: mask([...notes, ...written.notes]) }
  const { notify } = inventory
  if (notify === undefined) return told

  const paging = policyOf(notify)
  const { quietHours } = notify
  const until = quietHours === null ? null : quietUntil(quietHours, worker.now())
  const isQuiet = quietHours !== null && until !== null && !isAlwaysHeard(quietHours, call.severity)
  const meanwhile = isQuiet && quietHours.channel !== null ? onlyBy(inventory, quietHours.channel) : []
  if (isQuiet && meanwhile.length === 0) {
    const note = `waits until ${new Date(until).toISOString()}: it is quiet`
    return { ...told, notes: [...told.notes, note], paging, heldUntil: until }
  }
  const wanted = meanwhile.length > 0 ? meanwhile : deliveries
  const message = { text, call }
  const results = await sendAll(worker, message, wanted)
  // Nobody at all was reached, and trying again helps nobody: whatever channel there is else must do, unless it is quiet.
  const isHopeless = results.every(({ sent }) => sent === 'refused')
  if (isHopeless && isQuiet)
    return { ...told, notes: [...told.notes, ...mask(notesOf(results))], paging, heldUntil: until }
  const others = isHopeless ? await sendAll(worker, message, everyOther(inventory, wanted)) : []
  const all = [...results, ...others]
  const failing = all.filter(({ sent }) => sent === 'failing')
  return {
    ...told,
    notes: [...told.notes, ...mask(notesOf(all))],
    paging,
    ...(failing.length === 0 ? {} : { pendingAt: worker.now() + AGAIN_MS }),
  }
}

const notesOf = (all: readonly Sent[]): readonly string[] => all.flatMap(({ note }) => (note === null ? [] : [note]))

const policyOf = ({ repeatMs, repeats, updateMs, levels }: NotifySettings): PagingPolicy => ({
  ...{ repeatMs, repeats, updateMs },
  // The first level is whoever was called.
  levels: levels.slice(1),
})
