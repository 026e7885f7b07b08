// Gives a plan its inputs: defaults filled in, names resolved through the inventory, every value checked. All mistakes
// at once. A name that is not in the inventory is no target.
import type { Json } from '../plan/json.ts'
import type { JsonSchema } from '../plan/manifest.ts'
import type { InputSpec } from '../plan/plan.ts'
import { createValidator } from '../schema/validator.ts'
import { findTargets } from './find-target.ts'
import type { Inventory } from './inventory.ts'

export type Bound =
  | { readonly ok: true; readonly inputs: Readonly<Record<string, Json>> }
  /** One sentence each, for whoever gave the inputs. */
  | { readonly ok: false; readonly problems: readonly string[] }

export function bindInputs(
  specs: readonly InputSpec[],
  given: Readonly<Record<string, Json>>,
  inventory: Inventory,
  cluster: string,
): Bound {
  const problems: string[] = []
  const known = new Set(specs.map(({ name }) => name))
  for (const name of Object.keys(given)) {
    if (known.has(name)) continue
    const list = [...known].map((each) => `\`${each}\``).join(', ') || 'none'
    problems.push(`There is no input \`${name}\`; the runbook has ${list}.`)
  }
  const bound = specs.flatMap((spec): [string, Json][] => {
    const value = valueOf(spec, given)
    if (value === undefined) {
      if (spec.required) problems.push(`The input \`${spec.name}\` (${spec.type}) is missing.`)
      return []
    }
    const resolved = isTargetType(spec.type) ? resolve(spec, value, inventory, cluster, problems) : value
    for (const { path, message } of createValidator(spec.schema as JsonSchema)(resolved))
      problems.push(`The input \`${spec.name}\`${path} ${message}.`)
    return [[spec.name, resolved]]
  })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, inputs: Object.fromEntries(bound) }
}

function valueOf({ name, default: fallback }: InputSpec, given: Readonly<Record<string, Json>>): Json | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  if (value !== undefined && value !== null) return value
  return fallback ?? undefined
}

type TargetType = 'node' | 'service' | 'cluster'
export const isTargetType = (type: InputSpec['type']): type is TargetType =>
  type === 'node' || type === 'service' || type === 'cluster'

/** Answers the inventory's own name for a name or alias; the value as it is where there is none, with a problem. */
function resolve(spec: InputSpec, value: Json, inventory: Inventory, cluster: string, problems: string[]): Json {
  if (typeof value !== 'string') {
    problems.push(`The input \`${spec.name}\` must be the name of a ${spec.type}.`)
    return value
  }
  const found = findTargets(inventory, value, cluster).filter(({ kind }) => kind === spec.type)
  const [only] = found
  if (only !== undefined && found.length === 1) return only.name
  problems.push(
    found.length > 1
      ? `\`${value}\` names ${found.length} ${spec.type}s of the cluster \`${cluster}\`; use one's own name.`
      : `The cluster \`${cluster}\` has no ${spec.type} \`${value}\` in the inventory.`,
  )
  return value
}
