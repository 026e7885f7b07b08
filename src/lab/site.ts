// One node as faults see it: its process, its control, the process that may starve it.
import type { ServiceControl } from '../inventory/service-control.ts'
import { createProcessControl } from '../processes/process-control.ts'
import { factsOf } from '../processes/process-facts.ts'
import { FAULTS, FAULT_NAMES, type FaultName } from './faults/catalogue.ts'
import type { Site, Throttle } from './faults/fault.ts'
import { asNode, programControl } from './lab-programs.ts'
import type { LabLayout, LabNode } from './layout.ts'

const LIMIT_MS = 15_000

export const createSite = (layout: LabLayout, programs: string, control: ServiceControl, node: LabNode): Site => ({
  layout,
  node,
  control,
  async process() {
    const { pid } = await control.status(asNode(node))
    return pid === null ? null : factsOf(pid)
  },
  throttle: () => throttleOf(layout, programs, node),
})

/** Lists the faults that can be seen on a node now. */
export async function faultsOf(site: Site): Promise<readonly FaultName[]> {
  const present = await Promise.all(FAULT_NAMES.map((name) => FAULTS[name].isPresent(site)))
  return FAULT_NAMES.filter((_, index) => present[index])
}

function throttleOf(layout: LabLayout, programs: string, node: LabNode): Throttle {
  const own = asNode({ name: `${node.name}.throttle`, address: node.address })
  const controlWith = (args: readonly string[]): ServiceControl =>
    createProcessControl(programControl(layout, programs, 'lab-throttle', args))
  return {
    isRunning: async () => (await controlWith([]).status(own)).running,
    async start({ pid, startMark }) {
      await controlWith(['--pid', String(pid), '--mark', startMark]).start(own, AbortSignal.timeout(LIMIT_MS))
    },
    async stop() {
      await controlWith([]).stop(own, AbortSignal.timeout(LIMIT_MS))
    },
  }
}
