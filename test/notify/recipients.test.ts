import { describe, expect, test } from 'vitest'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { NotifySettings, SmtpSpec } from '../../src/inventory/notify-settings.ts'
import { findUnreachedClusters, findUnreachedGroups } from '../../src/notify/find-unreached.ts'
import { recipientsOf, unreachedAs } from '../../src/notify/recipients.ts'
import { block, planOf, step } from '../workflows/plans.ts'
import { clusterOf } from '../workflows/stubs/lab-of-three.ts'

const mail: SmtpSpec = {
  ...{ kind: 'smtp', name: 'mail', host: 'mail', port: 587, security: 'starttls', user: null, password: null },
  ...{ from: 'phix@example.org', to: 'ops@example.org' },
}
const chat = { kind: 'slack', name: 'chat', token: 'secret://env/TOKEN', api: null, to: 'C0OPS' } as const
const pager = { kind: 'webhook', name: 'pager', url: 'https://pager.example.org/', secret: null } as const
const notify: NotifySettings = {
  channels: [mail, chat, pager],
  people: [
    {
      name: 'ada',
      contacts: [
        { channel: 'mail', to: 'ada@example.org' },
        { channel: 'pager', to: null },
      ],
    },
    {
      name: 'grace',
      contacts: [
        { channel: 'chat', to: 'U0GRACE' },
        { channel: 'pager', to: null },
      ],
    },
    { name: 'robin', contacts: [{ channel: 'mail', to: 'robin@example.org' }] },
  ],
  levels: [],
  ...{ repeatMs: 0, repeats: 0, updateMs: 0, quietHours: null },
}
const groups = [
  { name: 'oncall', members: ['ada', 'grace'], contacts: [{ channel: 'chat', to: 'C0ONCALL' }] },
  { name: 'senior', members: ['robin'] },
  { name: 'mute', members: ['nobody-known'] },
]
const known: Pick<Inventory, 'groups' | 'notify'> = { groups, notify }
const reached = (to: readonly string[], from: Pick<Inventory, 'groups' | 'notify'> = known) =>
  recipientsOf(from, to).deliveries.map(
    ({ channel, to: address, who }) => `${channel.name} ${address}: ${who.join(',')}`,
  )

describe('a message to groups', () => {
  test('reaches a group and its people by all their contacts, and an address once', () => {
    expect(reached(['oncall'])).toEqual([
      'chat C0ONCALL: oncall',
      'mail ada@example.org: ada',
      'pager null: ada,grace',
      'chat U0GRACE: grace',
    ])
  })
  test('to one that does not exist, or of which nobody has a contact, goes through every channel', () => {
    const all = [
      'mail ops@example.org: everybody at mail',
      'chat C0OPS: everybody at chat',
      'pager null: everybody at pager',
    ]
    expect(reached(['nobody'])).toEqual(all)
    expect(reached(['mute'])).toEqual(all)
    expect(reached([])).toEqual(all)
    expect(recipientsOf(known, ['mute']).notes).toEqual([
      'nobody has a contact as `mute`: told through every channel instead',
    ])
  })
  test('to one that does not exist goes to the first level where there is one', () => {
    const levels = [{ afterMs: 0, to: ['senior'] }]
    expect(reached(['nobody'], { groups, notify: { ...notify, levels } })).toEqual(['mail robin@example.org: robin'])
  })
  test('one of which reaches nobody reaches the others all the same', () => {
    expect(reached(['senior', 'mute'])[0]).toBe('mail robin@example.org: robin')
    expect(reached(['senior', 'mute'])).toHaveLength(4)
  })
})

test('why a page would reach nobody is known before', () => {
  expect(unreachedAs(known, 'oncall')).toBeNull()
  expect(unreachedAs(known, 'nobody')).toBe('the inventory has no group `nobody`')
  expect(unreachedAs(known, 'mute')).toBe('nobody of `mute` has a contact')
  expect(unreachedAs({ groups }, 'oncall')).toBe('`oncall` has no channel: it is in the log and the journal only')
})

test('a runbook that names a group which reaches nobody is found, also where a step deep inside does', () => {
  const inner = step('notify', 'n', { to: ['mute', 'oncall'], message: { lit: 'x' } })
  const plan = planOf([block('b', [block('c', [inner])])], {
    escalate: [{ after: { kind: 'failure' }, notify: ['nobody'] }],
  })
  const inventory: Inventory = { version: 1, clusters: [], acceptance: false, groups, notify }
  expect(findUnreachedGroups(inventory, plan)).toEqual([
    'a page of runbook `test-plan` wakes nobody: the inventory has no group `nobody`',
    'a page of runbook `test-plan` wakes nobody: nobody of `mute` has a contact',
  ])
  const clusters = [{ ...clusterOf('lab'), page: ['mute'] }]
  expect(findUnreachedClusters({ ...inventory, clusters })).toEqual([
    'a page of cluster `lab` wakes nobody: nobody of `mute` has a contact',
  ])
})
