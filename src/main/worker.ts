// The process of `phix worker`: runs workflows and activities, and sees to it that each cluster has its detector.
// Any number of them may run; none is special. Read next: activities/create-activities.ts, workflows/index.ts.
import { join } from 'node:path'
import { NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { createActivities } from '../../activities/create-activities.ts'
import { createWatching } from '../../activities/watching/create-watching.ts'
import { createLanes } from '../../activities/wrapping/lanes.ts'
import { createMasker, type Masker } from '../../activities/wrapping/mask.ts'
import { createSecretSource, resolveSecrets, type SecretSource } from '../../activities/wrapping/secrets.ts'
import { openRunbookFolder, type RunbookFolder } from '../compile/runbook-folder.ts'
import { variable } from '../config/environment.ts'
import type { Settings } from '../config/settings.ts'
import { writeBeatNote } from '../dead-man/beat-note.ts'
import { keepBeating, type Beating } from '../dead-man/keep-beating.ts'
import { openJournal } from '../journal/open-journal.ts'
import { TASK_QUEUE } from '../plan/ids.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { createMetrics, type Metrics } from '../telemetry/create-metrics.ts'
import { measureActivities } from '../telemetry/measure-activities.ts'
import { serveVitals, type VitalsServer } from '../telemetry/serve-vitals.ts'
import { tellBreakers } from '../telemetry/tell-breakers.ts'
import { tellJournal } from '../telemetry/tell-journal.ts'
import { connectEngine } from '../temporal/connect-engine.ts'
import { connectionOptions, prepareExternalNamespace } from '../temporal/connection.ts'
import type { Engine } from '../temporal/engine.ts'
import { bundlePath } from './bundle-path.ts'
import { keepSchedules } from './keep-schedules.ts'
import { keepInventory } from './keep-inventory.ts'
import { packageVersion } from './package-version.ts'
import { DRIVERS, knownNames } from './known-names.ts'
import { maskKnownSecrets } from './known-secrets.ts'
import { writeReadyNote } from './ready-note.ts'
import { toTemporalLogger } from './temporal-logger.ts'

/** Works until SIGTERM or SIGINT, then lets what it began finish for a moment. Answers the exit code. */
export async function runWorker(settings: Settings, say: (line: string) => void): Promise<number> {
  const known = await maskKnownSecrets(settings, variable)
  // Shared with the activities: a secret that was put there after the start is masked from its first use.
  const masker = createMasker()
  const log = createLogger({ ...settings.log, mask: (line) => masker.text(known(line)) })
  installRuntime(log)
  try {
    return await work(settings, { log, masker }, say)
  } catch (error) {
    // The runtime keeps the process and takes its signals: a worker that failed would stay, and only SIGKILL would end it.
    await Runtime.instance().shutdown()
    throw error
  }
}

async function work(
  settings: Settings,
  { log, masker }: { readonly log: Logger; readonly masker: Masker },
  say: (line: string) => void,
): Promise<number> {
  const inventory = await keepInventory(settings.inventoryFile, log, () => void watchAll())
  const clusters = (): readonly string[] => inventory.current().clusters.map(({ name }) => name)
  const engine = await connectEngine({ temporal: settings.temporal, inventory: inventory.current })
  const watchAll = (): Promise<void> => ensureDetectors(engine, clusters(), log)
  const runbooks = openRunbooks(settings, log)
  let beatAt: number | null = null
  const setBeat = (sentAt: number | null): void => void (beatAt = sentAt)
  const lanes = createLanes(() => performance.now())
  const metrics: Metrics = createMetrics({
    from: 'worker',
    names: () => knownNames(inventory.current(), runbooks.folder.runbooks()),
    beforeText: async () => {
      tellBreakers(
        metrics,
        DRIVERS,
        lanes.report(() => true),
      )
      const ages = beatAt === null ? [] : [{ labels: {}, value: (Date.now() - beatAt) / 1_000 }]
      metrics.replace('phix_dead_man_age_seconds', ages)
    },
  })
  const journal = tellJournal(await openJournal(settings.journal), log, metrics)
  const deps = {
    ...{
      journal,
      log,
      masker,
      lanes,
      inventory: inventory.current,
      detector: engine.detector,
      follower: engine.follower,
    },
    runbooks: () => runbooks.folder.runbooks(),
    secrets: createSecretSource((name) => variable(name) ?? undefined, join(settings.dataFolder, 'secrets')),
    allowedHosts: settings.allowedHosts,
    failpoint: settings.failpoint,
    told: (channel: string, told: 'delivered' | 'failed') => metrics.add('phix_notifications_total', { channel, told }),
    now: Date.now,
    clock: () => performance.now(),
  }
  if (settings.temporal.external) await prepareExternal(settings, log)
  let worker: Worker | null = null
  const vitals = await openVitals(settings, metrics, () => worker, log)
  worker = await Worker.create({
    connection: await NativeConnection.connect(connectionOptions(settings.temporal)),
    namespace: settings.temporal.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: bundlePath() },
    activities: measureActivities({ ...createActivities(deps), ...createWatching(deps) }, metrics),
    ...TIMES,
  })
  const working = worker.run()
  await watchAll()
  const schedules = keepSchedules({
    ...{ engine, log, inventory: inventory.current },
    runbooks: () => runbooks.folder.runbooks(),
  })
  const beating = beat(settings, { engine, clusters, log, secrets: deps.secrets, masker, noted: setBeat })
  say(`Working on \`${TASK_QUEUE}\` at ${settings.temporal.address}; ${sentenceOf(clusters(), runbooks.folder)}`)
  writeReadyNote(settings.dataFolder, 'worker', sentenceOf(clusters(), runbooks.folder))
  await working
  beating?.stop()
  schedules.stop()
  runbooks.stop()
  inventory.stop()
  await vitals.close()
  await Promise.all([engine.close(), journal.close()])
  // A client call that is under way would keep the process for as long as it takes.
  process.exit(0)
}

