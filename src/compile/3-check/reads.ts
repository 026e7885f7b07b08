// Every expression of a runbook with the place it is read at: one list, so that each rule about expressions is written once.
import type { Roots } from '../../expressions/check.ts'
import type { Expression, StepPart, ValueAst, ValueEntry } from '../2-shape/ast.ts'
import type { Given } from './context.ts'
import type { Placed, Scope } from './places.ts'
import { INDEX_ROOTS, ITEM_ROOTS, outputSchema, rootsAdded } from './types-here.ts'

export interface Read {
  readonly expression: Expression
  /** `condition`: must be true/false, and must depend on something. */
  readonly wants: 'condition' | 'any' | 'text' | 'list'
  /** What a person calls the place. */
  readonly where: string
  /** Where steps are looked for; null where there are none. */
  readonly scope: Scope | null
  /** Steps up to here (not included) have run. */
  readonly order: number
  /** The step that reads, which nobody can refer to yet. */
  readonly reader: Placed | null
  readonly guards: ReadonlySet<string>
  /** Roots of this place beside those of every step. */
  readonly more: Roots
  /** Replaces the roots of every step, where there is no run (triggers) or only the change (undo). */
  readonly only: Roots | null
}

const LAST = Number.POSITIVE_INFINITY
const NO_GUARDS: ReadonlySet<string> = new Set()

/** Lists what the steps read. Broken steps are left out: they were told of already. */
export const readsOfSteps = (context: Given): readonly Read[] =>
  context.places.all.filter(({ step }) => !step.broken).flatMap((placed) => readsOf(placed, context))

function readsOf(placed: Placed, context: Given): readonly Read[] {
  const { step, scope, order, guards, guardsBefore } = placed
  const here = { scope, order, reader: placed, more: rootsAdded(scope), only: null }
  const expression = (
    each: Expression | null,
    wants: Read['wants'],
    where: string,
    change: Partial<Read> = {},
  ): Read[] => (each === null ? [] : [{ ...here, expression: each, wants, where, guards, ...change }])
  const value = (each: ValueAst | null, where: string, change: Partial<Read> = {}): Read[] =>
    each === null ? [] : expressionsIn(each).flatMap((found) => expression(found, 'any', where, change))
  const values = (entries: readonly ValueEntry[], where: string, change: Partial<Read> = {}): Read[] =>
    entries.flatMap((entry) => value(entry.value, where, change))
  /** Read when the block is done, with the names of its inside. */
  const inside = (scopes: readonly Scope[]): Partial<Read>[] => scopes.map((each) => ({ scope: each, order: LAST }))
  const outputs = (entries: readonly ValueEntry[]): Read[] => {
    const scopes = step.blocks
      .filter(({ role }) => role !== 'catch' && role !== 'finally')
      .map((block) => context.places.scopes.get(block))
    const joined = joinScopes(scopes.filter((each) => each !== undefined))
    return joined === null
      ? []
      : values(entries, '`outputs`', { ...joined, more: { ...here.more, ...innerRoots(step.part) } })
  }
  const own = ((): readonly Read[] => {
    const { part } = step
    switch (part.kind) {
      case 'act':
        return values(part.with, '`with`')
      case 'waitUntil': {
        const output = { ...here.more, output: outputSchema(step, context) }
        return [
          ...values(part.with, '`with`'),
          ...expression(part.until, 'condition', '`until`', { more: rootsOnce(part.action.name, output) }),
        ]
      }
      case 'wait':
        return value(part.for, '`wait`')
      case 'set':
        return values(part.values, '`set`')
      case 'notify':
        return value(part.message, '`message`')
      case 'fail':
        return value(part.message, '`message`')
      case 'end':
        return value(part.message, '`message`')
      case 'approve':
        return value(part.message, '`message`')
      case 'manual':
        return value(part.text, '`text`')
      case 'do':
      case 'try':
      case 'parallel':
        return outputs(part.outputs)
      case 'switch':
        return [...step.blocks.flatMap(({ when }) => expression(when, 'condition', '`when`')), ...outputs(part.outputs)]
      case 'forEach':
        return [
          ...(part.in.kind === 'cel'
            ? expression(part.in.expression, 'list', '`forEach`')
            : value(part.in, '`forEach`')),
          ...expression(part.key, 'any', '`key`', { more: { ...here.more, ...ITEM_ROOTS } }),
          ...outputs(part.outputs),
        ]
      case 'repeat': {
        const [scopeOfRound] = inside(step.blocks.map((block) => context.places.scopes.get(block) ?? scope))
        return [
          ...expression(part.until, 'condition', '`until`', {
            ...scopeOfRound,
            more: { ...here.more, ...INDEX_ROOTS },
          }),
          ...outputs(part.outputs),
        ]
      }
      case 'run':
        return values(part.with, '`with`')
      case 'degrade':
        return value(part.reason, '`reason`')
      case 'restore':
      case 'undoLeft':
        return []
    }
  })()
  const undo =
    step.undo !== null && typeof step.undo === 'object'
      ? values(step.undo.with, '`undo`', { only: { input: { type: 'object' }, output: outputSchema(step, context) } })
      : []
  return [
    ...expression(step.condition, 'condition', '`if`', { guards: guardsBefore }),
    ...own,
    ...undo,
    ...value(step.needsApproval?.message ?? null, '`needsApproval`'),
  ]
}

/** Reads after several blocks see the names of all of them (`parallel`), or of the one that ran (`switch`). */
function joinScopes(scopes: readonly Scope[]): Partial<Read> | null {
  const [first] = scopes
  if (first === undefined) return null
  const steps = scopes.flatMap((each) => each.steps)
  return { scope: scopes.length === 1 ? first : { ...first, steps }, order: LAST }
}

const innerRoots = (part: StepPart): Roots =>
  part.kind === 'forEach' ? ITEM_ROOTS : part.kind === 'repeat' ? INDEX_ROOTS : {}

// The checker keeps what it prepared for an object of roots: the same place must give the same object.
const onceByName = new Map<string, Roots>()
function rootsOnce(name: string, roots: Roots): Roots {
  const key = `${name} ${Object.keys(roots).join(' ')}`
  const kept = onceByName.get(key)
  if (kept !== undefined && kept['output'] === roots['output']) return kept
  if (onceByName.size > 500) onceByName.clear()
  onceByName.set(key, roots)
  return roots
}

/** Lists what `verify` reads: every step has run by then. */
export const readsOfVerify = ({ ast, places }: Given): readonly Read[] =>
  (ast.verify?.that ?? []).map((expression) => ({
    expression,
    wants: 'condition',
    where: '`that`',
    scope: places.top,
    order: LAST,
    reader: null,
    guards: NO_GUARDS,
    more: {},
    only: null,
  }))

/** Every expression below a value. */
export function expressionsIn(value: ValueAst): readonly Expression[] {
  switch (value.kind) {
    case 'lit':
      return []
    case 'cel':
      return [value.expression]
    case 'text':
      return value.parts.filter((part) => typeof part !== 'string')
    case 'list':
      return value.items.flatMap(expressionsIn)
    case 'map':
      return value.entries.flatMap((entry) => expressionsIn(entry.value))
  }
}
