// What starts a runbook: each trigger is of the kind of its one deciding key.
import type { Json } from '../../plan/json.ts'
import { TRIGGERS } from '../../schema/runbook.ts'
import { describe, entryOf, isHole, toJson, type MapTree, type Tree } from '../1-read/tree.ts'
import { closestName, didYouMean } from '../did-you-mean.ts'
import type { Report } from '../report.ts'
import type { TriggerAst } from './ast.ts'
import { fieldsOf, type Fields } from './fields.ts'
import { judgeMap } from './report-issues.ts'
import { TREND_PRESET_NAMES, TREND_PRESETS } from '../../plan/trend-preset.ts'

const KINDS = Object.keys(TRIGGERS) as TriggerAst['kind'][]

/** Reads the list of triggers. Fails: RB201–RB206. */
export function shapeTriggers(tree: Tree | undefined, report: Report): readonly TriggerAst[] {
  if (tree?.kind !== 'list') return []
  return tree.items.flatMap((item, index) => {
    if (isHole(item)) return []
    if (item.kind === 'map') return shapeTrigger(item, index, report)
    report('RB203', item.at, { key: `triggers[${index}]`, expected: 'a trigger: a map', found: describe(item) })
    return []
  })
}

function shapeTrigger(written: MapTree, index: number, report: Report): TriggerAst | [] {
  const kinds = KINDS.filter((key) => entryOf(written, key) !== undefined)
  const [kind, second] = kinds
  const where = `\`triggers[${index}]\``
  if (kind === undefined) {
    if (written.isPartial === true) return []
    const mistyped = written.entries.find(({ key }) => closestName(key, KINDS) !== null) ?? written.entries[0]
    const help = mistyped === undefined ? undefined : didYouMean(mistyped.key, KINDS)
    const known = `a trigger has one of: ${KINDS.join(', ')}`
    report('RB201', mistyped?.keyAt ?? written.at, { key: mistyped?.key ?? '', where }, help ?? known)
    return []
  }
  let map = written
  let told: ReadonlySet<string> = new Set()
  let broken = false
  if (second !== undefined) {
    report('RB206', entryOf(map, second)?.keyAt ?? map.at, { first: kind, second })
    broken = true
  } else {
    ;({ map, told } = judgeMap(TRIGGERS[kind] ?? {}, written, where, report))
  }
  const fields = fieldsOf(map, report)
  return {
    kind,
    when: fields.expression('when'),
    bind: fields.values('bind'),
    that: kind === 'condition' ? fields.expression('condition') : null,
    everyMs: kind === 'every' ? fields.ms('every') : null,
    rest: restOf(kind, fields),
    tree: map,
    keyAt: entryOf(map, kind)?.keyAt ?? map.at,
    broken,
    told,
  }
}

/** What Temporal calls an interval among its crons; counted from midnight of 1970, so that it is the same after any change. */
const everyCron = (ms: number): string => `@every ${Math.round(ms / 1_000)}s`

function restOf(kind: TriggerAst['kind'], fields: Fields): Readonly<Record<string, Json>> {
  switch (kind) {
    case 'verdict':
      return { verdict: fields.text('verdict') }
    case 'returned':
      return {}
    case 'condition':
      return { over: fields.text('over'), forMs: fields.ms('for') }
    case 'trend': {
      const trend = fields.inside('trend')
      const preset = trend?.choice('preset', TREND_PRESET_NAMES) ?? 'balanced'
      return {
        metric: trend?.text('metric') ?? null,
        reaches: trend?.ratio('reaches') ?? null,
        withinMs: trend?.ms('within') ?? null,
        confidence: trend?.ratio('confidence') ?? TREND_PRESETS[preset],
      }
    }
    case 'alert': {
      const labels = fields.tree('alert')
      return { labels: labels === undefined ? {} : toJson(labels) }
    }
    case 'schedule':
      return { cron: fields.text('schedule'), timezone: fields.text('timezone') ?? 'UTC' }
    case 'every':
      // A schedule like any other once it is compiled.
      return { kind: 'schedule', cron: everyCron(fields.ms('every') ?? 0), timezone: 'UTC' }
  }
}
