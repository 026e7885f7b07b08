// Reads the settings: flag > environment PHIX_* > phix.config.yaml > a running `phix up` > defaults.
// Read next: setting-table.ts (every setting), layer-settings.ts (which layer wins).
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '../compile/diagnostics.ts'
import { readAddresses } from './addresses.ts'
import { layerSettings, SettingError, type Chosen, type Layer, type LayerValues } from './layer-settings.ts'
import { SETTINGS, type SettingName } from './setting-table.ts'
import type { Settings } from './settings.ts'

export interface SettingSources {
  readonly flags?: Readonly<Partial<Record<SettingName, string>>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Where the command was typed. */
  readonly folder?: string
}

export interface SettingsRead {
  readonly settings: Settings
  /** Where each value came from; a setting that nobody set is not in it. */
  readonly origins: Readonly<Partial<Record<SettingName, Layer>>>
}

/** Answers the settings. Fails: SettingError, which says what to mend. */
export const readSettings = async (sources: SettingSources = {}): Promise<Settings> =>
  (await readSettingsWithOrigins(sources)).settings

/** Answers the settings and where each came from. */
export async function readSettingsWithOrigins({
  flags = {},
  environment = process.env,
  folder = process.cwd(),
}: SettingSources = {}): Promise<SettingsRead> {
  const project = findProject(folder)
  const typed: Layers = {
    flag: { values: flags, folder },
    environment: { values: valuesFrom(environment), folder },
    file: { values: await readFileValues(join(project, CONFIG_FILE)), folder: project },
  }
  const dataFolder = layerSettings(typed).dataFolder?.value ?? join(project, '.phix')
  const layers: Layers = {
    ...typed,
    running: { values: runningValues(dataFolder), folder: dataFolder },
    default: { values: defaults(project, dataFolder), folder: project },
  }
  const chosen = layerSettings(layers)
  const external = isExternal(chosen['temporal.address'], environment)
  const settings = toSettings(chosen, external)
  return {
    settings: external ? await withTemporalEnvironment(settings, chosen, environment) : settings,
    origins: Object.fromEntries(
      Object.entries(chosen).flatMap(([name, each]) => (each === null ? [] : [[name, each.layer]])),
    ),
  }
}

type Layers = Readonly<Partial<Record<Layer, LayerValues>>>
const CONFIG_FILE = 'phix.config.yaml'

/** The nearest folder upwards that has a configuration or runbooks; else the one that Phix itself is in. */
function findProject(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, CONFIG_FILE)) || existsSync(join(at, 'runbooks'))) return at
    if (dirname(at) === at) return installationFolder()
  }
}

/** The folder of package.json, whether this runs from the sources or from the build. */
export function installationFolder(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
  }
}

const valuesFrom = (environment: Readonly<Record<string, string | undefined>>): LayerValues['values'] =>
  Object.fromEntries(
    SETTINGS.flatMap(({ name, variable }) => (environment[variable] ? [[name, environment[variable]]] : [])),
  )

/** Loads the YAML reader only where there is a file to read. */
async function readFileValues(path: string): Promise<LayerValues['values']> {
  if (!existsSync(path)) return {}
  const { readSettingsFile } = await import('./read-settings-file.ts')
  const read = readSettingsFile(path)
  if (read.ok) return read.values
  throw new SettingsFileError(path, read.errors)
}

/** A settings file with mistakes; its diagnostics say where and what. */
export class SettingsFileError extends SettingError {
  override readonly name = 'SettingsFileError'
  readonly diagnostics: readonly Diagnostic[]
  constructor(path: string, diagnostics: readonly Diagnostic[]) {
    const [first] = diagnostics
    const { line, column } = first?.at ?? { line: 1, column: 1 }
    super(`the settings cannot be used: ${path}:${line}:${column} ${first?.message ?? ''}`)
    this.diagnostics = diagnostics
  }
}

/** Where Temporal runs is told by who started it. */
function runningValues(dataFolder: string): LayerValues['values'] {
  const addresses = readAddresses(dataFolder)
  if (addresses === null) return {}
  return {
    'temporal.address': addresses.temporal.address,
    'temporal.uiAddress': addresses.temporal.uiAddress,
    'server.port': String(addresses.server.port),
    ...(addresses.metrics && { 'server.metricsPort': String(addresses.metrics.port) }),
    ...(addresses.worker && { 'worker.port': String(addresses.worker.port) }),
  }
}

export const DEFAULT_PORTS = { temporal: 7233, ui: 8233, server: 7080, worker: 7081, metrics: 7082 } as const

