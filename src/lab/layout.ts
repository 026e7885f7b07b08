// Where everything of a lab is: names, ports, folders. The one place that knows; docs/lab.md lists the same.
import { join } from 'node:path'

export interface LabPorts {
  /** Where clients send requests: the balancer. */
  readonly entry: number
  /** The balancer's admin API. */
  readonly admin: number
  /** One per node, spares last. */
  readonly nodes: readonly number[]
}

export interface LabNode {
  readonly name: string
  readonly zone: string
  readonly spare: boolean
  readonly port: number
  readonly address: string
  /** Its config, data, models and spool. */
  readonly folder: string
}

export interface LabLayout {
  readonly folder: string
  readonly ports: LabPorts
  readonly nodes: readonly LabNode[]
  readonly entryUrl: string
  readonly adminUrl: string
  /** Pid records and logs of every process of the lab. */
  readonly processesFolder: string
}

const NODES = [
  { name: 'node-1', zone: 'a', spare: false },
  { name: 'node-2', zone: 'b', spare: false },
  { name: 'node-3', zone: 'c', spare: false },
  { name: 'node-4', zone: 'a', spare: false },
  { name: 'node-5', zone: 'b', spare: false },
  { name: 'node-6', zone: 'c', spare: true },
  { name: 'node-7', zone: 'a', spare: true },
] as const

export const NODE_COUNT = NODES.length

/** Answers the ports of a lab from one base: entry at the base, nodes after it, admin at base + 90. */
export const portsFrom = (base: number): LabPorts => ({
  entry: base,
  admin: base + 90,
  nodes: NODES.map((_, index) => base + 1 + index),
})

export const DEFAULT_PORTS = portsFrom(5100)

export function layOut(folder: string, ports: LabPorts): LabLayout {
  const nodes = NODES.map((node, index): LabNode => {
    const port = ports.nodes[index]
    if (port === undefined) throw new Error(`a lab needs ${NODE_COUNT} node ports and got ${ports.nodes.length}`)
    return { ...node, port, address: `http://127.0.0.1:${port}`, folder: join(folder, 'nodes', node.name) }
  })
  return {
    folder,
    ports,
    nodes,
    entryUrl: `http://127.0.0.1:${ports.entry}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    processesFolder: join(folder, 'processes'),
  }
}

/** Names the files of one node, so that whoever breaks them and whoever reads them mean the same. */
export const nodeFiles = (folder: string) => ({
  config: join(folder, 'config.json'),
  /** The good configuration and the bad one, while the bad one is in place. */
  configBefore: join(folder, 'config.before.json'),
  configBad: join(folder, 'config.bad.json'),
  data: join(folder, 'data.bin'),
  modelsFolder: join(folder, 'models'),
  /** Where it writes; what lies in here counts against its quota. */
  spoolFolder: join(folder, 'spool'),
  spool: join(folder, 'spool', 'requests.log'),
  ballast: join(folder, 'spool', 'ballast'),
  /** Names of members that it may not exchange a byte with. */
  deny: join(folder, 'deny.json'),
  election: join(folder, 'election.json'),
})

export const layoutFile = (folder: string): string => join(folder, 'lab.json')
export const balancerFile = (folder: string): string => join(folder, 'balancer', 'backends.json')
export const trafficFile = (folder: string): string => join(folder, 'traffic', 'counts.json')
export const trafficLog = (folder: string): string => join(folder, 'traffic', 'seconds.jsonl')
