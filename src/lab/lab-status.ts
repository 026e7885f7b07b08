// What is so in the lab now: asked of the process table, the files, the nodes and the balancer, never remembered.
import { factsOf } from '../processes/process-facts.ts'
import { askJson } from './ask.ts'
import type { Backend } from './balancer/backends.ts'
import type { FaultName } from './faults/catalogue.ts'
import type { Site } from './faults/fault.ts'
import type { Part } from './lab-parts.ts'
import { faultsOf } from './site.ts'

const LIMIT_MS = 600

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

/** Answers the balancer's backends; none where it does not answer. */
export async function readBackends(adminUrl: string): Promise<readonly Backend[]> {
  return (await askJson<{ backends: readonly Backend[] }>(`${adminUrl}/backends`, LIMIT_MS))?.backends ?? []
}

export async function statusOfNode(site: Site, log: string, backends: readonly Backend[]): Promise<LabPart> {
  const { name, address, spare } = site.node
  const [facts, broken] = await Promise.all([site.process(), faultsOf(site)])
  const claim =
    facts === null ? null : await askJson<{ role: string; term: number }>(`${address}/cluster/status`, LIMIT_MS)
  const backend = backends.find((each) => each.name === name)
  return {
    name,
    kind: 'node',
    pid: facts?.pid ?? null,
    address,
    process: processWord(facts?.state ?? null),
    broken,
    spare,
    role: claim?.role ?? null,
    term: claim?.term ?? null,
    backend: backend === undefined ? null : held(backend),
    log,
  }
}

export async function statusOfPart({ name, kind, address, node, control }: Part, log: string): Promise<LabPart> {
  const { pid } = await control.status(node)
  const state = pid === null ? null : (factsOf(pid)?.state ?? null)
  const notForThese = { broken: [], spare: false, role: null, term: null, backend: null }
  return { name, kind, pid, address, process: processWord(state), ...notForThese, log }
}

const held = ({ state, weight, requests, errors }: Backend): LabPart['backend'] => ({ state, weight, requests, errors })

function processWord(state: 'running' | 'stopped' | 'zombie' | null): LabPart['process'] {
  return state === null || state === 'zombie' ? 'down' : state
}
