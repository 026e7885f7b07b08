// What the parts of `notify` mean together: a channel has what its kind needs, a contact names a channel and an address that
// fits it, levels rise, quiet hours are of a zone that there is.
import { entryOf, isText, valueOf, type MapTree, type Tree } from '../compile/1-read/tree.ts'
import { durationMs } from '../compile/2-shape/literals.ts'
import { didYouMean } from '../compile/did-you-mean.ts'
import type { Report } from '../compile/report.ts'
import { MAIL_PATTERN } from '../schema/notify.ts'

const KEYS: Readonly<Record<string, { readonly needs: readonly string[]; readonly takes: readonly string[] }>> = {
  webhook: { needs: ['url'], takes: ['secret'] },
  smtp: { needs: ['host', 'from', 'to'], takes: ['port', 'security', 'user', 'password'] },
  slack: { needs: ['token', 'to'], takes: ['api'] },
}

/** Judges `notify` and whatever refers to it. Fails: RB201, RB202, RB204, RB401–RB403. */
export function checkNotify(inventory: MapTree, report: Report): void {
  const notify = valueOf(inventory, 'notify')
  const groups = mapsIn(inventory, 'groups')
  const map = notify?.kind === 'map' ? notify : null
  const channels = map === null ? [] : mapsIn(map, 'channels')
  const kinds = new Map(channels.map((channel) => [textOf(channel, 'name'), textOf(channel, 'kind')]))
  for (const holder of [...groups, ...(map === null ? [] : mapsIn(map, 'people'))]) checkContacts(holder, kinds, report)
  if (map === null) return
  reportTwins('the channel', channels, report)
  reportTwins('the person', mapsIn(map, 'people'), report)
  for (const channel of channels) checkChannel(channel, report)
  checkLevels(map, groups, report)
  checkQuietHours(map, kinds, report)
}

function checkChannel(channel: MapTree, report: Report): void {
  const kind = textOf(channel, 'kind')
  const keys = KEYS[kind]
  if (keys === undefined) return
  const where = `a channel of kind \`${kind}\``
  for (const key of keys.needs) if (textOf(channel, key) === '') report('RB202', channel.at, { key, where })
  const known = ['name', 'kind', ...keys.needs, ...keys.takes]
  for (const { key, keyAt } of channel.entries)
    if (!known.includes(key)) report('RB201', keyAt, { key, where }, `it takes ${known.join(', ')}`)
  if ((textOf(channel, 'user') === '') !== (textOf(channel, 'password') === '') && kind === 'smtp')
    report('RB202', channel.at, { key: textOf(channel, 'user') === '' ? 'user' : 'password', where })
  if (kind === 'smtp') checkMail(valueOf(channel, 'to'), report)
}

function checkMail(tree: Tree | undefined, report: Report): void {
  if (!isText(tree) || new RegExp(MAIL_PATTERN).test(tree.value)) return
  report('RB204', tree.at, { key: 'to', found: `\`${tree.value}\``, expected: 'an address such as `ada@example.org`' })
}

function checkContacts(holder: MapTree, kinds: ReadonlyMap<string, string>, report: Report): void {
  for (const contact of mapsIn(holder, 'contacts')) {
    checkChannelName(contact, kinds, report)
    if (kinds.get(textOf(contact, 'channel')) === 'smtp') checkMail(valueOf(contact, 'to'), report)
  }
}

/** Fails: RB402 where a map's `channel` is none. */
function checkChannelName(map: MapTree, kinds: ReadonlyMap<string, string>, report: Report): void {
  const channel = valueOf(map, 'channel')
  if (isText(channel) && !kinds.has(channel.value))
    report('RB402', channel.at, { what: 'channel', name: channel.value }, didYouMean(channel.value, kinds.keys()))
}

function checkLevels(notify: MapTree, groups: readonly MapTree[], report: Report): void {
  const names = groups.map((group) => textOf(group, 'name'))
  let before = 0
  for (const [index, level] of mapsIn(notify, 'levels').entries()) {
    const to = valueOf(level, 'to')
    for (const { value, at } of to?.kind === 'list' ? to.items.filter(isText) : [])
      if (!names.includes(value)) report('RB402', at, { what: 'group', name: value }, didYouMean(value, names))
    const after = afterMs(valueOf(level, 'after'))
    const at = entryOf(level, 'after')?.keyAt ?? level.at
    if (index > 0 && after <= before)
      report('RB204', at, {
        ...{ key: 'after', found: `${after} ms` },
        expected: `more than the ${before} ms of level ${index}`,
      })
    before = after
  }
}

function afterMs(tree: Tree | undefined): number {
  if (isText(tree)) return durationMs(tree.value) ?? 0
  return tree?.kind === 'scalar' && typeof tree.value === 'number' ? tree.value : 0
}

function checkQuietHours(notify: MapTree, kinds: ReadonlyMap<string, string>, report: Report): void {
  const hours = valueOf(notify, 'quietHours')
  if (hours?.kind !== 'map') return
  checkChannelName(hours, kinds, report)
  const zone = valueOf(hours, 'zone')
  if (isText(zone) && !isZone(zone.value))
    report('RB204', zone.at, {
      ...{ key: 'zone', found: `\`${zone.value}\`` },
      expected: 'a time zone such as `Europe/Berlin`',
    })
  const to = valueOf(hours, 'to')
  if (isText(to) && to.value === textOf(hours, 'from'))
    report('RB204', to.at, { key: 'to', found: `\`${to.value}\``, expected: 'another time than `from`' })
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const mapsIn = (map: MapTree, key: string): readonly MapTree[] => {
  const list = valueOf(map, key)
  return list?.kind === 'list' ? list.items.filter((item): item is MapTree => item.kind === 'map') : []
}

function textOf(map: MapTree, key: string): string {
  const value = valueOf(map, key)
  return isText(value) ? value.value : ''
}

function reportTwins(what: string, maps: readonly MapTree[], report: Report): void {
  const seen = new Map<string, number>()
  for (const map of maps) {
    const name = textOf(map, 'name')
    const at = valueOf(map, 'name')?.at ?? map.at
    const first = seen.get(name)
    if (first === undefined) seen.set(name, report.lineOf(at))
    else report('RB401', at, { what, name, line: first })
  }
}
