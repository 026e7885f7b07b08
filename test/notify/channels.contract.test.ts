// Every channel against a receiver: a real SMTP server and a real HTTP server on the loopback, and a double of Slack's API.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SlackSpec, SmtpSpec } from '../../src/inventory/notify-settings.ts'
import type { Message } from '../../src/notify/channel.ts'
import { createSlack } from '../../src/notify/channels/slack.ts'
import { createSmtp } from '../../src/notify/channels/smtp.ts'
import { createWebhook, signatureOf } from '../../src/notify/channels/webhook.ts'
import { messageIdOf } from '../../src/notify/message-id.ts'
import { startHookReceiver } from './hook-receiver.ts'
import { HOSTILE_MESSAGES } from './hostile-messages.ts'
import { headOf, LOGIN, startMailSink } from './mail-sink.ts'
import { startSlackDouble, TOKEN } from './slack-double.ts'

let hooks: Awaited<ReturnType<typeof startHookReceiver>>
let mail: Awaited<ReturnType<typeof startMailSink>>
let guarded: Awaited<ReturnType<typeof startMailSink>>
let slack: Awaited<ReturnType<typeof startSlackDouble>>
beforeAll(async () => {
  hooks = await startHookReceiver()
  mail = await startMailSink()
  guarded = await startMailSink({ login: true })
  slack = await startSlackDouble()
})
afterAll(() => Promise.all([hooks.stop(), mail.stop(), guarded.stop(), slack.stop()]))
beforeEach(() => {
  for (const kept of [hooks.received, mail.mails, guarded.mails, slack.posts]) kept.length = 0
  Object.assign(hooks.mood, { status: 200, isSilent: false })
  Object.assign(slack.mood, { status: 200, isSilent: false, error: null })
  mail.mood.refuses = null
})

const message = (more: Partial<Message> = {}): Message => ({
  id: messageIdOf('run-1/a', 'mail', 'ada@example.org'),
  thread: messageIdOf('run-1'),
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
  ...{ severity: 'high', form: 'page', cluster: 'lab', target: 'node-2', run: 'recover/node-2/x', step: 'a' },
  text: 'node-2 does not come back',
  commands: ['phix ack recover/node-2/x'],
  ...more,
})
const smtp = (more: Partial<SmtpSpec> = {}): SmtpSpec => ({
  ...{ kind: 'smtp', name: 'mail', host: '127.0.0.1', port: mail.port, security: 'none', user: null, password: null },
  ...{ from: 'phix@example.org', to: 'ops@example.org' },
  ...more,
})
const byMail = (spec = smtp(), password: string | null = null) => createSmtp(spec, password)
const chat = (more: Partial<SlackSpec> = {}) =>
  createSlack({ kind: 'slack', name: 'chat', token: '', api: slack.api, to: 'C0OPS', ...more }, TOKEN)
const hook = (secret: string | null = 'a-hook-secret') => createWebhook({ url: hooks.url }, secret)

describe('a mail', () => {
  test('says what it is about in its subject, how to acknowledge in its text, and has its own id', async () => {
    await byMail().send(message(), 'ada@example.org')
    const [sent] = mail.mails
    expect(sent).toMatchObject({ from: 'phix@example.org', to: ['ada@example.org'] })
    const head = sent === undefined ? [] : headOf(sent)
    expect(head).toContain('Subject: [Phix high, call] node-2 (lab): node-2 does not come back')
    expect(head).toContain(`Message-ID: <${message().id}@example.org>`)
    expect(head).toContain(`References: <${message().thread}@example.org>`)
    expect(sent?.raw).toContain('phix ack recover/node-2/x')
  })
  test('goes to the address of the channel where no contact says one', async () => {
    await byMail().send(message(), null)
    expect(mail.mails[0]?.to).toEqual(['ops@example.org'])
  })
  test('logs in where the server wants it; a wrong password is refused for good', async () => {
    const spec = smtp({ port: guarded.port, user: LOGIN.user, password: 'secret://env/X' })
    await byMail(spec, LOGIN.password).send(message(), null)
    expect(guarded.mails[0]?.user).toBe(LOGIN.user)
    await expect(byMail(spec, 'wrong').send(message(), null)).rejects.toMatchObject({ isRetryable: false })
  })
  test('is not sent in clear where `starttls` is wanted and the server has none', async () => {
    await expect(byMail(smtp({ security: 'starttls' })).send(message(), null)).rejects.toMatchObject({
      name: 'ChannelError',
    })
    expect(mail.mails).toEqual([])
  })
  test.each([
    [450, true],
    [550, false],
  ])('that is answered with %d can be tried again: %s', async (code, isRetryable) => {
    mail.mood.refuses = code
    await expect(byMail().send(message(), null)).rejects.toMatchObject({ isRetryable })
  })
  test('to a server that is away can be tried again', async () => {
    await expect(byMail(smtp({ port: 1 })).send(message(), null)).rejects.toMatchObject({ isRetryable: true })
  })
})

