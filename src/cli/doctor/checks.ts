// The checks of `doctor`, in the order in which a person mends things. No check ends another: what a check cannot find
// out is its finding.
import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { findUnreachedClusters, findUnreachedGroups } from '../../notify/find-unreached.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { Plan } from '../../plan/plan.ts'
import { SEARCH_ATTRIBUTES } from '../../plan/ids.ts'
import { isEngineError } from '../cli-error.ts'
import { compilePaths, listRunbookFiles } from '../find-runbook.ts'
import { formatDuration } from '../format-time.ts'
import type { Context } from '../verb.ts'
import { bad, good, warn, type Finding } from './finding.ts'

export type Check = (context: Context) => Promise<Finding>

const OLDEST_NODE = [20, 19] as const
const LOW_DISK_BYTES = 1024 ** 3
const SKEW_WARN_MS = 1_000
const SKEW_BAD_MS = 10_000
const START = 'phix up'
const REACH_FIX = 'Give the inventory channels and contacts: docs/people.md'

/** Turns whatever a check throws into its finding. */
const named =
  (name: string, fix: string, look: (context: Context) => Promise<Finding>): Check =>
  async (context) => {
    try {
      return await look(context)
    } catch (error) {
      // One cause is one finding; the others wait for it.
      if (name !== 'server' && isEngineError(error) && error.kind === 'unreachable')
        return warn(name, 'not known while the server does not answer', `Start it with: ${START}`)
      return bad(name, error instanceof Error ? error.message : String(error), fix)
    }
  }

const nodeVersion = named('node', 'Install Node 20.19 or newer.', async () => checkNodeVersion(process.versions.node))

/** Judges a version of Node. */
export function checkNodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  return isNewEnough ? good('node', version) : bad('node', `${version} is too old`, 'Install Node 20.19 or newer.')
}

const temporalCli = named('temporal cli', 'npm start fetches it; or set TEMPORAL_CLI_PATH.', async ({ deps }) => {
  const version = await (await deps.inspection()).temporalCli()
  // Only the embedded server needs it: with a server of one's own it may be missing.
  return version === null
    ? warn('temporal cli', 'not found; only `phix up` needs it', 'npm start fetches it; or set TEMPORAL_CLI_PATH.')
    : good('temporal cli', version)
})

const server = named('server', `Start it with: ${START}`, async (context) => {
  const { server: version, problem } = await (await context.engine()).health()
  const { address } = (await context.settings()).temporal
  return version === null
    ? bad('server', `${address} does not answer${problem === null ? '' : `: ${problem}`}`, `Start it with: ${START}`)
    : good('server', `${address}, ${version}`)
})

const namespace = named('namespace', 'temporal operator namespace create NAME', async (context) => {
  const { namespace: name } = (await context.settings()).temporal
  return (await (await context.deps.inspection()).namespaceExists())
    ? good('namespace', name)
    : bad('namespace', `\`${name}\` does not exist`, `temporal operator namespace create ${name}`)
})

const searchAttributes = named('search attributes', `Start it once with: ${START}`, async ({ deps }) => {
  const found = await (await deps.inspection()).searchAttributes()
  const wrong = Object.entries(SEARCH_ATTRIBUTES).filter(([name, type]) => normalise(found[name]) !== normalise(type))
  const [first] = wrong
  if (first === undefined)
    return good('search attributes', `all ${Object.keys(SEARCH_ATTRIBUTES).length} with their types`)
  const [name, type] = first
  const kind = type === 'BOOL' ? 'Bool' : 'Keyword'
  return bad(
    'search attributes',
    `${wrong.map(([each]) => `${each} ${found[each] === undefined ? 'is missing' : `is ${found[each]}`}`).join(', ')}`,
    `temporal operator search-attribute create --name ${name} --type ${kind}`,
  )
})

const normalise = (type: string | undefined): string =>
  (type ?? '')
    .toUpperCase()
    .replaceAll('_', '')
    .replace(/^INDEXEDVALUETYPE/, '')

const workers = named('workers', 'Start one with: phix worker', async (context) => {
  const { workers: count } = await (await context.engine()).health()
  return count === 0
    ? bad('workers', 'nobody polls: runs stand still', 'Start one with: phix worker')
    : good('workers', `${count} polling`)
})

const bundle = named('workflow bundle', 'npm run build', async ({ deps }) => {
  const path = await (await deps.inspection()).bundle()
  return path === null ? bad('workflow bundle', 'not built', 'npm run build') : good('workflow bundle', path)
})

