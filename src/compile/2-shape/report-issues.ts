// Schema issues → diagnostics at the place of the mistake: one each.
import type { JsonSchema } from '../../plan/manifest.ts'
import { findIssues, type SchemaIssue } from '../../schema/find-issues.ts'
import {
  describe,
  entryOf,
  isHole,
  isText,
  isWhole,
  toJson,
  type Entry,
  type MapTree,
  type Span,
  type Tree,
} from '../1-read/tree.ts'
import { closestName, didYouMean } from '../did-you-mean.ts'
import type { Report } from '../report.ts'
import { reportTooLong } from './fields.ts'
import { isTooLong } from './literals.ts'

export interface JudgedMap {
  /** The map as it was meant: mistyped keys have their right names. */
  readonly map: MapTree
  readonly issues: readonly SchemaIssue[]
  /** Its keys of which something has been told: no rule says more about them. */
  readonly told: ReadonlySet<string>
}

/**
 * Judges the shape of a map and reports what does not fit. A mistyped key is told, and then taken as the key that was
 * meant, so that it hides nothing and makes no other key seem to be missing.
 */
export function judgeMap(schema: JsonSchema, written: MapTree, where: string, report: Report): JudgedMap {
  let map = written
  let issues = findIssues(schema, toJson(map))
  for (;;) {
    const mistyped = issues.find((issue) => meantBy(issue, map) !== null)
    if (mistyped === undefined) break
    reportIssues([mistyped], map, where, firstOf(map), report)
    map = rename(map, mistyped.path, mistyped.key, meantBy(mistyped, map) ?? '') as MapTree
    issues = findIssues(schema, toJson(map))
  }
  reportIssues(issues, map, where, firstOf(map), report)
  const untold = map.entries.filter(({ value }) => !isWhole(value)).map(({ key }) => key)
  return { map, issues, told: new Set([...issues.map(({ path, key }) => path[0] ?? key), ...untold]) }
}

/** The key that an unknown one was meant to be; null where there is none, or where that one is written too. */
function meantBy({ kind, key, path, candidates }: SchemaIssue, map: MapTree): string | null {
  const meant = kind === 'unknown' ? closestName(key, candidates) : null
  const holder = follow(map, path).tree
  return meant === null || holder.kind !== 'map' || entryOf(holder, meant) !== undefined ? null : meant
}

/** The tree with one key of the map at `path` renamed. */
function rename(tree: Tree, path: readonly string[], from: string, to: string): Tree {
  const [next, ...rest] = path
  if (tree.kind === 'list')
    return { ...tree, items: tree.items.map((item, at) => (String(at) === next ? rename(item, rest, from, to) : item)) }
  if (tree.kind !== 'map') return tree
  const entries = tree.entries.map((entry) => {
    if (next === undefined) return entry.key === from ? { ...entry, key: to } : entry
    return entry.key === next ? { ...entry, value: rename(entry.value, rest, from, to) } : entry
  })
  return { ...tree, entries }
}