describe('a message in Slack (a double of its API)', () => {
  test('is a `chat.postMessage` with an id of its own, that nothing in it can turn into mark-up', async () => {
    await chat().send(message(), 'U0ADA')
    expect(slack.posts).toMatchObject([
      { channel: 'U0ADA', client_msg_id: message().id, mrkdwn: 'false', parse: 'none', link_names: 'false' },
    ])
  })
  test.each([
    ...(['invalid_auth', 'channel_not_found', 'not_in_channel', 'is_archived', 'token_revoked'] as const).map((e) => [
      e,
      false,
    ]),
    ...(['internal_error', 'fatal_error', 'ratelimited', 'service_unavailable'] as const).map((e) => [e, true]),
  ] as [string, boolean][])('that is answered with `%s` can be tried again: %s', async (error, isRetryable) => {
    slack.mood.error = error
    await expect(chat().send(message(), null)).rejects.toMatchObject({
      isRetryable,
      message: `Slack said \`${error}\``,
    })
  })
  test('that Slack is too busy for, or fails over, can be tried again', async () => {
    for (const status of [429, 503]) {
      slack.mood.status = status
      await expect(chat().send(message(), null)).rejects.toMatchObject({ isRetryable: true })
    }
  })
  test('that is never answered ends at its deadline', async () => {
    slack.mood.isSilent = true
    const began = Date.now()
    await expect(chat().send(message(), null)).rejects.toMatchObject({ isRetryable: true })
    expect(Date.now() - began).toBeLessThan(8_000)
  }, 15_000)
})

describe('a webhook', () => {
  test('is JSON with a key that is the same for the same message, and a signature over time and body', async () => {
    await hook().send(message(), null)
    const [got] = hooks.received
    expect(JSON.parse(got?.body ?? '')).toMatchObject({ v: 1, id: message().id, text: message().text, form: 'page' })
    expect(got?.headers['idempotency-key']).toBe(message().id)
    const seconds = Number(got?.headers['phix-timestamp'])
    expect(got?.headers['phix-signature']).toBe(`sha256=${signatureOf('a-hook-secret', seconds, got?.body ?? '')}`)
    expect(Math.abs(seconds - Date.now() / 1_000)).toBeLessThan(60)
  })
  test.each([
    [500, true],
    [429, true],
    [404, false],
    [302, false],
  ])('that is answered with %d can be tried again: %s', async (status, isRetryable) => {
    hooks.mood.status = status
    await expect(hook().send(message(), null)).rejects.toMatchObject({ isRetryable, message: `it answered ${status}` })
  })
  test('that is never answered ends at its deadline', async () => {
    hooks.mood.isSilent = true
    await expect(hook().send(message(), null)).rejects.toMatchObject({
      isRetryable: true,
      message: 'it did not answer within 4 s',
    })
  }, 15_000)
})

describe('a hostile message', () => {
  test('there are enough of them', () => expect(new Set(HOSTILE_MESSAGES).size).toBeGreaterThanOrEqual(40))
  const everywhere = (text: string): Message =>
    message({ text, target: text, cluster: text, run: text, step: text, commands: [text] })

  test('mentions nobody and links nowhere in Slack', async () => {
    for (const text of HOSTILE_MESSAGES) await chat().send(everywhere(text), null)
    expect(slack.posts).toHaveLength(HOSTILE_MESSAGES.length)
    // Slack reads mark-up between `<` and `>` only, and entities only where `&` begins one of three.
    expect(slack.posts.filter(({ text }) => /[<>]|&(?!amp;|lt;|gt;)/.test(text))).toEqual([])
  })
  test('adds no header, no recipient and no mail', async () => {
    await byMail().send(message(), null)
    const names = (index: number): readonly string[] => {
      const sent = mail.mails[index]
      return sent === undefined ? [] : headOf(sent).map((line) => line.split(':')[0] ?? '')
    }
    const wanted = names(0)
    for (const text of HOSTILE_MESSAGES) await byMail().send(everywhere(text), null)
    expect(mail.mails).toHaveLength(HOSTILE_MESSAGES.length + 1)
    expect(mail.mails.filter(({ to }) => to.join() !== 'ops@example.org')).toEqual([])
    // How the text is encoded depends on it; everything else of the head does not.
    const plain = (list: readonly string[]): string[] =>
      list.filter((name) => name !== 'Content-Transfer-Encoding').toSorted()
    for (const index of mail.mails.keys()) expect(plain(names(index))).toEqual(plain(wanted))
    expect(mail.mails.flatMap(headOf).filter((line) => /\p{Cc}/u.test(line))).toEqual([])
  }, 30_000)
  test('stays inside its own field of the JSON, and says nothing to a terminal', async () => {
    for (const text of HOSTILE_MESSAGES) await hook().send(everywhere(text), null)
    const bodies = hooks.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    expect(bodies).toHaveLength(HOSTILE_MESSAGES.length)
    expect(bodies.filter(({ severity, v }) => severity !== 'high' || v !== 1)).toEqual([])
    expect(bodies.filter(({ text }) => /[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u.test(String(text)))).toEqual([])
    expect(
      bodies.filter(({ subject, target }) => /\p{Cc}|[\u2028\u2029]/u.test(`${String(subject)}${String(target)}`)),
    ).toEqual([])
  })
})
