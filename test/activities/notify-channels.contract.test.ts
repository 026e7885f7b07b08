// The activity `notify` with real receivers: who is told by what, once; what becomes of what cannot be told.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { NotifySettings } from '../../src/inventory/notify-settings.ts'
import type { NotifyCall } from '../../src/plan/run.ts'
import { startHookReceiver } from '../notify/hook-receiver.ts'
import { headOf, startMailSink } from '../notify/mail-sink.ts'
import { callOf, createWorld, run, type World } from './world/world.ts'

let world: World
let mail: Awaited<ReturnType<typeof startMailSink>>
let hooks: Awaited<ReturnType<typeof startHookReceiver>>
let settings: NotifySettings
let now: number
let counted: string[]

beforeEach(async () => {
  mail = await startMailSink()
  hooks = await startHookReceiver()
  now = Date.UTC(2026, 0, 10, 12)
  counted = []
  settings = {
    channels: [
      {
        ...{
          kind: 'smtp',
          name: 'mail',
          host: '127.0.0.1',
          port: mail.port,
          security: 'none',
          user: null,
          password: null,
        },
        ...{ from: 'phix@example.org', to: 'ops@example.org' },
      },
      { kind: 'webhook', name: 'pager', url: hooks.url, secret: 'secret://env/PHIX_CANARY' },
    ],
    people: [
      {
        name: 'ada',
        contacts: [
          { channel: 'mail', to: 'ada@example.org' },
          { channel: 'pager', to: null },
        ],
      },
    ],
    levels: [
      { afterMs: 0, to: ['oncall'] },
      { afterMs: 900_000, to: ['senior'] },
    ],
    ...{ repeatMs: 300_000, repeats: 12, updateMs: 900_000, quietHours: null },
  }
  const plain = await createWorld()
  const known = plain.inventory
  await plain.end()
  const inventory = (): Inventory => ({
    ...known,
    groups: [...known.groups, { name: 'senior', members: ['robin'] }],
    notify: settings,
  })
  const told = (channel: string, result: string): void => void counted.push(`${channel} ${result}`)
  world = await createWorld({ inventory, now: () => now, told })
})
afterEach(async () => {
  await Promise.all([world.end(), mail.stop(), hooks.stop()])
})

const call = (more: Partial<NotifyCall> = {}): NotifyCall => ({
  ...{ to: ['oncall'], message: 'node-1 does not come back', idempotencyKey: 'run-1/notify', run: callOf({}).run },
  ...{ severity: 'high', form: 'page' },
  ...more,
})
const notify = async (more: Partial<NotifyCall> = {}) => (await run(world.activities, 'notify', call(more))).output
const noted = (): unknown[] => world.memory.records.map(({ body }) => (body as { text: string }).text)

test('a page reaches a person by each contact, and the journal says what was sent to whom by what', async () => {
  expect(await notify()).toMatchObject({
    told: ['ada', 'grace'],
    isNew: true,
    paging: { repeatMs: 300_000, levels: [{ to: ['senior'] }] },
  })
  expect(mail.mails.map(({ to }) => to)).toEqual([['ada@example.org']])
  expect(hooks.received).toHaveLength(1)
  expect(noted()).toEqual(
    expect.arrayContaining(['page to oncall: node-1 does not come back', 'told ada by `mail`', 'told ada by `pager`']),
  )
  expect(counted.toSorted()).toEqual(['mail delivered', 'pager delivered'])
})

test('the same key twice is one message to each', async () => {
  await notify()
  expect(await notify()).toMatchObject({ isNew: false })
  expect([mail.mails.length, hooks.received.length]).toEqual([1, 1])
})

test('where one channel is down the other works, the failure is written and counted, and the rest is delivered later, once', async () => {
  hooks.mood.status = 503
  expect(await notify()).toMatchObject({
    pendingAt: now + 1_000,
    notes: ['ada could not be told by `pager`: it answered 503'],
  })
  expect(mail.mails).toHaveLength(1)
  expect(noted()).toContain('ada could not be told by `pager`: it answered 503')
  expect(counted.toSorted()).toEqual(['mail delivered', 'pager failed'])
  await expect(run(world.activities, 'notify', call({ insist: true }))).resolves.toMatchObject({
    error: { type: 'unavailable' },
  })
  hooks.mood.status = 200
  expect((await run(world.activities, 'notify', call({ insist: true }))).output).toMatchObject({
    told: ['ada', 'grace'],
  })
  expect([mail.mails.length, hooks.received.length]).toEqual([1, 1])
})

test('a worker that dies after it sent, and before it noted so, sends it again under the same id', async () => {
  await world.end()
  const known = world.inventory
  let deaths = 0
  const die = (): void => {
    deaths++
    throw new Error('the worker died')
  }
  world = await createWorld({
    inventory: () => ({ ...known, notify: { ...settings, channels: settings.channels.slice(0, 1) } }),
    die,
    failpoint: 'after-effect:notify',
    now: () => now,
  })
  await run(world.activities, 'notify', call()).catch(() => undefined)
  await run(world.activities, 'notify', call()).catch(() => undefined)
  expect(deaths).toBe(2)
  const ids = mail.mails.map((sent) => headOf(sent).find((line) => line.startsWith('Message-ID')))
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

test('a page whose only channel refuses it for good goes through every other', async () => {
  mail.mood.refuses = 550
  settings = { ...settings, people: [{ name: 'ada', contacts: [{ channel: 'mail', to: 'ada@example.org' }] }] }
  expect(await notify()).not.toHaveProperty('pendingAt')
  expect(hooks.received).toHaveLength(1)
})

test('a page to a group that does not exist goes to the first level', async () => {
  expect(await notify({ to: ['nobody'] })).toMatchObject({
    notes: [
      'nobody is told as `nobody`: the inventory has no such group',
      'nobody has a contact as `nobody`: told the first level (oncall) instead',
    ],
  })
  expect(mail.mails).toHaveLength(1)
})

test('in quiet hours what is not severe enough waits, what is critical does not', async () => {
  const quietHours = { fromMinute: 11 * 60, toMinute: 14 * 60, zone: 'UTC', below: 'critical', channel: null } as const
  settings = { ...settings, quietHours }
  expect(await notify()).toMatchObject({ heldUntil: Date.UTC(2026, 0, 10, 14) })
  expect([mail.mails.length, hooks.received.length]).toEqual([0, 0])
  await notify({ severity: 'critical', idempotencyKey: 'run-1/other' })
  expect([mail.mails.length, hooks.received.length]).toEqual([1, 1])
  now = Date.UTC(2026, 0, 10, 14)
  expect(await notify()).not.toHaveProperty('heldUntil')
  expect([mail.mails.length, hooks.received.length]).toEqual([2, 2])
})

test('in quiet hours it goes to the channel that is named for them', async () => {
  const quietHours = {
    fromMinute: 11 * 60,
    toMinute: 14 * 60,
    zone: 'UTC',
    below: 'critical',
    channel: 'mail',
  } as const
  settings = { ...settings, quietHours }
  expect(await notify()).not.toHaveProperty('heldUntil')
  expect(mail.mails.map(({ to }) => to)).toEqual([['ops@example.org']])
  expect(hooks.received).toEqual([])
})

test('a secret of a channel is in no journal, no log, no answer and no mail from its first use on', async () => {
  await notify({ idempotencyKey: 'run-1/first' })
  hooks.mood.status = 500
  const answer = await notify({ message: 'the key is canary/env secret+"value"' })
  const shown = JSON.stringify([answer, world.memory.records, world.logged, mail.mails])
  expect(shown).not.toContain('canary/env secret')
})
