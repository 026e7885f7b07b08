// The one switch over the kinds of channels. Each is loaded when it is first used: whoever has no mail loads no mailer.
import type { ChannelSpec } from '../inventory/notify-settings.ts'
import type { Channel } from './channel.ts'

/** Resolves a reference to a secret. Fails: with a sentence that names the reference, never the secret. */
export type Resolve = (reference: string) => Promise<string>

/** Opens a channel. Fails where a secret cannot be read. */
export async function openChannel(spec: ChannelSpec, resolve: Resolve): Promise<Channel> {
  const known = (reference: string | null): Promise<string | null> =>
    reference === null ? Promise.resolve(null) : resolve(reference)
  switch (spec.kind) {
    case 'webhook': {
      const { createWebhook } = await import('./channels/webhook.ts')
      const url = spec.url.startsWith('secret://') ? await resolve(spec.url) : spec.url
      return createWebhook({ url }, await known(spec.secret))
    }
    case 'smtp': {
      const { createSmtp } = await import('./channels/smtp.ts')
      return createSmtp(spec, await known(spec.password))
    }
    case 'slack': {
      const { createSlack } = await import('./channels/slack.ts')
      return createSlack(spec, await resolve(spec.token))
    }
  }
}
