// From groups to addresses. A page whose groups reach nobody is not lost: it goes to the first level, else through every
// channel there is; and doctor, check and status say so before it happens.
import type { Group, Inventory } from '../inventory/inventory.ts'
import type { ChannelSpec, Contact } from '../inventory/notify-settings.ts'

type Known = Pick<Inventory, 'groups' | 'notify'>

/** One message to send: to one address of one channel. */
export interface Delivery {
  readonly channel: ChannelSpec
  /** Address in the channel; null where it has one only. */
  readonly to: string | null
  /** People and groups that are reached by it. */
  readonly who: readonly string[]
}

export interface Recipients {
  readonly deliveries: readonly Delivery[]
  readonly people: readonly string[]
  /** What a person should know of whom it does not reach. */
  readonly notes: readonly string[]
}

/** Answers whom a message to these groups reaches, and how. */
export function recipientsOf(known: Known, to: readonly string[]): Recipients {
  const { groups, notify } = known
  const meant = groups.filter(({ name }) => to.includes(name))
  const notes = to
    .filter((name) => !meant.some((group) => group.name === name))
    .map((name) => `nobody is told as \`${name}\`: the inventory has no such group`)
  const people = [...new Set(meant.flatMap(({ members }) => members))]
  if (notify === undefined) return { deliveries: [], people, notes }
  const own = meant.flatMap((group) => contactsOf(known, group))
  const mute = to.filter((name) => reachOf(known, name) === 0)
  if (mute.length === 0 && own.length > 0) return { deliveries: toDeliveries(notify.channels, own), people, notes }
  const instead = insteadOf(known)
  const whom = mute.length === 0 ? 'nobody was named' : `nobody has a contact as ${mute.map(quoted).join(', ')}`
  return {
    deliveries: toDeliveries(notify.channels, [...own, ...instead.contacts]),
    people: [...new Set([...people, ...instead.people])],
    notes: [...notes, `${whom}: told ${instead.how} instead`],
  }
}

/** Answers every channel with its own address, without those that were tried. */
export const everyOther = ({ notify }: Known, tried: readonly Delivery[]): readonly Delivery[] =>
  (notify?.channels ?? [])
    .filter(({ name }) => !tried.some(({ channel }) => channel.name === name))
    .map((channel) => ({ channel, to: ownAddress(channel), who: [`everybody at ${channel.name}`] }))

/** Answers the one channel of this name with its own address. */
export const onlyBy = ({ notify }: Known, name: string): readonly Delivery[] =>
  (notify?.channels ?? [])
    .filter((channel) => channel.name === name)
    .map((channel) => ({ channel, to: ownAddress(channel), who: [`everybody at ${channel.name}`] }))

/** Says why a page to this group would wake nobody; null where it reaches somebody. */
export function unreachedAs(known: Known, group: string): string | null {
  const found = known.groups.some(({ name }) => name === group)
  if (!found) return `the inventory has no group \`${group}\``
  if ((known.notify?.channels.length ?? 0) === 0)
    return `\`${group}\` has no channel: it is in the log and the journal only`
  return reachOf(known, group) === 0 ? `nobody of \`${group}\` has a contact` : null
}

interface Reached extends Contact {
  readonly who: string
}

function contactsOf({ notify }: Known, { name, members, contacts = [] }: Group): readonly Reached[] {
  const people = (notify?.people ?? []).filter((person) => members.includes(person.name))
  return [
    ...contacts.map((contact) => ({ ...contact, who: name })),
    ...people.flatMap((person) => person.contacts.map((contact) => ({ ...contact, who: person.name }))),
  ]
}

const reachOf = (known: Known, name: string): number =>
  known.groups.filter((group) => group.name === name).flatMap((group) => contactsOf(known, group)).length

function insteadOf(known: Known): { contacts: readonly Reached[]; people: readonly string[]; how: string } {
  const first = known.notify?.levels[0]?.to ?? []
  const groups = known.groups.filter(({ name }) => first.includes(name))
  const contacts = groups.flatMap((group) => contactsOf(known, group))
  if (contacts.length > 0)
    return { contacts, people: groups.flatMap(({ members }) => members), how: `the first level (${first.join(', ')})` }
  const channels = known.notify?.channels ?? []
  return {
    contacts: channels.map(({ name }) => ({ channel: name, to: null, who: `everybody at ${name}` })),
    people: [],
    how: channels.length === 0 ? 'in the log and the journal' : 'through every channel',
  }
}

/** One delivery an address, whoever shares it. */
function toDeliveries(channels: readonly ChannelSpec[], contacts: readonly Reached[]): readonly Delivery[] {
  const deliveries = new Map<string, Delivery>()
  for (const contact of contacts) {
    const channel = channels.find(({ name }) => name === contact.channel)
    if (channel === undefined) continue
    const to = channel.kind === 'webhook' ? null : (contact.to ?? ownAddress(channel))
    const key = JSON.stringify([channel.name, to])
    const who = deliveries.get(key)?.who ?? []
    deliveries.set(key, { channel, to, who: [...new Set([...who, contact.who])] })
  }
  return [...deliveries.values()]
}

const ownAddress = (channel: ChannelSpec): string | null => (channel.kind === 'webhook' ? null : channel.to)

const quoted = (name: string): string => `\`${name}\``
