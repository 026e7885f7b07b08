// A real SMTP server that keeps what it is given.
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came over the wire. */
  readonly raw: string
  readonly user: string | null
}

export const LOGIN = { user: 'phix', password: 'a-mail-password' } as const

/** Starts it without TLS; with `login` nobody may send who does not log in. */
export async function startMailSink({ login = false }: { readonly login?: boolean } = {}) {
  const mails: Mail[] = []
  const mood: { refuses: number | null } = { refuses: null }
  const server = new SMTPServer({
    // Nothing but the loopback sees it.
    ...{ disabledCommands: login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'], allowInsecureAuth: true, authOptional: !login },
    onAuth({ username, password }, _session, callback) {
      if (username === LOGIN.user && password === LOGIN.password) callback(null, { user: username })
      else callback(Object.assign(new Error('no such login'), { responseCode: 535 }))
    },
    onRcptTo(_address, _session, callback) {
      if (mood.refuses === null) callback()
      else callback(Object.assign(new Error('not now, or never'), { responseCode: mood.refuses }))
    },
    onData(stream, { envelope, user }, callback) {
      let raw = ''
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')))
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw, user: user ?? null })
        callback()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    mood,
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}

/** The head of a mail as lines, folded ones joined. */
export const headOf = ({ raw }: Mail): readonly string[] =>
  (raw.split('\r\n\r\n')[0] ?? '').replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
