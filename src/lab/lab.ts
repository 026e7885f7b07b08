// The lab: five nodes behind a balancer with real traffic, to be broken and healed. Its processes are nobody's children;
// whoever calls `up` next adopts them. Read next: faults/catalogue.ts, docs/lab.md.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProcessControl } from '../processes/process-control.ts'
import { factsOf } from '../processes/process-facts.ts'
import { askJson } from './ask.ts'
import type { Backend } from './balancer/backends.ts'
import { FAULTS, FAULT_NAMES, type FaultName } from './faults/catalogue.ts'
import type { BreakOptions, Site, Throttle } from './faults/fault.ts'
import { findLeaders } from './faults/leader.ts'
import { partitionProblem } from './faults/partition.ts'
import { asNode, builtPrograms, nodeControl, programControl } from './lab-programs.ts'
import { DEFAULT_PORTS, layOut, type LabLayout, type LabNode, type LabPorts } from './layout.ts'
import { readLayout, writeLayout } from './layout-file.ts'
import { provision } from './provision.ts'
import { untilHealthy, untilSo } from './until-so.ts'

const LIMIT_MS = 600
const START_LIMIT_MS = 15_000

export interface LabPart {
  readonly name: string
  readonly kind: 'node' | 'balancer' | 'traffic'
  readonly pid: number | null
  readonly address: string | null
  /** What the process table says: `stopped` is SIGSTOP. */
  readonly process: 'running' | 'stopped' | 'down'
  /** The faults that are seen on it now. */
  readonly broken: readonly FaultName[]
  readonly spare: boolean
  readonly role: string | null
  readonly term: number | null
  /** What the balancer holds of it; null for one it does not know. */
  readonly backend: Pick<Backend, 'state' | 'weight' | 'requests' | 'errors'> | null
  readonly log: string
}

export interface Started {
  readonly name: string
  readonly outcome: 'started' | 'adopted' | 'failed'
  readonly pid: number | null
  /** Why it failed; '' else. */
  readonly reason: string
}

export interface Lab {
  readonly layout: LabLayout
  /** Starts what does not run and leaves alone what does; tells each part as it is there. */
  up(tell?: (started: Started) => void): Promise<readonly Started[]>
  /** Stops everything; answers the names of what ran. */
  down(): Promise<readonly string[]>
  status(): Promise<readonly LabPart[]>
  /** Breaks nodes; `leader` as a name means whoever leads. Answers what was done. Fails with what to do instead. */
  break(nodes: readonly string[], fault: string, options?: BreakOptions): Promise<readonly string[]>
  /** Takes back every fault of these nodes, all where none is named, and starts what is dead. Answers what was done. */
  heal(nodes?: readonly string[]): Promise<readonly string[]>
}

