// Where a page would wake nobody, found before it happens: for doctor, check and status.
import type { Plan, Step } from '../plan/plan.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { rosterOf } from '../inventory/roster.ts'
import { unreachedAs } from './recipients.ts'

/** The cluster's own pages: each sentence says whose, and why nobody would hear them. */
export function findUnreachedClusters(inventory: Inventory): readonly string[] {
  return inventory.clusters.flatMap(({ name }) => {
    const page = rosterOf(inventory, name)?.page ?? []
    if (page.length === 0) return [`cluster \`${name}\` pages nobody: the inventory has no group`]
    const problems = page.map((group) => unreachedAs(inventory, group))
    // One that hears it is enough.
    return problems.includes(null) ? [] : [`a page of cluster \`${name}\` wakes nobody: ${problems.join('; ')}`]
  })
}

/** Groups that a runbook names and that no page would reach. */
export function findUnreachedGroups(
  inventory: Inventory,
  { name, escalate, steps, finally: last }: Plan,
): readonly string[] {
  const named = [...escalate.flatMap(({ notify }) => notify), ...groupsIn([...steps, ...last])]
  return [...new Set(named)].flatMap((group) => {
    const problem = unreachedAs(inventory, group)
    return problem === null ? [] : [`a page of runbook \`${name}\` wakes nobody: ${problem}`]
  })
}

/** The groups of every `notify` step, however deep it is. */
function groupsIn(value: readonly Step[]): readonly string[] {
  const found: string[] = []
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return
    const { kind, to } = each as { readonly kind?: unknown; readonly to?: unknown }
    if (kind === 'notify' && Array.isArray(to)) found.push(...to.filter((name) => typeof name === 'string'))
    for (const inner of Object.values(each)) visit(inner)
  }
  visit(value)
  return found
}