/** Reports the issues of one tree; `where` is what the tree is called, `at` what is pointed at when the tree lacks a key. */
export function reportIssues(
  issues: readonly SchemaIssue[],
  tree: Tree,
  where: string,
  at: Span,
  report: Report,
): void {
  for (const issue of issues.filter((each) => !isMistypedAway(each, issues))) {
    const found = follow(tree, issue.path)
    if (isToldInTheText(issue, found.tree)) continue
    const place = [...issue.path].reduce(
      (sofar, part) => (/^\d+$/.test(part) ? `${sofar}[${part}]` : sofar === '' ? part : `${sofar}.${part}`),
      '',
    )
    const called = place === '' ? where : `\`${place}\``
    if (issue.expected.startsWith('a duration') && isText(found.tree) && isTooLong(found.tree.value)) {
      reportTooLong(place || where, found.tree, report)
      continue
    }
    switch (issue.kind) {
      case 'unknown': {
        const entry = found.tree.kind === 'map' ? entryOf(found.tree, issue.key) : undefined
        report('RB201', entry?.keyAt ?? found.tree.at, { key: issue.key, where: called }, help(issue))
        break
      }
      case 'name': {
        const entry = found.tree.kind === 'map' ? entryOf(found.tree, issue.key) : undefined
        report('RB210', entry?.keyAt ?? found.tree.at, { key: issue.key, where: called, expected: issue.expected })
        break
      }
      case 'missing':
        report(
          'RB202',
          found.entry?.keyAt ?? (issue.path.length === 0 ? at : firstOf(found.tree)),
          {
            key: issue.key,
            where: called,
          },
          `add \`${issue.key}: …\``,
        )
        break
      case 'type':
        report(
          'RB203',
          spanOf(found.tree, found.entry),
          {
            key: place || where,
            expected: issue.expected,
            found: describe(found.tree),
          },
          asDuration(issue, found.tree),
        )
        break
      case 'value':
        report(
          'RB204',
          spanOf(found.tree, found.entry),
          { key: place || where, expected: issue.expected, found: describe(found.tree) },
          closest(issue, found.tree) ?? asDuration(issue, found.tree),
        )
        break
    }
  }
}

/** The value was left out because something is wrong with its text, or the missing key may be one that was. */
const isToldInTheText = ({ kind }: SchemaIssue, tree: Tree): boolean =>
  isHole(tree) || (kind === 'missing' && tree.kind === 'map' && tree.isPartial === true)

/** `sumary: …` is one mistake: an unknown key; that `summary` is missing is the same one again. */
const isMistypedAway = (missing: SchemaIssue, issues: readonly SchemaIssue[]): boolean =>
  missing.kind === 'missing' &&
  issues.some(
    ({ kind, path, key }) =>
      kind === 'unknown' && path.join('/') === missing.path.join('/') && closestName(key, [missing.key]) !== null,
  )

const help = (issue: SchemaIssue): string | undefined =>
  didYouMean(issue.key, issue.candidates) ??
  (issue.candidates.length > 0 ? `known keys: ${issue.candidates.map((each) => `\`${each}\``).join(', ')}` : undefined)

const closest = (issue: SchemaIssue, tree: Tree): string | undefined =>
  tree.kind === 'scalar' && typeof tree.value === 'string' ? didYouMean(tree.value, issue.candidates) : undefined

const UNITS: Readonly<Record<string, string>> = { ms: 'ms', s: 's', m: 'm', mi: 'm', h: 'h', d: 'd', '': 's' }

/** `60` and `5 minutes` where a duration belongs: how it is written. */
function asDuration({ expected }: SchemaIssue, tree: Tree): string | undefined {
  if (!expected.startsWith('a duration') || tree.kind !== 'scalar') return undefined
  const [, number, word = ''] = /^(\d+(?:\.\d+)?)\s*(ms|milli|mi|[smhd]|)[a-z]*$/i.exec(String(tree.value)) ?? []
  const unit = word.toLowerCase() === 'milli' ? 'ms' : UNITS[word.toLowerCase()]
  return number === undefined || unit === undefined ? undefined : `write \`${number}${unit}\``
}

/** The value; where nothing is written, its key. A long map or list is pointed at by its key. */
const spanOf = (tree: Tree, entry: Entry | undefined): Span =>
  entry !== undefined && (tree.kind !== 'scalar' || tree.at.start === tree.at.end) ? entry.keyAt : tree.at

export const firstOf = (tree: Tree): Span => (tree.kind === 'map' ? (tree.entries[0]?.keyAt ?? tree.at) : tree.at)

function follow(tree: Tree, path: readonly string[]): { readonly tree: Tree; readonly entry: Entry | undefined } {
  let here = tree
  let entry: Entry | undefined
  for (const part of path) {
    if (here.kind === 'map') {
      entry = entryOf(here, part)
      if (entry === undefined) break
      here = entry.value
    } else if (here.kind === 'list') {
      const item = here.items[Number(part)]
      if (item === undefined) break
      entry = undefined
      here = item
    }
  }
  return { tree: here, entry }
}