const runbooks = named('runbooks', 'See the mistakes with: phix check', async (context) => {
  const { runbooksFolder } = await context.settings()
  const compiler = await context.deps.compiler()
  const { files } = compilePaths(compiler, await listRunbookFiles(runbooksFolder))
  const wrong = files.filter(({ compiled }) => !compiled.ok)
  if (files.length === 0) return warn('runbooks', `none in ${runbooksFolder}`, 'Put one there; see runbooks/README.md.')
  return wrong.length === 0
    ? good('runbooks', `${files.length} compile`)
    : bad(
        'runbooks',
        `${wrong.length} of ${files.length} have mistakes: ${wrong.map(({ path }) => path).join(', ')}`,
        'See the mistakes with: phix check',
      )
})

const inventory = named('inventory', 'Mend or write that file; `phix up` writes one for the lab.', async (context) => {
  const { clusters, acceptance } = await context.deps.inventory()
  const nodes = clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0)
  const text = `${clusters.length} cluster${clusters.length === 1 ? '' : 's'}, ${nodes} nodes`
  if (nodes === 0) return warn('inventory', `${text}: nothing to watch`, 'Name the nodes in the inventory.')
  return acceptance
    ? warn('inventory', `${text}; made for acceptance tests, guards are loosened`, 'Use another one in production.')
    : good('inventory', text)
})

const people = named('people', REACH_FIX, async (context) => {
  const known = await context.deps.inventory()
  const { runbooksFolder } = await context.settings()
  const compiler = await context.deps.compiler()
  const { files } = compilePaths(compiler, await listRunbookFiles(runbooksFolder))
  const plans = files.flatMap(({ compiled }) => (compiled.ok ? [compiled.plan] : []))
  return checkPeople(known, plans)
})

/** Judges whether a page would reach somebody. Without any channel that is one finding, not one for each runbook. */
export function checkPeople(inventory: Inventory, plans: readonly Plan[]): Finding {
  const channels = inventory.notify?.channels ?? []
  const groups = inventory.groups.length
  if (channels.length === 0)
    return warn('people', `no channel: a page of ${groups} groups is in the log and the journal only`, REACH_FIX)
  const found = [...findUnreachedClusters(inventory), ...plans.flatMap((plan) => findUnreachedGroups(inventory, plan))]
  return found.length === 0
    ? good('people', `${groups} groups are reached by ${channels.map(({ name }) => name).join(', ')}`)
    : bad('people', found.join('; '), REACH_FIX)
}

const dataFolder = named('data folder', 'Let this user write there, or name another dataFolder.', async (context) => {
  const { dataFolder: path } = await context.settings()
  await mkdir(path, { recursive: true })
  await access(path, constants.W_OK)
  return good('data folder', `${path} can be written`)
})

const diskSpace = named('disk space', 'Make room where the data folder is.', async (context) => {
  const { dataFolder: path } = await context.settings()
  const { bavail, bsize } = await statfs(path)
  return checkDiskSpace(bavail * bsize)
})

/** Judges the space that is left. */
export function checkDiskSpace(freeBytes: number): Finding {
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`
  if (freeBytes < LOW_DISK_BYTES / 10)
    return bad('disk space', text, 'Make room where the data folder is: the journal cannot be written soon.')
  return freeBytes < LOW_DISK_BYTES
    ? warn('disk space', text, 'Make room where the data folder is.')
    : good('disk space', text)
}

const clockSkew = named('clock', `Start the server with: ${START}`, async ({ deps, io, settings }) => {
  const before = io.now()
  const serverTime = await (await deps.inspection()).serverTime()
  // The answer was made somewhere between asking and hearing.
  const middle = (before + io.now()) / 2
  if (serverTime !== null) return checkSkew(serverTime - middle)
  const { address } = (await settings()).temporal
  return /^(127\.|localhost:|\[::1\])/.test(address)
    ? good('clock', 'the server is on this machine')
    : warn('clock', 'the server does not tell its time', 'Compare the clocks of both machines by hand.')
})

/** Judges how far the server's clock is from ours. */
export function checkSkew(skewMs: number): Finding {
  const text = `${formatDuration(Math.abs(skewMs))} from the server’s`
  if (Math.abs(skewMs) >= SKEW_BAD_MS)
    return bad('clock', text, 'Synchronise the clocks (chrony, systemd-timesyncd): deadlines would be wrong.')
  return Math.abs(skewMs) >= SKEW_WARN_MS
    ? warn('clock', text, 'Synchronise the clocks (chrony, systemd-timesyncd).')
    : good('clock', text)
}

export const CHECKS: readonly Check[] = [
  nodeVersion,
  temporalCli,
  server,
  namespace,
  searchAttributes,
  workers,
  bundle,
  runbooks,
  inventory,
  people,
  dataFolder,
  diskSpace,
  clockSkew,
]
