import type { Json, JsonObject } from '../../src/plan/json.ts'
import { ActionFailure, rejected, uncertain } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { exchange, type HttpAnswer } from './exchange.ts'
import { admitFor, type HttpInput } from './get.ts'
import { httpPost } from './manifest.ts'

interface Input extends HttpInput {
  readonly body?: Json
}

/** Sends a request once, with an Idempotency-Key for targets that know it. */
export const post = action<Input>({
  manifest: httpPost,
  async run({ url, headers = {}, timeout = 10_000, body = null }, context) {
    const admit = admitFor(context)
    // Before anything is recorded as begun: a refused address is no attempt.
    await admit(url)
    const sent = {
      'content-type': 'application/json',
      ...headers,
      'idempotency-key': encodeURIComponent(context.call.idempotencyKey),
    }
    return context.effect(async () => {
      const answer = await exchange({
        method: 'POST',
        url,
        headers: sent,
        body: JSON.stringify(body),
        timeoutMs: timeout,
        signal: context.signal,
        admit,
      })
      return accepted(answer, context.mask)
    })
  },
  async would({ url }, context) {
    const admitted = await admitFor(context)(url)
    return `send a POST to ${admitted.url.origin}${admitted.url.pathname}`
  },
  laneOf: ({ url }) => (URL.canParse(url) ? new URL(url).host : null),
})

/** Answers what was accepted. Fails: rejected (3xx, 4xx), unavailable (429: it was not taken), uncertain (5xx). */
function accepted(answer: HttpAnswer, mask: (text: string) => string): JsonObject {
  if (answer.ok) return { ...answer }
  const message = `\`${answer.url}\` answered ${answer.status}: ${mask(answer.text).slice(0, 300)}`
  if (answer.status === 429) throw new ActionFailure('unavailable', message, { didNothing: true })
  if (answer.status < 500) throw rejected(message)
  throw uncertain(`${message}; it may have happened: look at the target, then \`supply\` or \`retry\``)
}