export function createLab({
  folder,
  ports,
  programs = builtPrograms(),
}: {
  readonly folder: string
  /** By default those of the lab in the folder, or where there is none, the usual ones. */
  readonly ports?: LabPorts
  /** Folder of the built programs. */
  readonly programs?: string
}): Lab {
  const known = readLayout(folder)
  const layout = ports === undefined ? (known ?? layOut(folder, DEFAULT_PORTS)) : layOut(folder, ports)
  const control = createProcessControl(nodeControl(layout, programs))
  const others = [
    { name: 'balancer', kind: 'balancer', address: layout.entryUrl, program: 'lab-balancer' },
    { name: 'traffic', kind: 'traffic', address: null, program: 'lab-traffic' },
  ] as const
  const controls = others.map((part) => ({
    ...part,
    node: asNode({ name: part.name, address: part.address ?? layout.entryUrl }),
    control: createProcessControl(programControl(layout, programs, part.program)),
  }))
  const logOf = (name: string): string => join(layout.processesFolder, `${name}.log`)

  const siteOf = (node: LabNode): Site => ({
    layout,
    node,
    control,
    async process() {
      const { pid } = await control.status(asNode(node))
      return pid === null ? null : factsOf(pid)
    },
    throttle: () => throttleOf(layout, programs, node),
  })

  async function start(part: (typeof controls)[number] | LabNode): Promise<Started> {
    const isNode = 'folder' in part
    const [node, own] = isNode ? [asNode(part), control] : [part.node, part.control]
    try {
      const { started, pid } = await own.start(node, AbortSignal.timeout(START_LIMIT_MS))
      if (started) await untilAnswers(isNode ? part : null, node.name, async () => (await own.status(node)).running)
      return { name: part.name, outcome: started ? 'started' : 'adopted', pid, reason: '' }
    } catch (error) {
      return { name: part.name, outcome: 'failed', pid: null, reason: (error as Error).message }
    }
  }

  /** Waits until a started process does its work, or fails with what it said last when it ended. */
  async function untilAnswers(node: LabNode | null, name: string, isRunning: () => Promise<boolean>): Promise<void> {
    const answers = async (): Promise<boolean> => {
      if (node !== null) return (await askJson(`${node.address}/api/v1/health`, LIMIT_MS)) !== null
      return name !== 'balancer' || (await askJson(`${layout.adminUrl}/backends`, LIMIT_MS)) !== null
    }
    await untilSo(
      async () => {
        if (await answers()) return true
        if (await isRunning()) return false
        throw new Error(`${lastLine(logOf(name))} (\`${logOf(name)}\`)`)
      },
      `\`${name}\` answers`,
      START_LIMIT_MS,
    )
  }

  async function refuseOtherPorts(): Promise<void> {
    if (known === null || JSON.stringify(known.ports) === JSON.stringify(layout.ports)) return
    const running = (await status()).filter(({ pid }) => pid !== null)
    if (running.length > 0)
      throw new Error(`the lab in \`${folder}\` runs on other ports; stop it first: \`phix lab down\``)
  }

  async function status(): Promise<readonly LabPart[]> {
    const told = await askJson<{ backends: readonly Backend[] }>(`${layout.adminUrl}/backends`, LIMIT_MS)
    const backends = new Map((told?.backends ?? []).map((backend) => [backend.name, backend]))
    const nodes = layout.nodes.map(async (node): Promise<LabPart> => {
      const site = siteOf(node)
      const [facts, broken] = await Promise.all([site.process(), faultsOf(site)])
      const claim =
        facts === null
          ? null
          : await askJson<{ role: string; term: number }>(`${node.address}/cluster/status`, LIMIT_MS)
      const { state, weight, requests, errors } = backends.get(node.name) ?? {}
      return {
        name: node.name,
        kind: 'node',
        pid: facts?.pid ?? null,
        address: node.address,
        process: stateOf(facts),
        broken,
        spare: node.spare,
        role: claim?.role ?? null,
        term: claim?.term ?? null,
        backend:
          state === undefined || weight === undefined || requests === undefined || errors === undefined
            ? null
            : { state, weight, requests, errors },
        log: logOf(node.name),
      }
    })
    const rest = controls.map(async ({ name, kind, address, node, control: own }): Promise<LabPart> => {
      const { pid } = await own.status(node)
      const none = { broken: [], spare: false, role: null, term: null, backend: null }
      return {
        name,
        kind,
        pid,
        address,
        process: stateOf(pid === null ? null : factsOf(pid)),
        ...none,
        log: logOf(name),
      }
    })
    return Promise.all([...nodes, ...rest])
  }

  async function chooseNodes(names: readonly string[]): Promise<readonly LabNode[]> {
    if (names.length === 0)
      throw new Error(`say which node: ${layout.nodes.map(({ name }) => name).join(', ')} or leader`)
    const chosen: LabNode[] = []
    for (const name of new Set(names)) {
      const found = name === 'leader' ? (await findLeaders(layout))[0] : layout.nodes.find((node) => node.name === name)
      if (found !== undefined) chosen.push(found)
      else if (name === 'leader') throw new Error('nobody leads now; look with `phix lab status`')
      else
        throw new Error(
          `there is no \`${name}\` in the lab; it has ${layout.nodes.map((node) => node.name).join(', ')}`,
        )
    }
    return chosen
  }

  async function refuseBroken(site: Site): Promise<void> {
    const { name, spare } = site.node
    const broken = await faultsOf(site)
    if (broken.length > 0)
      throw new Error(`\`${name}\` is broken already (${broken.join(', ')}); heal it first: \`phix lab heal ${name}\``)
    if ((await site.process()) === null)
      throw new Error(`\`${name}\` ${spare ? 'is a spare and ' : ''}does not run, so nothing of it can be broken`)
  }

  return {
    layout,
    status,

    async up(tell = () => undefined) {
      await refuseOtherPorts()
      writeLayout(layout)
      for (const node of layout.nodes) provision(node)
      const startAll = (parts: readonly (LabNode | (typeof controls)[number])[]): Promise<Started[]> =>
        Promise.all(
          parts.map(async (part) => {
            const started = await start(part)
            tell(started)
            return started
          }),
        )
      // Traffic last: it would only count the others' starting as errors.
      const nodes = await startAll(layout.nodes.filter(({ spare }) => !spare))
      return [...nodes, ...(await startAll(controls.slice(0, 1))), ...(await startAll(controls.slice(1)))]
    },

    async down() {
      const signal = AbortSignal.timeout(START_LIMIT_MS)
      await Promise.all(layout.nodes.map((node) => siteOf(node).throttle().stop()))
      const parts = [
        ...layout.nodes.map((node) => ({ node: asNode(node), control })),
        ...controls.map(({ node, control: own }) => ({ node, control: own })),
      ]
      const stopped = await Promise.all(
        parts.map(async ({ node, control: own }) => ((await own.stop(node, signal)).stopped ? [node.name] : [])),
      )
      return stopped.flat()
    },

    async break(names, fault, options = {}) {
      const name = FAULT_NAMES.find((each) => each === fault)
      if (name === undefined) throw new Error(`there is no fault \`${fault}\`; there are ${FAULT_NAMES.join(', ')}`)
      const nodes = await chooseNodes(names)
      const sites = nodes.map(siteOf)
      const problem = name === 'partition' ? partitionProblem(layout, nodes) : null
      if (problem !== null) throw new Error(problem)
      for (const site of sites) await refuseBroken(site)
      return Promise.all(
        sites.map(async (site) => `${site.node.name}: ${await FAULTS[name].apply(site, options, nodes)}`),
      )
    },

    async heal(names = layout.nodes.map(({ name }) => name)) {
      const sites = (await chooseNodes(names)).map(siteOf)
      const done = await Promise.all(sites.map(healSite))
      return done.flat()
    },
  }
}

