// A message as a mail. Its Message-ID is a function of the message, so that a mail that is sent twice is one to a mail server
// that looks; mails of one run refer to one thread.
import type { SmtpSpec } from '../../inventory/notify-settings.ts'
import { CHANNEL_DEADLINE_MS, ChannelError, type Channel } from '../channel.ts'
import { bodyOf, subjectOf } from '../word-message.ts'

export function createSmtp(spec: SmtpSpec, password: string | null): Channel {
  const { host, port, security, user, from } = spec
  const domain = from.split('@')[1] ?? 'phix.invalid'
  return {
    async send(message, to) {
      const { default: mailer } = await import('nodemailer')
      const transport = mailer.createTransport({
        ...{ host, port, secure: security === 'tls' },
        ...{ requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
        ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
        // Several waits in a row: greeting, login, the mail itself.
        ...{ connectionTimeout: CHANNEL_DEADLINE_MS / 2, greetingTimeout: CHANNEL_DEADLINE_MS / 2 },
        socketTimeout: CHANNEL_DEADLINE_MS / 2,
        // What a message says is never a file or an address to fetch.
        ...{ disableFileAccess: true, disableUrlAccess: true },
      })
      try {
        await transport.sendMail({
          from,
          // As data, not as a text that would be read for further addresses.
          to: { name: '', address: to ?? spec.to },
          subject: subjectOf(message),
          text: bodyOf(message),
          messageId: `<${message.id}@${domain}>`,
          references: [`<${message.thread}@${domain}>`],
          date: new Date(message.at),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        })
      } catch (error) {
        throw toChannelError(error)
      } finally {
        transport.close()
      }
    },
  }
}

/** 5xx is the server's last word (RFC 5321, 4.2.1); all else may pass. */
function toChannelError(error: unknown): ChannelError {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message?: string }
  const isRetryable = responseCode === undefined || responseCode < 500
  const said = responseCode === undefined ? (code ?? message) : `it answered ${responseCode} (${code ?? 'refused'})`
  return new ChannelError(said ?? 'it could not be reached', { isRetryable, cause: error })
}
