// YAML → Inventory, with the compiler's reader and diagnostics. Paths in it are relative to the file.
import { dirname, resolve } from 'node:path'
import { read, type Source } from '../compile/1-read/read.ts'
import type { SourceText } from '../compile/1-read/source-text.ts'
import { toJson, type MapTree, type Tree } from '../compile/1-read/tree.ts'
import { fieldsOf, type Fields } from '../compile/2-shape/fields.ts'
import { firstOf, reportIssues } from '../compile/2-shape/report-issues.ts'
import { inOrder, type Diagnostic } from '../compile/diagnostics.ts'
import { createReport, type Report } from '../compile/report.ts'
import { DEFAULT_FLAPPING } from '../guard/turns.ts'
import { findIssues } from '../schema/find-issues.ts'
import { DETECTOR_MODELS, INVENTORY } from '../schema/inventory.ts'
import { checkInventory } from './check-inventory.ts'
import { checkModes } from './check-modes.ts'
import { checkNotify } from './check-notify.ts'
import {
  DEFAULT_DETECTOR,
  DEFAULT_GUARD,
  DEFAULT_HEARTBEAT,
  DEFAULT_MIN_REPLICAS,
  DEFAULT_SIGNAL_WINDOW_MS,
  DEFAULT_STOP_GRACE_MS,
  defaultThresholds,
} from './defaults.ts'
import { adaptationFrom, modeFrom } from './read-modes.ts'
import type { NotifySettings } from './notify-settings.ts'
import { contactsOf, notifyFrom } from './read-notify.ts'
import type { JsonObject } from '../plan/json.ts'
import type {
  BalancerSpec,
  Canary,
  Cluster,
  ClusterGuard,
  Inventory,
  Node,
  ProcessControlSpec,
  Service,
  Signal,
} from './inventory.ts'

export type InventoryRead =
  | { readonly ok: true; readonly inventory: Inventory; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly errors: readonly Diagnostic[] }

/** Reads an inventory. Fails: RB1xx, RB2xx and RB401–RB403, as a result. */
export function readInventory(source: Source): InventoryRead {
  const text = read(source)
  if (!text.ok) return { ok: false, errors: inOrder(text.errors) }
  const found: Diagnostic[] = []
  const report = createReport(text.source, found)
  const inventory = shapeInventory(text.tree, text.source, report)
  if (inventory === null || found.some(({ severity }) => severity === 'error'))
    return { ok: false, errors: inOrder(found) }
  return { ok: true, inventory, warnings: inOrder(found) }
}

function shapeInventory(tree: Tree, source: SourceText, report: Report): Inventory | null {
  if (tree.kind !== 'map') {
    report('RB203', tree.at, { key: 'the inventory', expected: 'a map with `clusters`', found: `a ${tree.kind}` })
    return null
  }
  const issues = findIssues(INVENTORY, toJson(tree))
  reportIssues(issues, tree, 'the inventory', firstOf(tree), report)
  if (issues.length > 0) return null
  checkInventory(tree, report)
  checkModes(tree, report)
  checkNotify(tree, report)
  const fields = fieldsOf(tree, report)
  const folder = dirname(resolve(source.path))
  return {
    version: 1,
    clusters: each(fields, 'clusters').map((cluster) => clusterFrom(cluster, folder)),
    groups: each(fields, 'groups').map((group) => ({
      name: group.text('name') ?? '',
      members: group.texts('members'),
      ...(group.tree('contacts') === undefined ? {} : { contacts: contactsOf(group) }),
    })),
    ...notifyIn(fields.inside('notify')),
    acceptance: fields.bool('acceptance'),
  }
}

const notifyIn = (fields: Fields | null): { readonly notify?: NotifySettings } =>
  fields === null ? {} : { notify: notifyFrom(fields) }

/** The maps of a list. */
function each(fields: Fields | null, key: string): readonly Fields[] {
  const list = fields?.tree(key)
  if (fields === null || list?.kind !== 'list') return []
  return list.items.filter((item): item is MapTree => item.kind === 'map').map((item) => fieldsOf(item, fields.report))
}

const millis = (fields: Fields | null, key: string): number | null => fields?.number(key) ?? fields?.ms(key) ?? null

