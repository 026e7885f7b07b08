/** Plain JSON, the only kind of value that crosses a border (plan, payload, journal). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * Writes JSON with keys sorted by code unit and no white space, so that equal values have equal bytes.
 * Why: the plan's hash and idempotency keys must not depend on the order in which keys were written (RFC 8785's idea).
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`
  const object = value as JsonObject
  // Sorted by code unit, which is what `sort` does where nothing else is asked for.
  const keys = Object.keys(object).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`).join(',')}}`
}
