// A message as JSON to an address of one's own: a pager, a gateway, a bot. Signed, so that the receiver knows who wrote, and
// when; with a key, so that it can drop what it has already.
import { createHmac } from 'node:crypto'
import type { WebhookSpec } from '../../inventory/notify-settings.ts'
import { CHANNEL_DEADLINE_MS, ChannelError, type Channel, type Message } from '../channel.ts'
import { manyLines, oneLine } from '../plain-text.ts'
import { subjectOf } from '../word-message.ts'

const TEXT_LENGTH = 8_000
const NAME_LENGTH = 300

/** Answers the signature of a body: HMAC-SHA256, in hex, of `<seconds>.<body>`. */
export const signatureOf = (secret: string, seconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')

export function createWebhook({ url }: Pick<WebhookSpec, 'url'>, secret: string | null): Channel {
  return {
    async send(message) {
      const body = JSON.stringify(payloadOf(message))
      const seconds = Math.floor(Date.now() / 1_000)
      const answer = await post(url, body, {
        'content-type': 'application/json',
        'user-agent': 'phix',
        'idempotency-key': message.id,
        ...(secret === null
          ? {}
          : { 'phix-timestamp': String(seconds), 'phix-signature': `sha256=${signatureOf(secret, seconds, body)}` }),
      })
      if (answer.ok) return
      const isRetryable = answer.status >= 500 || answer.status === 429 || answer.status === 408
      throw new ChannelError(`it answered ${answer.status}`, { isRetryable })
    },
  }
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(CHANNEL_DEADLINE_MS)
    // What redirects a page decides who reads it: that is the inventory's to say.
    const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
    await answer.body?.cancel()
    return answer
  } catch (error) {
    throw new ChannelError(reasonOf(error), { isRetryable: true, cause: error })
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as { name?: string; message?: string; cause?: { code?: string } }
  if (name === 'TimeoutError') return `it did not answer within ${CHANNEL_DEADLINE_MS / 1_000} s`
  return cause?.code ?? message ?? 'it could not be reached'
}

const payloadOf = (message: Message): Readonly<Record<string, unknown>> => ({
  v: 1,
  ...message,
  at: new Date(message.at).toISOString(),
  subject: subjectOf(message),
  text: manyLines(message.text, TEXT_LENGTH),
  cluster: oneLine(message.cluster, NAME_LENGTH),
  target: oneLine(message.target, NAME_LENGTH),
  run: oneLine(message.run, NAME_LENGTH),
  step: oneLine(message.step, NAME_LENGTH),
})
