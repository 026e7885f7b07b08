// The inventory of a lab: what Phix is told of it, in the shape that every inventory has.
import { DEFAULT_DETECTOR } from '../inventory/defaults.ts'
import type { Inventory, Mode } from '../inventory/inventory.ts'
import { builtPrograms, nodeControl } from './lab-programs.ts'
import type { LabLayout } from './layout.ts'
import { toYaml } from './to-yaml.ts'

const CLUSTER = 'ollama'
/** Where Prometheus' node exporter would listen: alerts name nodes like `node-2:9100`. */
const EXPORTER_PORT = 9_100

/** What the shipped runbooks enter. */
const MODES: readonly Mode[] = [
  {
    name: 'reduced-service',
    summary: 'What is not essential waits while nodes that failed together are brought back.',
    lost: ['batch requests', 'model pulls'],
    kept: ['chat', 'health'],
    clearWhen: 'cluster.ill == 0',
    forMs: 60_000,
    longestMs: 3_600_000,
  },
  {
    name: 'outage',
    summary: 'No member serves; people were called.',
    lost: ['every request'],
    kept: [],
    clearWhen: 'cluster.healthy_ratio >= 0.5 && requests.success_rate > 0.95',
    forMs: 60_000,
    longestMs: 3_600_000,
  },
]

interface InventoryOptions {
  /** Loosened guards, for acceptance tests that break the same node again and again. */
  readonly acceptance?: boolean
  readonly programs?: string
}

export function labInventory(layout: LabLayout, options: InventoryOptions = {}): Inventory {
  const { acceptance = false, programs = builtPrograms() } = options
  const members = layout.nodes.map(({ name }) => name)
  return {
    version: 1,
    acceptance,
    groups: [
      { name: 'oncall', members: ['alex', 'sam'] },
      { name: 'senior-oncall', members: ['robin'] },
    ],
    clusters: [
      {
        name: CLUSTER,
        nodes: layout.nodes.map(({ name, address, zone, spare }) => ({
          name,
          address,
          zone,
          aliases: [`${name}:${EXPORTER_PORT}`],
          spare,
        })),
        services: [
          {
            name: CLUSTER,
            members,
            control: nodeControl(layout, programs),
            balancer: { kind: 'http', admin: layout.adminUrl, url: layout.entryUrl },
            replicas: { min: 3, max: members.length },
            canary: { path: '/api/generate', body: { model: 'lab', prompt: 'Are you there?' } },
          },
        ],
        heartbeat: { kind: 'http', path: '/api/v1/health', intervalMs: 1_000, timeoutMs: 800 },
        detector: DEFAULT_DETECTOR,
        modes: MODES,
        guard: acceptance
          ? { runsInFlight: 50, startsPerMinute: 1_000, override: { cooldownMs: 0, attempts: 1_000 } }
          : { runsInFlight: 3, startsPerMinute: 10, override: null },
      },
    ],
  }
}

/** Writes the inventory of a lab as the text of an inventory file. */
export function labInventoryYaml(layout: LabLayout, options: InventoryOptions = {}): string {
  return `# The lab's inventory, written by \`phix lab up\`. Change it freely; delete it to have it written anew.\n${toYaml(labInventory(layout, options))}`
}
