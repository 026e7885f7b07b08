// What the parts of an inventory mean together: names that mean one thing, members that are nodes, limits in order.
import { entryOf, isText, valueOf, type MapTree, type Span, type Tree } from '../compile/1-read/tree.ts'
import { didYouMean } from '../compile/did-you-mean.ts'
import type { Report } from '../compile/report.ts'
import { DEFAULT_DETECTOR, defaultThresholds } from './defaults.ts'

/** Judges a tree whose shape fits. Fails: RB202, RB401–RB403. */
export function checkInventory(tree: MapTree, report: Report): void {
  const clusters = mapsOf(valueOf(tree, 'clusters'))
  reportTwins('the cluster', clusters, new Map(), report)
  reportTwins('the group', mapsOf(valueOf(tree, 'groups')), new Map(), report)
  for (const cluster of clusters) {
    // Nodes, services and aliases share one space of names: a label of an alert must mean one target.
    const seen = new Map<string, Span>()
    const nodes = mapsOf(valueOf(cluster, 'nodes'))
    const services = mapsOf(valueOf(cluster, 'services'))
    reportTwins('the node', nodes, seen, report)
    // A service may carry the name of its cluster, which is what a person would call both.
    reportTwins('the service', services, new Map(seen), report)
    for (const node of nodes) reportAliases(node, seen, report)
    for (const service of services) checkService(service, nodes, report)
    checkDetector(cluster, report)
    for (const dependency of mapsOf(valueOf(cluster, 'dependencies'))) checkNames(dependency, 'nodes', nodes, report)
    for (const signal of mapsOf(valueOf(cluster, 'signals'))) checkSignal(signal, report)
    if (override(cluster) !== undefined && !isAcceptance(tree))
      report(
        'RB202',
        override(cluster)?.keyAt ?? cluster.at,
        { key: 'acceptance', where: 'the inventory' },
        'an inventory with `override` must say `acceptance: true`',
      )
  }
}

const mapsOf = (tree: Tree | undefined): readonly MapTree[] =>
  tree?.kind === 'list' ? tree.items.filter((item): item is MapTree => item.kind === 'map') : []

function nameOf(map: MapTree): { readonly name: string; readonly at: Span } {
  const value = valueOf(map, 'name')
  return { name: isText(value) ? value.value : '', at: value?.at ?? map.at }
}

function reportTwins(what: string, maps: readonly MapTree[], seen: Map<string, Span>, report: Report): void {
  for (const { name, at } of maps.map(nameOf)) {
    const first = seen.get(name)
    if (first === undefined) seen.set(name, at)
    else report('RB401', at, { what, name, line: report.lineOf(first) })
  }
}

function reportAliases(node: MapTree, seen: Map<string, Span>, report: Report): void {
  const aliases = valueOf(node, 'aliases')
  if (aliases?.kind !== 'list') return
  for (const alias of aliases.items.filter(isText)) {
    const first = seen.get(alias.value)
    if (first === undefined) seen.set(alias.value, alias.at)
    else report('RB401', alias.at, { what: 'the alias', name: alias.value, line: report.lineOf(first) })
  }
}

function checkService(service: MapTree, nodes: readonly MapTree[], report: Report): void {
  const names = nodes.map((node) => nameOf(node).name)
  const members = valueOf(service, 'members')
  const items = members?.kind === 'list' ? members.items.filter(isText) : []
  const seen = new Map<string, Span>()
  for (const { value, at } of items) {
    const first = seen.get(value)
    if (!names.includes(value)) report('RB402', at, { what: 'node', name: value }, didYouMean(value, names))
    else if (first !== undefined) report('RB401', at, { what: 'the member', name: value, line: report.lineOf(first) })
    seen.set(value, at)
  }
  const replicas = valueOf(service, 'replicas')
  if (replicas?.kind !== 'map') return
  const min = numberOf(valueOf(replicas, 'min')) ?? Math.min(1, items.length)
  const max = numberOf(valueOf(replicas, 'max')) ?? items.length
  const at = entryOf(replicas, 'min')?.keyAt ?? entryOf(replicas, 'max')?.keyAt ?? replicas.at
  if (min > max) report('RB403', at, { key: '`min`', low: min, other: '`max`', high: max })
}

/** Fails: RB402 where a list names what is no node. */
function checkNames(map: MapTree, key: string, nodes: readonly MapTree[], report: Report): void {
  const names = nodes.map((node) => nameOf(node).name)
  const list = valueOf(map, key)
  for (const { value, at } of list?.kind === 'list' ? list.items.filter(isText) : [])
    if (!names.includes(value)) report('RB402', at, { what: 'node', name: value }, didYouMean(value, names))
}

/** A signal has one source: a query for Prometheus, or a pattern in a file. Fails: RB202. */
function checkSignal(signal: MapTree, report: Report): void {
  const has = (key: string): boolean => isText(valueOf(signal, key))
  if ((has('prometheus') && has('query')) || (has('file') && has('pattern'))) return
  const key = has('prometheus') ? 'query' : has('query') ? 'prometheus' : has('file') ? 'pattern' : 'file'
  const help = 'a signal has `prometheus` and `query`, or `file` and `pattern`'
  report('RB202', signal.at, { key, where: 'the signal' }, help)
}

function checkDetector(cluster: MapTree, report: Report): void {
  const detector = valueOf(cluster, 'detector')
  if (detector?.kind !== 'map') return
  const model = valueOf(detector, 'model')
  const usual = defaultThresholds(isText(model) ? model.value : DEFAULT_DETECTOR.model)
  const suspect = numberOf(valueOf(detector, 'suspectPhi')) ?? usual.suspectPhi
  const failed = numberOf(valueOf(detector, 'failedPhi')) ?? usual.failedPhi
  const at = entryOf(detector, 'suspectPhi')?.keyAt ?? entryOf(detector, 'failedPhi')?.keyAt ?? detector.at
  if (suspect > failed) report('RB403', at, { key: '`suspectPhi`', low: suspect, other: '`failedPhi`', high: failed })
}

function override(cluster: MapTree): ReturnType<typeof entryOf> {
  const guard = valueOf(cluster, 'guard')
  const entry = guard?.kind === 'map' ? entryOf(guard, 'override') : undefined
  return entry?.value.kind === 'map' ? entry : undefined
}

function isAcceptance(tree: MapTree): boolean {
  const value = valueOf(tree, 'acceptance')
  return value?.kind === 'scalar' && value.value === true
}

const numberOf = (tree: Tree | undefined): number | null =>
  tree?.kind === 'scalar' && typeof tree.value === 'number' ? tree.value : null
