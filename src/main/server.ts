// The process of `phix serve`: the HTTP server over the engine, the journal and the inventory.
import { join } from 'node:path'
import { createApp } from '../api/create-app.ts'
import { serveApp } from '../api/serve-app.ts'
import { readOrCreateToken } from '../api/token.ts'
import { variable } from '../config/environment.ts'
import type { Settings } from '../config/settings.ts'
import { openJournal } from '../journal/open-journal.ts'
import { createLogger } from '../telemetry/create-logger.ts'
import { createMetrics, type Metrics } from '../telemetry/create-metrics.ts'
import { createRefresh } from '../telemetry/refresh-metrics.ts'
import { connectEngine } from '../temporal/connect-engine.ts'
import { openIntake } from './open-intake.ts'
import { packageVersion } from './package-version.ts'
import { keepInventory } from './keep-inventory.ts'
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
  const metrics: Metrics = createMetrics({
    nodes: () => namesByCluster(inventory.current()),
    beforeText: createRefresh(() => metrics, {
      ...{ inventory: inventory.current, engine, journal, checkpoints },
      now: Date.now,
    }),
  })
  const intake = await openIntake(settings, {
    ...{
      journal,
      log,
      inventory: inventory.current,
      counts: metrics.deliveries,
      spooled: (depth) => metrics.spooled(depth),
    },
    alert: (cluster, batch) => engine.detector.alert(cluster, batch),
  })
  const app = createApp({
    ...{ engine, journal, checkpoints, metrics, log, hooks: intake.hooks },
    version: packageVersion(),
    token,
    inventory: inventory.current,
  })
  const listening = await serveApp(app, settings.server)
  const address = `http://${listening.host}:${listening.port}`
  say(`Listening on ${address}; ${intake.sentence}`)
  writeReadyNote(settings.dataFolder, 'server', address)
  const code = await stopped
  await listening.close()
  await intake.stop()
  inventory.stop()
  await Promise.all([engine.close(), journal.close()])
  return code
}

const namesByCluster = ({ clusters }: ReturnType<Awaited<ReturnType<typeof keepInventory>>['current']>) =>
  new Map(clusters.map(({ name, nodes }) => [name, new Set(nodes.map((node) => node.name))]))
