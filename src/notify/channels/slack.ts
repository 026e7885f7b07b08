// A message in Slack, by `chat.postMessage`. Plain text: no mention, link or mark-up that somebody else wrote becomes one.
// https://docs.slack.dev/messaging/formatting-message-text (escaping), /reference/methods/chat.postMessage (errors)
import type { SlackSpec } from '../../inventory/notify-settings.ts'
import { CHANNEL_DEADLINE_MS, ChannelError, type Channel, type Message } from '../channel.ts'
import { bodyOf } from '../word-message.ts'

/** Slack's own troubles; every other error is one of the token, the channel or the message, and stays. */
const PASSING: readonly string[] = [
  ...['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'ratelimited', 'rate_limited'],
  ...['team_added_to_org', 'accesslimited'],
]

/** Answers a text in which nothing is a mention, a link or an entity: Slack reads `&`, `<` and `>`, nothing else. */
export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

export function createSlack(spec: SlackSpec, token: string): Channel {
  return {
    async send(message, to) {
      const { WebClient, LogLevel } = await import('@slack/web-api')
      const client = new WebClient(token, {
        ...(spec.api === null ? {} : { slackApiUrl: spec.api.endsWith('/') ? spec.api : `${spec.api}/` }),
        // Who retries is the workflow: here it would be counted by nobody.
        ...{ retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: CHANNEL_DEADLINE_MS },
        logLevel: LogLevel.ERROR,
      })
      try {
        await client.apiCall('chat.postMessage', postOf(message, to ?? spec.to))
      } catch (error) {
        throw toChannelError(error)
      }
    },
  }
}

const postOf = (message: Message, channel: string): Record<string, unknown> => ({
  channel,
  text: escapeSlack(bodyOf(message)),
  // Also where an `@here` or a `*` is written out.
  ...{ mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false },
  client_msg_id: message.id,
  metadata: { event_type: 'phix_message', event_payload: { id: message.id, thread: message.thread } },
})

interface SlackError {
  readonly code?: string
  readonly message?: string
  readonly statusCode?: number
  readonly data?: { readonly error?: string }
}

function toChannelError(error: unknown): ChannelError {
  const { code, message, statusCode, data } = error as SlackError
  const said = data?.error
  if (said !== undefined)
    return new ChannelError(`Slack said \`${said}\``, { isRetryable: PASSING.includes(said), cause: error })
  const isRefused = code === 'slack_webapi_http_error' && statusCode !== undefined && statusCode < 500
  return new ChannelError(message ?? 'it could not be reached', { isRetryable: !isRefused, cause: error })
}
