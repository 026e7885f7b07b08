// `phix up`: everything on this machine, in the foreground. Which parts there are, and in which order they come and go.
// Read next: supervise.ts (how one part is kept running), src/lab (what there is to break).
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeAddresses, type Addresses } from '../config/addresses.ts'
import { environment, variable } from '../config/environment.ts'
import { SettingError } from '../config/layer-settings.ts'
import { installationFolder, type SettingsRead } from '../config/read-settings.ts'
import { claimDataFolder, releaseDataFolder } from './claim-data-folder.ts'
import { chooseAddresses, portOf } from './choose-addresses.ts'
import { awaitReadyNote } from './ready-note.ts'
import { endLeftover, lineOf, supervise, type Part, type PartSpec } from './supervise.ts'
import { whatToTry } from './what-to-try.ts'

/** The lab as the supervisor needs it; src/lab implements it. */
export interface SupervisedLab {
  up(say: (line: string) => void): Promise<void>
  down(say: (line: string) => void): Promise<void>
}

export interface UpDeps {
  readonly read: SettingsRead
  /** null: without the lab. */
  readonly lab: SupervisedLab | null
  readonly say: (line: string) => void
  /** Resolves at the first wish to end, rejects never. The second wish is told by `hurry`. */
  readonly ending: AbortSignal
  readonly hurry: AbortSignal
}

/** Starts everything and keeps it running until the end is called. Answers the exit code. */
export async function up({ read, lab, say, ending, hurry }: UpDeps): Promise<number> {
  const { dataFolder } = read.settings
  mkdirSync(dataFolder, { recursive: true })
  const other = await claimDataFolder(dataFolder)
  if (other !== null) {
    say(
      `Phix is already running here (process ${other}, data in \`${dataFolder}\`). Stop it with Ctrl-C where it runs, or set PHIX_DATA_FOLDER to another folder.`,
    )
    return 1
  }
  try {
    return await runParts({ read, lab, say, ending, hurry })
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    say(error.message)
    return 1
  } finally {
    await releaseDataFolder(dataFolder)
  }
}

async function runParts({ read, lab, say, ending, hurry }: UpDeps): Promise<number> {
  const { settings } = read
  const logs = join(settings.dataFolder, 'logs')
  await endLeftovers(logs, say)
  // Found before ports are chosen: getting it may take a minute, and a port that was free then may be taken now.
  const binary = settings.temporal.external ? null : await temporalBinary(say)
  const addresses = await chooseAddresses(read)
  writeAddresses(settings.dataFolder, addresses)

  const running: Part[] = []
  hurry.addEventListener('abort', () => running.forEach((part) => part.kill()))
  const start = async (spec: PartSpec): Promise<void> => {
    if (ending.aborted) return
    const part = supervise(spec, logs, say)
    running.unshift(part)
    await Promise.race([part.up, aborted(ending)])
  }
  const labUp = lab === null ? null : lab.up((line) => say(lineOf('lab', line)))
  if (binary === null) say(lineOf('temporal', `${addresses.temporal.address} (not started here)`))
  else await start(await temporalPart(read, addresses, binary))
  await labUp
  await start(ownPart('worker', ['worker'], settings.dataFolder))
  await start(ownPart('server', ['serve'], settings.dataFolder))
  const typing = { program: join(installationFolder(), 'bin', 'phix'), searchPath: variable('PATH') }
  if (!ending.aborted) for (const line of whatToTry(addresses, lab !== null, typing)) say(line)

  await aborted(ending)
  say('Stopping everything; press Ctrl-C again to end it at once.')
  // Last started, first ended: who uses the Temporal server goes before it.
  const [first, second, ...rest] = running
  await first?.stop()
  await second?.stop()
  if (lab !== null) await lab.down((line) => say(lineOf('lab', line)))
  for (const part of rest) await part.stop()
  return 0
}

/** Parts of a supervisor that was killed are ended, not adopted: they may run code of before the last build. */
async function endLeftovers(logs: string, say: (line: string) => void): Promise<void> {
  for (const name of ['server', 'worker', 'temporal']) {
    const spec = {
      name,
      command: [],
      cwd: '.',
      env: {},
      ports: [],
      ready: () => Promise.resolve(''),
      stopGraceMs: STOP_GRACE_MS,
    }
    if (await endLeftover(spec, logs)) say(lineOf(name, 'ended one that an earlier start had left'))
  }
}

const STOP_GRACE_MS = 10_000
const SERVER_READY_MS = 60_000

async function temporalBinary(say: (line: string) => void): Promise<string> {
  const { findTemporalCli } = await import('../temporal/cli-binary.ts')
  return findTemporalCli({ cacheFolder: join(installationFolder(), '.phix', 'bin'), say })
}

async function temporalPart({ settings }: SettingsRead, { temporal }: Addresses, binary: string): Promise<PartSpec> {
  const { awaitDevServer, devServerArguments } = await import('../temporal/dev-server.ts')
  const spec = {
    port: portOf(temporal.address),
    uiPort: portOf(temporal.uiAddress),
    databaseFile: join(settings.dataFolder, 'temporal.db'),
    namespace: settings.temporal.namespace,
  }
  return {
    name: 'temporal',
    command: [binary, ...devServerArguments(spec)],
    cwd: settings.dataFolder,
    env: inherited(settings.dataFolder),
    ports: [spec.port, spec.uiPort],
    ready: async (_pid, signal) => {
      await awaitDevServer(spec, SERVER_READY_MS, signal)
      return `${temporal.address}, web UI ${temporal.uiAddress}`
    },
    stopGraceMs: STOP_GRACE_MS,
  }
}

/** A part that is a verb of ours: what runs here is what runs in production. */
function ownPart(name: string, words: readonly string[], dataFolder: string): PartSpec {
  return {
    name,
    command: [process.execPath, join(installationFolder(), 'bin', 'phix'), ...words],
    cwd: installationFolder(),
    env: inherited(dataFolder),
    ports: [],
    ready: (pid, signal) => awaitReadyNote(dataFolder, name, pid, signal),
    stopGraceMs: STOP_GRACE_MS,
  }
}

/** Parts inherit the whole environment: settings, Temporal's configuration, the secrets that runbooks refer to. */
const inherited = (dataFolder: string): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(environment()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
  PHIX_DATA_FOLDER: dataFolder,
})

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
