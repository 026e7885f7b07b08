import type { Scope } from '../../src/expressions/evaluate.ts'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import { capText } from '../wrapping/cap.ts'

const PATH = /\b(?:cluster|target|requests|signals|inputs|steps|modes)(?:\.[A-Za-z_]\w*)+/g
const SEEN_BYTES = 500

/** Writes the values of the names in a condition, e.g. `cluster.healthy_ratio = 0.8`. */
export function seenIn(condition: string, scope: Scope): string {
  const paths = [...new Set(condition.match(PATH) ?? [])]
  const values = paths.map((path) => {
    const value = valueAt(scope, path.split('.'))
    return `${path} ${value === undefined ? 'is not known' : `= ${JSON.stringify(rounded(value))}`}`
  })
  return capText(values.join(', ') || 'it is false', SEEN_BYTES)
}

const rounded = (value: Json): Json => (typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value)

const valueAt = (scope: Scope, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, key) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined,
    scope,
  )
