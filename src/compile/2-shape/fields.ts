// Reads typed values out of a map whose shape was judged already. Where something does not fit (it has been told), a
// fallback keeps the pass going, so that the rest of the file is judged too.
import { describe, entryOf, isText, valueOf, type MapTree, type Tree } from '../1-read/tree.ts'
import type { Report } from '../report.ts'
import type { Expression, Named, ValueAst, ValueEntry } from './ast.ts'
import { bareExpression, valueFrom } from './expressions.ts'
import { durationMs, isTooLong, ratioOf } from './literals.ts'

export interface Fields {
  readonly map: MapTree
  readonly report: Report
  has(key: string): boolean
  tree(key: string): Tree | undefined
  text(key: string): string | null
  texts(key: string): readonly string[]
  bool(key: string): boolean
  number(key: string): number | null
  ms(key: string): number | null
  ratio(key: string): number | null
  choice<T extends string>(key: string, among: readonly T[]): T | null
  named(key: string): Named
  expression(key: string): Expression | null
  value(key: string): ValueAst | null
  values(key: string): readonly ValueEntry[]
  inside(key: string): Fields | null
}

export function fieldsOf(map: MapTree, report: Report): Fields {
  const tree = (key: string): Tree | undefined => valueOf(map, key)
  const text = (key: string): string | null => {
    const found = tree(key)
    return isText(found) ? found.value : null
  }
  return {
    map,
    report,
    tree,
    text,
    has: (key) => entryOf(map, key) !== undefined,
    texts: (key) => textsOf(tree(key)),
    bool: (key) => {
      const found = tree(key)
      return found?.kind === 'scalar' && found.value === true
    },
    number: (key) => numberOf(tree(key)),
    ms: (key) => msOf(tree(key), key, report),
    ratio: (key) => numberOf(tree(key)) ?? ratioOf(text(key) ?? ''),
    choice: (key, among) => among.find((each) => each === text(key)) ?? null,
    named: (key) => ({ name: text(key) ?? '', at: tree(key)?.at ?? map.at }),
    expression: (key) => bareExpression(tree(key), report),
    value: (key) => {
      const found = tree(key)
      return found === undefined ? null : valueFrom(found, report)
    },
    values: (key) => valueEntries(tree(key), report),
    inside: (key) => {
      const found = tree(key)
      return found?.kind === 'map' ? fieldsOf(found, report) : null
    },
  }
}

export const valueEntries = (tree: Tree | undefined, report: Report): readonly ValueEntry[] =>
  tree?.kind === 'map'
    ? tree.entries.map(({ key, keyAt, value }) => ({ key, keyAt, value: valueFrom(value, report) }))
    : []

/** Where it is told that a duration cannot be held, this stands in: short enough for every other rule. */
const STAND_IN_MS = 60_000

function msOf(tree: Tree | undefined, key: string, report: Report): number | null {
  if (!isText(tree)) return null
  if (!isTooLong(tree.value)) return durationMs(tree.value)
  reportTooLong(key, tree, report)
  return STAND_IN_MS
}

/** Says that a duration is beyond what can be counted. */
export const reportTooLong = (key: string, tree: Tree, report: Report): void =>
  report('RB335', tree.at, { key, found: describe(tree), limit: 'can be counted in ms' }, 'write a shorter duration')

const numberOf = (tree: Tree | undefined): number | null =>
  tree?.kind === 'scalar' && typeof tree.value === 'number' ? tree.value : null

function textsOf(tree: Tree | undefined): readonly string[] {
  if (isText(tree)) return [tree.value]
  return tree?.kind === 'list' ? tree.items.filter(isText).map(({ value }) => value) : []
}