/** Lists the faults that can be seen on a node now. */
async function faultsOf(site: Site): Promise<readonly FaultName[]> {
  const present = await Promise.all(FAULT_NAMES.map((name) => FAULTS[name].isPresent(site)))
  return FAULT_NAMES.filter((_, index) => present[index])
}

async function healSite(site: Site): Promise<readonly string[]> {
  const done: string[] = []
  for (const name of FAULT_NAMES) {
    const did = await FAULTS[name].heal(site)
    if (did !== null) done.push(`${site.node.name}: ${did}`)
  }
  if ((await site.process()) !== null) await untilHealthy(site.node)
  return done
}

function throttleOf(layout: LabLayout, programs: string, node: LabNode): Throttle {
  const own = asNode({ name: `${node.name}.throttle`, address: node.address })
  const controlFor = (args: readonly string[]) =>
    createProcessControl(programControl(layout, programs, 'lab-throttle', args))
  return {
    isRunning: async () => (await controlFor([]).status(own)).running,
    async start({ pid, startMark }) {
      await controlFor(['--pid', String(pid), '--mark', startMark]).start(own, AbortSignal.timeout(START_LIMIT_MS))
    },
    async stop() {
      await controlFor([]).stop(own, AbortSignal.timeout(START_LIMIT_MS))
    },
  }
}

function stateOf(facts: ReturnType<typeof factsOf>): LabPart['process'] {
  if (facts === null) return 'down'
  return facts.state === 'stopped' ? 'stopped' : 'running'
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? ''
  } catch {
    return 'it ended and said nothing'
  }
}
