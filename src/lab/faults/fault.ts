// What a fault is. One file each; each breaks something that exists in the world, sees from the world whether it is
// there, and takes it back. No record of faults is kept, so nothing can be out of date: what is seen is what is so.
import type { ServiceControl } from '../../inventory/service-control.ts'
import type { ProcessFacts } from '../../processes/process-facts.ts'
import type { LabLayout, LabNode } from '../layout.ts'
import { LabRefusal } from '../lab-refusal.ts'

export interface BreakOptions {
  /** kill, config: so that no restart helps. */
  readonly forGood?: boolean
  /** partition: also gives the cut-off side a quorum that it can reach, so that it elects a second leader. */
  readonly splitBrain?: boolean
}

/** Where a fault acts: one node with its process. */
export interface Site {
  readonly layout: LabLayout
  readonly node: LabNode
  readonly control: ServiceControl
  /** null where it does not run. */
  process(): Promise<ProcessFacts | null>
  /** The control of the process that starves this one (faults/slow.ts). */
  throttle(): Throttle
}

export interface Throttle {
  isRunning(): Promise<boolean>
  start(process: ProcessFacts): Promise<void>
  stop(): Promise<void>
}

export interface Fault {
  readonly summary: string
  /** Breaks these nodes; answers what was done, one sentence. `group` are all nodes that are broken together. */
  apply(site: Site, options: BreakOptions, group: readonly LabNode[]): Promise<string>
  isPresent(site: Site): Promise<boolean>
  /** Takes it back where it is there; answers what was done, null where there was nothing to do. */
  heal(site: Site): Promise<string | null>
}

/** Answers the process of a site that must have one. */
export async function requireProcess(site: Site): Promise<ProcessFacts> {
  const facts = await site.process()
  if (facts === null) throw new LabRefusal(`\`${site.node.name}\` ended meanwhile; look with \`phix lab status\``)
  return facts
}
