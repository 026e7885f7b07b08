// Sends one message to one address, once: what was delivered before is not sent again, and every outcome is in the journal.
// Invariant: what was delivered is noted after it was sent. A worker that dies between the two sends it again, under the
// same id: a page may come twice, and is never lost.
import { CHANNEL_DEADLINE_MS, type Message } from '../src/notify/channel.ts'
import { messageIdOf } from '../src/notify/message-id.ts'
import { openChannel } from '../src/notify/open-channel.ts'
import type { Delivery } from '../src/notify/recipients.ts'
import type { NotifyCall } from '../src/plan/run.ts'
import { listOf, writeNotification } from './write-notification.ts'
import { resolveSecrets } from './wrapping/secrets.ts'
import { within } from './wrapping/within.ts'
import type { WorkerParts } from './wrapping/worker-parts.ts'

const JOURNAL_LIMIT_MS = 2_000

/** What became of one delivery: `failing` may go well another time. */
export interface Sent {
  readonly sent: 'delivered' | 'failing' | 'refused'
  readonly note: string | null
}

interface Worded {
  readonly text: string
  readonly call: NotifyCall
}

/** Sends to all of them at once: one that is down keeps nobody waiting but itself. */
export const sendAll = (
  worker: WorkerParts,
  worded: Worded,
  deliveries: readonly Delivery[],
): Promise<readonly Sent[]> => Promise.all(deliveries.map((delivery) => sendOnce(worker, worded, delivery)))

async function sendOnce(worker: WorkerParts, { text, call }: Worded, delivery: Delivery): Promise<Sent> {
  const { channel, to, who } = delivery
  const name = channel.name
  const id = messageIdOf(call.idempotencyKey, name, to ?? '')
  const isDelivered = await isInJournal(worker, `${call.idempotencyKey}/${id}`)
  if (isDelivered) return { sent: 'delivered', note: null }
  const facts = { channel: name, to, who: [...who], form: call.form ?? 'note' }
  try {
    const opened = await openChannel(channel, async (reference) => {
      const { secret } = await resolveSecrets({ secret: reference }, worker.secrets, worker.masker)
      return typeof secret === 'string' ? secret : ''
    })
    const limit = CHANNEL_DEADLINE_MS + 500
    await within(
      limit,
      `it did not answer within ${limit / 1_000} s`,
      opened.send(messageOf(id, text, call, worker), to),
    )
  } catch (error) {
    const reason = worker.masker.text(error instanceof Error ? error.message : String(error))
    const sentence = `${listOf(who)} could not be told by \`${name}\`: ${reason}`
    worker.told(name, 'failed')
    worker.log.error({ channel: name, run: call.run.workflowId }, sentence)
    await writeNotification(worker, call, `/${id}/failed/${worker.now()}`, {
      ...facts,
      isDelivered: false,
      text: sentence,
    })
    return { sent: (error as { isRetryable?: boolean }).isRetryable === false ? 'refused' : 'failing', note: sentence }
  }
  worker.told(name, 'delivered')
  await worker.failpoint('after-effect', 'notify', call)
  await writeNotification(worker, call, `/${id}`, {
    ...facts,
    isDelivered: true,
    text: `told ${listOf(who)} by \`${name}\``,
  })
  return { sent: 'delivered', note: null }
}

function messageOf(
  id: string,
  text: string,
  { run, severity = 'critical', form = 'note' }: NotifyCall,
  worker: WorkerParts,
): Message {
  const { workflowId, cluster, target, stepId, runbook } = run
  const isRun = runbook !== 'detector'
  return {
    id,
    thread: messageIdOf(workflowId),
    at: worker.now(),
    ...{ severity, form, cluster, target, run: workflowId, step: stepId, text },
    commands: isRun
      ? [
          `phix show ${workflowId}`,
          ...(form === 'page' || form === 'repeat' || form === 'level' ? [`phix ack ${workflowId}`] : []),
        ]
      : [`phix status --cluster ${cluster}`],
  }
}

/** A journal that cannot be asked has not seen it: the receiver drops the second by its id. */
async function isInJournal(worker: WorkerParts, id: string): Promise<boolean> {
  const asked = worker.journal.read({ kind: 'notification', id, limit: 1 })
  const found = await within(JOURNAL_LIMIT_MS, 'it did not answer', asked).catch(() => [])
  return found.some((record) => record.id === id)
}
