// The lab: five nodes behind a balancer with real traffic, to be broken and healed. Its processes are nobody's children;
// whoever calls `up` next adopts them. Read next: faults/catalogue.ts, docs/lab.md.
import { join } from 'node:path'
import { chooseNodes, chooseSide, refuseBroken } from './choose-nodes.ts'
import { FAULTS, FAULT_NAMES } from './faults/catalogue.ts'
import type { BreakOptions, Site } from './faults/fault.ts'
import { partitionProblem } from './faults/partition.ts'
import { partsOf, type Part } from './lab-parts.ts'
import { builtPrograms } from './lab-programs.ts'
import { readBackends, statusOfNode, statusOfPart, type LabPart } from './lab-status.ts'
import { DEFAULT_PORTS, layOut, type LabLayout, type LabNode, type LabPorts } from './layout.ts'
import { readLayout, writeLayout } from './layout-file.ts'
import { LabRefusal } from './lab-refusal.ts'
import { provision } from './provision.ts'
import { createSite } from './site.ts'
import { startPart, type Started } from './start-part.ts'
import { untilOneLeader } from './until-one-leader.ts'
import { untilHealthy } from './until-so.ts'

const STOP_LIMIT_MS = 15_000

export interface Lab {
  readonly layout: LabLayout
  /** Starts what does not run and leaves alone what does; tells of each part as soon as it is known. */
  up(tell?: (started: Started) => void): Promise<readonly Started[]>
  /** Stops everything; answers the names of what ran. */
  down(): Promise<readonly string[]>
  status(): Promise<readonly LabPart[]>
  /** Breaks nodes; `leader` as a name means whoever leads. Answers what was done. Fails with what to do instead. */
  break(nodes: readonly string[], fault: string, options?: BreakOptions): Promise<readonly string[]>
  /** Cuts the running voters into two sides, `2/3`; with `splitBrain` the smaller one elects a leader of its own. */
  partition(sides: string, options?: BreakOptions): Promise<readonly string[]>
  /**
   * Takes back every fault of these nodes, all where none is named, and starts what is dead. Answers what was done, once
   * they are healthy; where it was all of them, once they follow one leader, too.
   */
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
  const { nodes, balancer, traffic } = partsOf(layout, programs)
  const logOf = ({ name }: Part): string => join(layout.processesFolder, `${name}.log`)
  const siteOf = (labNode: LabNode): Site => {
    const part = nodes.find(({ name }) => name === labNode.name)
    if (part === undefined) throw new Error(`\`${labNode.name}\` is of another lab`)
    return createSite(layout, programs, part.control, labNode)
  }

  async function status(): Promise<readonly LabPart[]> {
    const backends = await readBackends(layout.adminUrl)
    const ofNodes = nodes.map((part) => statusOfNode(siteOf(part.labNode), logOf(part), backends))
    const ofOthers = [balancer, traffic].map((part) => statusOfPart(part, logOf(part)))
    return Promise.all([...ofNodes, ...ofOthers])
  }

  /** Processes that run know their ports from their start; they cannot be adopted under others. */
  async function refuseOtherPorts(): Promise<void> {
    if (known === null || JSON.stringify(known.ports) === JSON.stringify(layout.ports)) return
    if ((await status()).every(({ pid }) => pid === null)) return
    throw new LabRefusal(`the lab in \`${folder}\` runs on other ports; stop it first: \`phix lab down\``)
  }

  async function breakNodes(
    names: readonly string[],
    fault: string,
    options: BreakOptions,
  ): Promise<readonly string[]> {
    const name = FAULT_NAMES.find((each) => each === fault)
    if (name === undefined) throw new LabRefusal(`there is no fault \`${fault}\`; there are ${FAULT_NAMES.join(', ')}`)
    const group = await chooseNodes(layout, names)
    const problem = name === 'partition' ? partitionProblem(layout, group) : null
    if (problem !== null) throw new LabRefusal(problem)
    const sites = group.map(siteOf)
    for (const site of sites) await refuseBroken(site)
    const apply = async (site: Site): Promise<string> =>
      `${site.node.name}: ${await FAULTS[name].apply(site, options, group)}`
    return Promise.all(sites.map(apply))
  }

  return {
    layout,
    status,

    async up(tell = () => undefined) {
      await refuseOtherPorts()
      writeLayout(layout)
      for (const node of layout.nodes) provision(node)
      const start = async (part: Part): Promise<Started> => {
        const started = await startPart(part, logOf(part))
        tell(started)
        return started
      }
      const serving = nodes.filter(({ labNode }) => !labNode.spare)
      const started = await Promise.all(serving.map(start))
      // Traffic last: it would only count the others' starting as errors.
      return [...started, await start(balancer), await start(traffic)]
    },

    async down() {
      const signal = AbortSignal.timeout(STOP_LIMIT_MS)
      await Promise.all(nodes.map(({ labNode }) => siteOf(labNode).throttle().stop()))
      const stop = async ({ name, control, node }: Part): Promise<readonly string[]> =>
        (await control.stop(node, signal)).stopped ? [name] : []
      return (await Promise.all([traffic, balancer, ...nodes].map(stop))).flat()
    },

    break: (names, fault, options = {}) => breakNodes(names, fault, options),

    async partition(sides, options = {}) {
      const isRunning = async (node: LabNode): Promise<boolean> => (await siteOf(node).process()) !== null
      return breakNodes(await chooseSide(layout, sides, isRunning), 'partition', options)
    },

    async heal(names) {
      const sites = (await chooseNodes(layout, names ?? layout.nodes.map(({ name }) => name))).map(siteOf)
      const done = (await Promise.all(sites.map(healSite))).flat()
      // Of some nodes only: the others may still be cut off from them.
      if (names === undefined) await untilOneLeader(layout)
      return done
    },
  }
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
