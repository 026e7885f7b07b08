// The process of `phix serve`: the HTTP server over the engine, the journal and the inventory.
import { join } from 'node:path'
import { createApp } from '../api/create-app.ts'
import { serveApp } from '../api/serve-app.ts'
import { readOrCreateToken } from '../api/token.ts'
import { variable } from '../config/environment.ts'
import type { Settings } from '../config/settings.ts'
import { openJournal } from '../journal/open-journal.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { openRunbookFolder } from '../compile/runbook-folder.ts'
import { createMetrics, type Metrics } from '../telemetry/create-metrics.ts'
import { serveVitals } from '../telemetry/serve-vitals.ts'
import { createRefresh } from '../telemetry/refresh-metrics.ts'
import { connectEngine } from '../temporal/connect-engine.ts'
import { openIntake } from './open-intake.ts'
import { keepInventory } from './keep-inventory.ts'
import { knownNames } from './known-names.ts'
import { packageVersion } from './package-version.ts'
import { maskKnownSecrets } from './known-secrets.ts'
import { writeReadyNote } from './ready-note.ts'
import { untilStopped } from './until-stopped.ts'

/** Serves until it is told to stop. Answers the exit code. */
export async function runServer(settings: Settings, say: (line: string) => void): Promise<number> {
  const stopped = untilStopped()
  const token = await readOrCreateToken(join(settings.dataFolder, 'token'))
  const mask = await maskKnownSecrets(settings, variable)
  const log = createLogger({ ...settings.log, mask })
  const inventory = await keepInventory(settings.inventoryFile, log)
  const engine = await connectEngine({ temporal: settings.temporal, inventory: inventory.current })
  const journal = await openJournal(settings.journal)
  const checkpoints = (cluster: string) => engine.checkpoints(cluster)
  const runbooks = openRunbookFolder({ folder: settings.runbooksFolder, storeFolder: null, catalogue: CATALOGUE })
  const rereading = setInterval(() => void runbooks.reload(), RUNBOOKS_LOOK_MS).unref()
  const names = () => knownNames(inventory.current(), runbooks.runbooks())
  const metrics: Metrics = createMetrics({
    from: 'server',
    names,
    beforeText: createRefresh(() => metrics, {
      ...{ inventory: inventory.current, engine, journal, checkpoints },
      runbooks: () => names().runbooks,
      now: Date.now,
    }),
  })
  const intake = await openIntake(settings, {
    ...{ journal, log, inventory: inventory.current },
    counts: {
      delivered: (sender, outcome) => metrics.add('phix_deliveries_total', { sender, delivery: outcome }),
      alerts: (sender, result, count) =>
        metrics.add('phix_delivered_alerts_total', { sender, delivered: result }, count),
    },
    spooled: (depth) => metrics.replace('phix_spool_depth', [{ labels: {}, value: depth }]),
    alert: (cluster, batch) => engine.detector.alert(cluster, batch),
  })
  const app = createApp({
    ...{ engine, journal, checkpoints, metrics, log, hooks: intake.hooks },
    version: packageVersion(),
    token,
    inventory: inventory.current,
    answered: (sender, status) => metrics.add('phix_intake_answers_total', { sender, answer: answerOf(status) }),
  })
  const listening = await serveApp(app, settings.server)
  const vitals = await serveVitals(
    { isStarted: () => true, isReady: () => true, metrics },
    { host: settings.server.metricsHost, port: settings.server.metricsPort, mayMove: true },
  )
  log.info({ address: vitals.address }, 'telling metrics')
  const address = `http://${listening.host}:${listening.port}`
  say(`Listening on ${address}; ${intake.sentence}`)
  writeReadyNote(settings.dataFolder, 'server', address)
  const code = await stopped
  await Promise.all([listening.close(), vitals.close()])
  clearInterval(rereading)
  await intake.stop()
  inventory.stop()
  await Promise.all([engine.close(), journal.close()])
  return code
}

/** Alertmanager tries again only after 5xx: that one is the alarm. */
function answerOf(status: number): string {
  if (status >= 500) return 'unavailable'
  if (status === 401 || status === 403) return 'unauthorized'
  return status >= 300 ? 'rejected' : 'accepted'
}

/** Only the names are used here, so a minute late is in time. */
const RUNBOOKS_LOOK_MS = 60_000