interface BeatDeps {
  readonly engine: Engine
  readonly clusters: () => readonly string[]
  readonly log: Logger
  readonly secrets: SecretSource
  readonly masker: Masker
  readonly noted: (sentAt: number | null) => void
}

/** Beats from here, because a dead worker cannot: and only once the server and each detector have answered (decision 0553). */
function beat(
  { deadMan, dataFolder }: Settings,
  { engine, clusters, log, secrets, masker, noted }: BeatDeps,
): Beating | null {
  if (deadMan === null) return null
  const { url, everyMs } = deadMan
  return keepBeating({
    ...{ everyMs, log, version: packageVersion(), now: Date.now },
    async url() {
      const { at } = await resolveSecrets({ at: url }, secrets, masker)
      return typeof at === 'string' ? at : url
    },
    look: () =>
      Promise.all(
        clusters().map(async (name) => {
          const [state, checkpoints] = await Promise.all([engine.detector.state(name), engine.checkpoints(name)])
          return { name, state, checkpoints }
        }),
      ),
    noted(note) {
      noted(note.sentAt)
      writeBeatNote(dataFolder, note)
    },
  })
}

/** Short, because a dead worker's sticky queue costs its whole timeout, and a heartbeat is seen a throttle late. */
const TIMES = {
  stickyQueueScheduleToStartTimeout: '1s',
  maxHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '3s',
  shutdownForceTime: '8s',
} as const

/** A worker is ready while it polls; before and after, it lives and says so. */
async function openVitals(
  { worker: { host, port } }: Settings,
  metrics: Metrics,
  worker: () => Worker | null,
  log: Logger,
): Promise<VitalsServer> {
  const isReady = (): boolean => worker()?.getState() === 'RUNNING'
  const vitals = await serveVitals(
    { isStarted: () => worker() !== null, isReady, metrics },
    { host, port, mayMove: true },
  )
  log.info({ address: vitals.address }, 'telling metrics and health')
  return vitals
}

const installRuntime = (log: Logger): void =>
  void Runtime.install({
    logger: toTemporalLogger(log),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  })

async function prepareExternal({ temporal }: Settings, log: Logger): Promise<void> {
  try {
    await prepareExternalNamespace(temporal)
  } catch (error) {
    log.warn({ err: error }, 'the search attributes could not be registered; `phix doctor` shows which are missing')
  }
}

const DETECTOR_RETRY_MS = 2000

/** Starts the detectors that are missing; a server that is away is waited for. */
async function ensureDetectors(engine: Engine, clusters: readonly string[], log: Logger): Promise<void> {
  for (const cluster of clusters) {
    for (;;) {
      try {
        if (await engine.ensureDetector(cluster)) log.info({ cluster }, 'the detector was started')
        break
      } catch (error) {
        log.warn({ cluster, err: error }, 'the detector could not be started; trying again')
        await pause(DETECTOR_RETRY_MS)
      }
    }
  }
}

const RUNBOOKS_LOOK_MS = 2000

/** Opens the runbooks and reads them again and again; what is wrong with them is logged once. */
function openRunbooks(settings: Settings, log: Logger): { folder: RunbookFolder; stop: () => void } {
  const folder = openRunbookFolder({
    folder: settings.runbooksFolder,
    storeFolder: join(settings.dataFolder, 'plans'),
    catalogue: CATALOGUE,
  })
  let told = ''
  const tell = (): void => {
    const found = folder.diagnostics()
    const text = JSON.stringify(found)
    if (text !== told)
      for (const { code, message, at, severity } of found)
        log[severity === 'error' ? 'error' : 'warn']({ code, at }, message)
    told = text
  }
  tell()
  const timer = setInterval(() => {
    folder.reload()
    tell()
  }, RUNBOOKS_LOOK_MS)
  timer.unref()
  return { folder, stop: () => clearInterval(timer) }
}

function sentenceOf(clusters: readonly string[], folder: RunbookFolder): string {
  const names = clusters.map((name) => `\`${name}\``).join(', ')
  return `watching ${names || 'no cluster'} with ${folder.runbooks().length} runbooks`
}
