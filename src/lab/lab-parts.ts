// The processes of a lab, each with its control and the place where it answers.
import type { Node } from '../inventory/inventory.ts'
import type { ServiceControl } from '../inventory/service-control.ts'
import { createProcessControl } from '../processes/process-control.ts'
import { asNode, nodeControl, programControl } from './lab-programs.ts'
import type { LabLayout, LabNode } from './layout.ts'

export interface Part {
  readonly kind: 'node' | 'balancer' | 'traffic'
  readonly name: string
  readonly address: string | null
  /** Answers with the process's own pid while it does its work; null for one that serves nobody. */
  readonly healthUrl: string | null
  readonly node: Node
  readonly control: ServiceControl
}

export interface LabParts {
  readonly nodes: readonly (Part & { readonly labNode: LabNode })[]
  readonly balancer: Part
  readonly traffic: Part
}

export function partsOf(layout: LabLayout, programs: string): LabParts {
  const control = createProcessControl(nodeControl(layout, programs))
  return {
    nodes: layout.nodes.map((labNode) => ({
      kind: 'node',
      name: labNode.name,
      address: labNode.address,
      healthUrl: `${labNode.address}/api/v1/health`,
      node: asNode(labNode),
      control,
      labNode,
    })),
    balancer: {
      kind: 'balancer',
      name: 'balancer',
      address: layout.entryUrl,
      healthUrl: `${layout.adminUrl}/backends`,
      node: asNode({ name: 'balancer', address: layout.entryUrl }),
      control: createProcessControl(programControl(layout, programs, 'lab-balancer')),
    },
    traffic: {
      kind: 'traffic',
      name: 'traffic',
      address: null,
      healthUrl: null,
      node: asNode({ name: 'traffic', address: layout.entryUrl }),
      control: createProcessControl(programControl(layout, programs, 'lab-traffic')),
    },
  }
}
