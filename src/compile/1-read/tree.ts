// The positioned tree: what a YAML text says, with the place of everything it says. Later passes know this and no YAML.
import type { Json } from '../../plan/json.ts'

/** Offsets into the text, in UTF-16 units; the end is exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface ScalarTree {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly at: Span
  /** Stands for what was left out because it has been told that it is wrong: nothing more is said about it. */
  readonly isHole?: true
}
export interface ListTree {
  readonly kind: 'list'
  readonly items: readonly Tree[]
  readonly at: Span
}
export interface Entry {
  readonly key: string
  readonly keyAt: Span
  readonly value: Tree
}
export interface MapTree {
  readonly kind: 'map'
  readonly entries: readonly Entry[]
  readonly at: Span
  /** Keys of it were left out, because it has been told that they are wrong. */
  readonly isPartial?: true
}
export type Tree = ScalarTree | ListTree | MapTree

export const entryOf = (map: MapTree, key: string): Entry | undefined => map.entries.find((entry) => entry.key === key)
export const valueOf = (map: MapTree, key: string): Tree | undefined => entryOf(map, key)?.value
export const isText = (tree: Tree | undefined): tree is ScalarTree & { readonly value: string } =>
  tree?.kind === 'scalar' && typeof tree.value === 'string'

export const isHole = (tree: Tree | undefined): boolean => tree?.kind === 'scalar' && tree.isHole === true

/** False where something was left out anywhere below. */
export function isWhole(tree: Tree): boolean {
  if (tree.kind === 'scalar') return tree.isHole !== true
  if (tree.kind === 'list') return tree.items.every(isWhole)
  return tree.isPartial !== true && tree.entries.every(({ value }) => isWhole(value))
}

/** The tree as plain JSON, without places. Its maps have no dangerous keys: the reader refuses those. */
export function toJson(tree: Tree): Json {
  switch (tree.kind) {
    case 'scalar':
      return tree.value
    case 'list':
      return tree.items.map(toJson)
    case 'map':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, toJson(value)]))
  }
}

/** What a person would call it: `a text`, `a list`. */
export function describe(tree: Tree): string {
  if (tree.kind !== 'scalar') return `a ${tree.kind}`
  if (tree.value === null) return 'nothing'
  const shown = JSON.stringify(tree.value)
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
  return typeof tree.value === 'string'
    ? `the text \`${short.slice(1, short.endsWith('"') ? -1 : undefined)}\``
    : `\`${short}\``
}