function defaults(
  project: string,
  dataFolder: string,
): Record<Exclude<SettingName, 'failpoint' | 'allowedHosts' | 'deadMan.url'>, string> {
  const own = join(project, 'inventory.yaml')
  return {
    dataFolder,
    runbooksFolder: join(project, 'runbooks'),
    // Where a project has no inventory of its own, there is the lab's.
    inventoryFile: existsSync(own) ? own : join(dataFolder, 'inventory.yaml'),
    'temporal.address': `127.0.0.1:${DEFAULT_PORTS.temporal}`,
    'temporal.namespace': 'default',
    'temporal.uiAddress': `http://127.0.0.1:${DEFAULT_PORTS.ui}`,
    'server.host': '127.0.0.1',
    'server.port': String(DEFAULT_PORTS.server),
    'server.metricsHost': '127.0.0.1',
    'server.metricsPort': String(DEFAULT_PORTS.metrics),
    'worker.host': '127.0.0.1',
    'worker.port': String(DEFAULT_PORTS.worker),
    intakeFile: join(project, 'intake.yaml'),
    insecureDev: 'no',
    'deadMan.every': '1m',
    journal: `sqlite:${join(dataFolder, 'journal.db')}`,
    person: userName(),
    'log.level': 'info',
    'log.format': 'json',
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown' // a container's user may have no name
  }
}

const TEMPORAL_VARIABLES = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE']

/**
 * Tells whether a Temporal server was pointed at.
 * Why not Temporal's default file too: it may be there for other work, and `npm start` must not act on production.
 */
const isExternal = (address: Chosen | null, environment: Readonly<Record<string, string | undefined>>): boolean =>
  isMeant(address) || TEMPORAL_VARIABLES.some((name) => Boolean(environment[name]))

const isMeant = (chosen: Chosen | null): boolean =>
  chosen !== null && chosen.layer !== 'default' && chosen.layer !== 'running'

/** Fills in what Temporal's own configuration says and ours does not. */
async function withTemporalEnvironment(
  settings: Settings,
  chosen: Readonly<Record<SettingName, Chosen | null>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig')
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars })
  return {
    ...settings,
    temporal: {
      external: true,
      address: pick(chosen['temporal.address'], connectionOptions.address, settings.temporal.address),
      namespace: pick(chosen['temporal.namespace'], namespace, settings.temporal.namespace),
      uiAddress: isMeant(chosen['temporal.uiAddress']) ? settings.temporal.uiAddress : null,
    },
  }
}

const pick = (ours: Chosen | null, theirs: string | undefined, fallback: string): string =>
  isMeant(ours) ? (ours?.value ?? fallback) : (theirs ?? fallback)

function toSettings(chosen: Readonly<Record<SettingName, Chosen | null>>, external: boolean): Settings {
  const value = (name: SettingName): string => chosen[name]?.value ?? ''
  return {
    dataFolder: value('dataFolder'),
    runbooksFolder: value('runbooksFolder'),
    inventoryFile: value('inventoryFile'),
    temporal: {
      address: value('temporal.address'),
      namespace: value('temporal.namespace'),
      uiAddress: value('temporal.uiAddress'),
      external,
    },
    server: {
      host: value('server.host'),
      port: Number(value('server.port')),
      metricsHost: value('server.metricsHost'),
      metricsPort: Number(value('server.metricsPort')),
    },
    worker: { host: value('worker.host'), port: Number(value('worker.port')) },
    intakeFile: value('intakeFile'),
    insecureDev: value('insecureDev') === 'yes',
    deadMan: toDeadMan(chosen['deadMan.url']?.value ?? '', value('deadMan.every')),
    journal: value('journal'),
    person: value('person'),
    log: {
      level: value('log.level') as Settings['log']['level'],
      format: value('log.format') as Settings['log']['format'],
    },
    failpoint: toFailpoint(chosen.failpoint?.value ?? null),
    allowedHosts: value('allowedHosts')
      .split(',')
      .map((host) => host.trim())
      .filter((host) => host !== ''),
  }
}

const SHORTEST_BEAT_MS = 1_000
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** A wrong interval would be noticed by nobody until it matters. */
function toDeadMan(url: string, every: string): Settings['deadMan'] {
  if (url === '') return null
  if (!/^(https?|secret):\/\/./.test(url))
    throw new SettingError('`deadMan.url` must be an address such as `https://…`, or a `secret://` reference')
  const [, amount = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(every) ?? []
  const everyMs = Number(amount) * (UNITS[unit] ?? 0)
  if (everyMs >= SHORTEST_BEAT_MS && everyMs <= 86_400_000) return { url, everyMs }
  throw new SettingError(`\`deadMan.every\` is \`${every}\`; it must be a duration from \`1s\` to \`24h\``)
}

function toFailpoint(text: string | null): string | null {
  if (text === null || /^(before|after)-effect(:[^:]+(:[1-9][0-9]{0,3})?)?$/.test(text)) return text
  throw new SettingError(
    `\`failpoint\` is \`${text}\`; write \`before-effect\` or \`after-effect\`, then \`:<action>\` for one only, then \`:<count>\``,
  )
}
