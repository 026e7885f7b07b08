// Query parameters as typed parts: nothing of them ever becomes text of another language.
import type { Context } from 'hono'
import { BadRequest } from './http-error.ts'

const MOST = 500

/** Reads optional texts; an empty one counts as not given. */
export function textsOf<Name extends string>(context: Context, names: readonly Name[]): Partial<Record<Name, string>> {
  const given: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = context.req.query(name)
    if (value !== undefined && value !== '') given[name] = value
  }
  return given
}

/** Reads `?open`, `?open=true` or `?open=false`. Fails: BadRequest. */
export function flagOf<Name extends string>(context: Context, name: Name): Partial<Record<Name, boolean>> {
  const value = context.req.query(name)
  if (value === undefined) return {}
  if (value === '' || value === 'true') return { [name]: true } as Partial<Record<Name, boolean>>
  if (value === 'false') return { [name]: false } as Partial<Record<Name, boolean>>
  throw new BadRequest(`\`${name}\` must be true or false`)
}

/** Reads `limit`, from 1 to 500. Fails: BadRequest. */
export function limitOf(context: Context, standard: number): number {
  const value = context.req.query('limit')
  if (value === undefined) return standard
  const limit = Number(value)
  if (!/^\d{1,4}$/.test(value) || limit < 1 || limit > MOST) throw new BadRequest(`\`limit\` must be from 1 to ${MOST}`)
  return limit
}

/** Reads `since`, epoch ms. Fails: BadRequest. */
export function sinceOf(context: Context): { readonly since?: number } {
  const value = context.req.query('since')
  if (value === undefined) return {}
  if (!/^\d{1,15}$/.test(value)) throw new BadRequest('`since` must be epoch milliseconds')
  return { since: Number(value) }
}
