// What the command line needs, as lazy factories: `phix --help` must answer before anything heavy is read from disk.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CliDeps } from '../cli/cli-deps.ts'
import { installationFolder, readSettingsWithOrigins, type SettingsRead } from '../config/read-settings.ts'
import type { Settings } from '../config/settings.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Engine } from '../temporal/engine.ts'
import { bundlePath } from './bundle-path.ts'
import { packageVersion } from './package-version.ts'

/** Creates the lazy dependencies of one command line. */
export function createDeps(): CliDeps {
  const read = once((): Promise<SettingsRead> => readSettingsWithOrigins())
  const settings = async () => (await read()).settings
  const inventory = once(async (): Promise<Inventory> => {
    const { loadInventory } = await import('./load-inventory.ts')
    return loadInventory((await settings()).inventoryFile)
  })
  const engine = async (): Promise<Engine> => {
    await reachOwnServer((await settings()).temporal)
    const { connectEngine } = await import('../temporal/connect-engine.ts')
    const known = await inventory().catch(() => NOTHING_KNOWN)
    return connectEngine({ temporal: (await settings()).temporal, inventory: () => known })
  }
  return {
    version: packageVersion(),
    settings,
    inventory,
    engine,
    async journal() {
      const { openJournal } = await import('../journal/open-journal.ts')
      return openJournal((await settings()).journal)
    },
    async compiler() {
      const { createCompiler } = await import('./compiler-port.ts')
      return createCompiler()
    },
    async routing() {
      const { createRouting } = await import('./routing-port.ts')
      return createRouting()
    },
    async checkpoints(cluster) {
      const connected = await engine()
      try {
        return await connected.checkpoints(cluster)
      } finally {
        await connected.close()
      }
    },
    async inspection() {
      const { namespaceExists, searchAttributesOf } = await import('../temporal/inspect-server.ts')
      const { temporal } = await settings()
      const reached = <T>(ask: () => Promise<T>): Promise<T> => reachOwnServer(temporal).then(ask)
      return {
        temporalCli: () => versionOfTemporalCli(),
        namespaceExists: () => reached(() => namespaceExists(temporal)),
        searchAttributes: () => reached(() => searchAttributesOf(temporal)),
        serverTime: () => Promise.resolve(null), // no answer of the server carries its clock
        bundle: () => Promise.resolve(existsSync(bundlePath()) ? bundlePath() : null),
      }
    },
    async lab() {
      const { openLab } = await import('./lab-port.ts')
      return openLab(await settings())
    },
    async up(options) {
      const { runUp } = await import('./run-up.ts')
      return runUp(await read(), options)
    },
    async worker({ say }) {
      const { runWorker } = await import('./worker.ts')
      return runWorker(await settings(), say)
    },
    async serve({ host, port, insecureDev, say }) {
      const { runServer } = await import('./server.ts')
      const own = await settings()
      const server = { ...own.server, host: host ?? own.server.host, port: port ?? own.server.port }
      return runServer({ ...own, server, insecureDev: insecureDev || own.insecureDev }, say)
    },
  }
}

const NOTHING_KNOWN: Inventory = { version: 1, clusters: [], groups: [], acceptance: false }

/** A server of somebody else's may be behind a proxy, which only the client knows how to pass. */
async function reachOwnServer({ external, address }: Settings['temporal']): Promise<void> {
  if (external) return
  const { reachServer } = await import('../temporal/reach.ts')
  await reachServer(address)
}

async function versionOfTemporalCli(): Promise<string | null> {
  const { findInstalledCli } = await import('../temporal/cli-binary.ts')
  return (await findInstalledCli({ cacheFolder: join(installationFolder(), '.phix', 'bin') }))?.version ?? null
}

/** Remembers the first answer, so that a file is read once a command. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}
