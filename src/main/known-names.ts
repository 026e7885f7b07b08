// The names that people wrote down and that may be labels of metrics.
import { CATALOGUE } from '../../activities/catalogue.ts'
import type { CompiledRunbook } from '../compile/compile.ts'
import { SYSTEM_ACTIVITIES } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Json } from '../plan/json.ts'
import type { KnownNames } from '../telemetry/closed-labels.ts'

const ACTIONS: ReadonlySet<string> = new Set([...CATALOGUE.map(({ name }) => name), ...SYSTEM_ACTIVITIES])

export const DRIVERS: readonly string[] = [...new Set(CATALOGUE.map(({ name }) => name.split('.')[0] ?? name))]

/** Answers every name of the inventory, the runbooks and the catalogue. */
export function knownNames({ clusters, notify }: Inventory, runbooks: readonly CompiledRunbook[]): KnownNames {
  return {
    nodes: new Map(clusters.map(({ name, nodes }) => [name, new Set(nodes.map((node) => node.name))])),
    targets: new Set(
      clusters.flatMap(({ name, nodes, services }) => [name, ...[...nodes, ...services].map((each) => each.name)]),
    ),
    runbooks: new Set(runbooks.map(({ plan }) => plan.name)),
    modes: new Set(runbooks.flatMap(({ plan }) => modesIn(plan as unknown as Json))),
    actions: ACTIONS,
    channels: new Set((notify?.channels ?? []).map(({ name }) => name)),
  }
}

/** Finds the modes of every step that enters or leaves one, however deep it is. */
function modesIn(value: Json): readonly string[] {
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap(modesIn)
  const { kind, mode } = value as { kind?: Json; mode?: Json }
  const own = (kind === 'degrade' || kind === 'restore') && typeof mode === 'string' ? [mode] : []
  return [...own, ...Object.values(value).flatMap(modesIn)]
}
