import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read-inventory.ts'

const read = (text: string): ReturnType<typeof readInventory> =>
  readInventory({ path: '/etc/phix/inventory.yaml', bytes: new TextEncoder().encode(text) })

const WHOLE = `clusters: [{ name: lab, nodes: [{ name: node-1, address: "http://127.0.0.1:1" }] }]
groups:
  - { name: oncall, members: [ada], contacts: [{ channel: chat, to: C0ONCALL }] }
  - { name: senior, members: [robin] }
notify:
  channels:
    - { name: mail, kind: smtp, host: mail.example.org, from: phix@example.org, to: ops@example.org, user: phix, password: secret://env/MAIL }
    - { name: chat, kind: slack, token: secret://file/slack, to: C0OPS }
    - { name: pager, kind: webhook, url: "https://pager.example.org/hook" }
  people:
    - { name: ada, contacts: [{ channel: mail, to: ada@example.org }] }
  levels:
    - { to: [oncall] }
    - { after: 15m, to: [senior] }
  repeat: 10m
  quietHours: { from: "22:00", to: "07:00", zone: Europe/Berlin, channel: chat }
`

test('a `notify` is read with its defaults', () => {
  const result = read(WHOLE)
  expect(result.ok && result.inventory.notify).toMatchObject({
    channels: [
      { kind: 'smtp', port: 587, security: 'starttls', user: 'phix', password: 'secret://env/MAIL' },
      { kind: 'slack', token: 'secret://file/slack', api: null, to: 'C0OPS' },
      { kind: 'webhook', secret: null },
    ],
    levels: [
      { afterMs: 0, to: ['oncall'] },
      { afterMs: 900_000, to: ['senior'] },
    ],
    ...{ repeatMs: 600_000, repeats: 12, updateMs: 900_000 },
    quietHours: { fromMinute: 1_320, toMinute: 420, zone: 'Europe/Berlin', below: 'critical', channel: 'chat' },
  })
  expect(result.ok && result.inventory.groups[0]?.contacts).toEqual([{ channel: 'chat', to: 'C0ONCALL' }])
})

describe('a mistake', () => {
  /** What is written instead of what; «…» marks what must be pointed at. */
  const mistakes: Readonly<Record<string, readonly [code: string, instead: string, of: string]>> = {
    'a token that is not a reference': ['RB204', 'token: «xoxb-123»', 'token: secret://file/slack'],
    'a channel without what its kind needs': [
      'RB202',
      '«{» name: pager, kind: webhook }',
      '{ name: pager, kind: webhook, url: "https://pager.example.org/hook" }',
    ],
    'a key of another kind': ['RB201', 'kind: webhook, «token»: secret://env/X,', 'kind: webhook,'],
    'a user without a password': [
      'RB202',
      '- «{» name: mail, kind: smtp, host: mail.example.org, from: phix@example.org, to: ops@example.org, user: phix }',
      '- { name: mail, kind: smtp, host: mail.example.org, from: phix@example.org, to: ops@example.org, user: phix, password: secret://env/MAIL }',
    ],
    'a contact in a channel that there is not': ['RB402', 'channel: «mial», to: ada', 'channel: mail, to: ada'],
    'a mail address that is several': ['RB204', 'to: «"a@example.org, b@example.org"»', 'to: ada@example.org'],
    'a level of a group that there is not': ['RB402', 'to: [«seniors»]', 'to: [senior]'],
    'a level that comes with the one before': [
      'RB204',
      '{ to: [oncall], after: 20m }\n    - { «after»: 15m',
      '{ to: [oncall] }\n    - { after: 15m',
    ],
    'a zone that there is not': ['RB204', 'zone: «Europe/Atlantis»', 'zone: Europe/Berlin'],
    'quiet hours without a length': ['RB204', 'to: «"22:00"»', 'to: "07:00"'],
    'quiet hours to a channel that there is not': ['RB402', 'channel: «nowhere» }', 'channel: chat }'],
    'two channels of one name': ['RB401', 'name: «mail», kind: slack', 'name: chat, kind: slack'],
  }
  test.each(Object.entries(mistakes))('%s is told at its place', (_, [code, instead, of]) => {
    expect(WHOLE).toContain(of)
    const marked = WHOLE.replace(of, instead)
    const [before = '', inside = '', after = ''] = marked.split(/[«»]/)
    const result = read(before + inside + after)
    const lines = before.split('\n')
    const found = result.ok ? [] : result.errors.map((each) => `${each.code} ${each.at.line}:${each.at.column}`)
    expect(found).toContain(`${code} ${lines.length}:${(lines.at(-1) ?? '').length + 1}`)
  })
})

test('what the page for people shows is read without a mistake', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/people.md'), 'utf8')
  const shown = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const cluster = 'clusters: [{ name: lab, nodes: [{ name: node-1, address: "http://127.0.0.1:1" }] }]\n'
  const result = read(cluster + shown)
  expect(result.ok || result.errors).toBe(true)
  expect(result.ok && result.inventory.notify?.channels).toHaveLength(3)
})
