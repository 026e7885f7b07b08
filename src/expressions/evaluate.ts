// Evaluates CEL over plain JSON: conditions and `${{ }}` values of a running plan. Pure; JSON in, JSON out.
import type { ParseResult } from '@marcbachmann/cel-js'
import type { Json, JsonObject } from '../plan/json.ts'
import type { Value, ValueMap } from '../plan/plan.ts'
import { createEnvironment, findForbidden, rootsOf } from './environment.ts'
import { inWords } from './in-words.ts'

export type Scope = Readonly<Record<string, Json>>

/** An expression that has no value here: something it names is missing, or its types do not fit. */
export class ExpressionError extends Error {
  readonly source: string
  constructor(source: string, why: string) {
    super(`\`${source}\` has no value here: ${why}`)
    this.name = 'ExpressionError'
    this.source = source
  }
}

interface Prepared {
  readonly run: ParseResult
  readonly roots: ReadonlySet<string>
}

const KEPT = 2_000
const prepared = new Map<string, Prepared>()
const environment = createEnvironment({ closed: false })

function prepare(source: string): Prepared {
  const kept = prepared.get(source)
  if (kept !== undefined) return kept
  const run = environment.parse(source)
  const forbidden = findForbidden(run.ast)
  if (forbidden !== null) throw new Error(forbidden.message)
  const entry = { run, roots: rootsOf(run.ast) }
  if (prepared.size >= KEPT) prepared.clear()
  prepared.set(source, entry)
  return entry
}

/**
 * Evaluates one CEL expression. Numbers of the scope are doubles; whole results come back as numbers, never BigInt.
 * Fails: ExpressionError where a name is missing or types do not fit; nothing is ever guessed.
 */
export function evaluateCel(source: string, scope: Scope): Json {
  let value: unknown
  try {
    const { run, roots } = prepare(source)
    // Without a prototype: `constructor` is no variable.
    const context = Object.create(null) as Record<string, Json>
    for (const root of roots) if (Object.hasOwn(scope, root)) context[root] = scope[root] as Json
    value = run(context)
  } catch (error) {
    throw new ExpressionError(source, inWords(error))
  }
  return toJson(source, value)
}

/** Evaluates a condition. Fails: ExpressionError also where the value is no bool. */
export function evaluateCondition(source: string, scope: Scope): boolean {
  const value = evaluateCel(source, scope)
  if (typeof value !== 'boolean')
    throw new ExpressionError(source, `a condition must be true or false, this is ${JSON.stringify(value)}`)
  return value
}

/** Renders a value with its expressions. Fails: ExpressionError. */
export function renderValue(value: Value, scope: Scope): Json {
  if ('lit' in value) return value.lit
  if ('cel' in value) return evaluateCel(value.cel, scope)
  if ('text' in value)
    return value.text.map((part) => (typeof part === 'string' ? part : toText(evaluateCel(part.cel, scope)))).join('')
  if ('list' in value) return value.list.map((item) => renderValue(item, scope))
  return renderMap(value.map, scope)
}

/** Renders each entry of a map of values. Fails: ExpressionError. */
export function renderMap(values: ValueMap, scope: Scope): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, item]) => [key, renderValue(item, scope)]))
}

const toText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

function toJson(source: string, value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw new ExpressionError(source, 'the number is too large')
    return number
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new ExpressionError(source, 'the number is not finite (a division by zero?)')
    return value
  }
  if (Array.isArray(value)) return value.map((item) => toJson(source, item))
  if (value instanceof Map) return toJson(source, Object.fromEntries(value))
  if (typeof value === 'object' && value !== null && isPlain(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(source, item)]))
  throw new ExpressionError(source, 'it is neither text, number, bool, list nor map')
}

// The prototype of another realm's object is not ours: plain means that its own prototype has none.
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