function clusterFrom(fields: Fields, folder: string): Cluster {
  const heartbeat = fields.inside('heartbeat')
  const detector = fields.inside('detector')
  const model = detector?.choice('model', DETECTOR_MODELS) ?? DEFAULT_DETECTOR.model
  const thresholds = defaultThresholds(model)
  return {
    name: fields.text('name') ?? '',
    nodes: each(fields, 'nodes').map(nodeFrom),
    services: each(fields, 'services').map((service) => serviceFrom(service, folder)),
    heartbeat: {
      kind: heartbeat?.choice('kind', ['http', 'tcp']) ?? DEFAULT_HEARTBEAT.kind,
      path: heartbeat?.text('path') ?? DEFAULT_HEARTBEAT.path,
      intervalMs: millis(heartbeat, 'intervalMs') ?? DEFAULT_HEARTBEAT.intervalMs,
      timeoutMs: millis(heartbeat, 'timeoutMs') ?? DEFAULT_HEARTBEAT.timeoutMs,
    },
    detector: {
      model,
      windowSize: detector?.number('windowSize') ?? DEFAULT_DETECTOR.windowSize,
      minDeviationMs: millis(detector, 'minDeviationMs') ?? DEFAULT_DETECTOR.minDeviationMs,
      pauseMs: millis(detector, 'pauseMs') ?? DEFAULT_DETECTOR.pauseMs,
      suspectPhi: detector?.number('suspectPhi') ?? thresholds.suspectPhi,
      failedPhi: detector?.number('failedPhi') ?? thresholds.failedPhi,
    },
    guard: guardFrom(fields.inside('guard')),
    ...(fields.tree('dependencies') === undefined
      ? {}
      : {
          dependencies: each(fields, 'dependencies').map((dependency) => ({
            name: dependency.text('name') ?? '',
            nodes: dependency.texts('nodes'),
          })),
        }),
    ...(fields.tree('signals') === undefined
      ? {}
      : { signals: each(fields, 'signals').flatMap((each) => signalFrom(each, folder)) }),
    ...(fields.tree('modes') === undefined ? {} : { modes: each(fields, 'modes').map(modeFrom) }),
    ...(fields.tree('adaptations') === undefined
      ? {}
      : { adaptations: each(fields, 'adaptations').flatMap(adaptationFrom) }),
    page: fields.texts('page'),
  }
}

function guardFrom(fields: Fields | null): ClusterGuard {
  const override = fields?.inside('override') ?? null
  const flapping = fields?.inside('flapping') ?? null
  return {
    runsInFlight: fields?.number('runsInFlight') ?? DEFAULT_GUARD.runsInFlight,
    startsPerMinute: fields?.number('startsPerMinute') ?? DEFAULT_GUARD.startsPerMinute,
    override:
      override === null ? null : { cooldownMs: millis(override, 'cooldownMs'), attempts: override.number('attempts') },
    ...(flapping === null
      ? {}
      : {
          flapping: {
            turns: flapping.number('turns') ?? DEFAULT_FLAPPING.turns,
            windowMs: millis(flapping, 'windowMs') ?? DEFAULT_FLAPPING.windowMs,
            startsPerHour: flapping.number('startsPerHour') ?? DEFAULT_FLAPPING.startsPerHour,
          },
        }),
  }
}

/** One whole source: where there is none, check-inventory has said so. */
function signalFrom(fields: Fields, folder: string): readonly Signal[] {
  const [name, prometheus, query] = [fields.text('name') ?? '', fields.text('prometheus'), fields.text('query')]
  const [file, pattern] = [fields.text('file'), fields.text('pattern')]
  if (prometheus !== null && query !== null)
    return [{ kind: 'promql', name, prometheus: prometheus.replace(/\/+$/, ''), query }]
  if (file === null || pattern === null) return []
  const windowMs = millis(fields, 'windowMs') ?? DEFAULT_SIGNAL_WINDOW_MS
  return [{ kind: 'log', name, file: resolve(folder, file), pattern, windowMs }]
}

const nodeFrom = (fields: Fields): Node => ({
  name: fields.text('name') ?? '',
  address: (fields.text('address') ?? '').replace(/\/+$/, ''),
  zone: fields.text('zone'),
  aliases: fields.texts('aliases'),
  spare: fields.bool('spare'),
  ...(fields.bool('controlPlane') ? { controlPlane: true } : {}),
})

function serviceFrom(fields: Fields, folder: string): Service {
  const members = fields.texts('members')
  const replicas = fields.inside('replicas')
  return {
    name: fields.text('name') ?? '',
    members,
    control: controlFrom(fields.inside('control'), folder),
    balancer: balancerFrom(fields.inside('balancer')),
    replicas: {
      min: replicas?.number('min') ?? Math.min(DEFAULT_MIN_REPLICAS, members.length),
      max: replicas?.number('max') ?? members.length,
    },
    ...canaryFrom(fields.inside('canary')),
  }
}

function canaryFrom(fields: Fields | null): { readonly canary?: Canary } {
  const path = fields?.text('path') ?? null
  if (fields === null || path === null) return {}
  const body = fields.tree('body')
  return { canary: { path, body: body?.kind === 'map' ? (toJson(body) as JsonObject) : null } }
}

function controlFrom(fields: Fields | null, folder: string): ProcessControlSpec {
  const env = fields?.tree('env')
  const cwd = fields?.text('cwd') ?? null
  return {
    kind: 'process',
    command: fields?.texts('command') ?? [],
    cwd: cwd === null ? null : resolve(folder, cwd),
    env: env === undefined ? {} : (toJson(env) as Readonly<Record<string, string>>),
    stateFolder: resolve(folder, fields?.text('stateFolder') ?? '.'),
    stopGraceMs: millis(fields, 'stopGraceMs') ?? DEFAULT_STOP_GRACE_MS,
  }
}

const balancerFrom = (fields: Fields | null): BalancerSpec | null =>
  fields === null ? null : { kind: 'http', admin: fields.text('admin') ?? '', url: fields.text('url') ?? '' }
