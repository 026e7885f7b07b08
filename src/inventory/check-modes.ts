// What is wrong with degraded modes and adaptations, and which emergency values make a cluster less safe.
import { entryOf, isText, valueOf, type MapTree, type Tree } from '../compile/1-read/tree.ts'
import { bareExpression } from '../compile/2-shape/expressions.ts'
import { fieldsOf, type Fields } from '../compile/2-shape/fields.ts'
import { judgeLoneCondition } from '../compile/3-check/judge-expression.ts'
import { didYouMean } from '../compile/did-you-mean.ts'
import type { Report } from '../compile/report.ts'
import { createChecker } from '../expressions/check.ts'
import { USUAL_BREAKER } from '../guard/adapt.ts'
import type { Setting } from '../guard/protocol.ts'
import { ROOTS } from '../plan/evidence.ts'
import { DEFAULT_GUARD } from './defaults.ts'
import { adaptationFrom } from './read-modes.ts'

const { cluster, requests, signals, modes, now } = ROOTS
/** What a mode's end may be told by: the same as of a condition over a cluster. */
const CLEAR_ROOTS = { cluster, requests, signals, modes, now }

/** Judges a tree whose shape fits. Fails: RB202, RB301–RB305, RB401, RB409; warns: RB410. */
export function checkModes(tree: MapTree, report: Report): void {
  for (const each of mapsOf(valueOf(tree, 'clusters'))) checkCluster(each, report)
}

function checkCluster(map: MapTree, report: Report): void {
  const declared = mapsOf(valueOf(map, 'modes'))
  const names = new Map<string, MapTree>()
  for (const mode of declared) {
    const name = fieldsOf(mode, report).text('name') ?? ''
    reportTwin('the mode', name, mode, names, report)
    checkClearWhen(mode, report)
  }
  const states = new Map<string, MapTree>()
  for (const adaptation of mapsOf(valueOf(map, 'adaptations'))) {
    checkState(adaptation, [...names.keys()], states, report)
    warnOfLessSafe(adaptation, fieldsOf(map, report).inside('guard'), report)
  }
}

const mapsOf = (tree: Tree | undefined): readonly MapTree[] =>
  tree?.kind === 'list' ? tree.items.filter((item): item is MapTree => item.kind === 'map') : []

function reportTwin(what: string, name: string, map: MapTree, seen: Map<string, MapTree>, report: Report): void {
  const first = seen.get(name)
  if (first === undefined) seen.set(name, map)
  else report('RB401', valueOf(map, 'name')?.at ?? map.at, { what, name, line: report.lineOf(first.at) })
}

function checkClearWhen(mode: MapTree, report: Report): void {
  const expression = bareExpression(valueOf(mode, 'clearWhen'), report)
  if (expression !== null) judgeLoneCondition(expression, '`clearWhen`', createChecker(CLEAR_ROOTS), report)
}

/** An adaptation is for one state, and for one that can be. */
function checkState(adaptation: MapTree, known: readonly string[], seen: Map<string, MapTree>, report: Report): void {
  const state = valueOf(adaptation, 'while')
  if (state?.kind !== 'map') return
  const [mode, symptom] = [valueOf(state, 'mode'), valueOf(state, 'symptom')]
  if (isText(mode) === isText(symptom)) {
    const key = isText(mode) ? 'symptom' : 'mode'
    report(
      'RB202',
      state.at,
      { key, where: 'the adaptation' },
      'an adaptation is while one `mode` or one `symptom` stands',
    )
    return
  }
  const named = isText(mode) ? mode : symptom
  if (!isText(named)) return
  if (isText(mode) && !known.includes(named.value))
    report('RB409', named.at, { name: named.value }, didYouMean(named.value, known))
  reportTwin('the state', `${isText(mode) ? 'mode' : 'symptom'} ${named.value}`, adaptation, seen, report)
}

const WHY_LESS_SAFE: Readonly<Record<Setting, string>> = {
  'guard.keepHealthy': 'runs may begin while fewer nodes are healthy than their runbooks ask for',
  'guard.runsInFlight': 'more runs may change the cluster at once',
  'guard.startsPerMinute': 'more runs may start in a minute',
  'guard.cooldownMs': 'what did not help is tried again sooner than its runbook says',
  'trend.confidence': 'people are told, or runs begin, on less than triggers ask for',
  'breaker.failures': 'a target in trouble is called more often before it is left alone',
  'breaker.openMs': 'a target in trouble is called again sooner',
}

function warnOfLessSafe(adaptation: MapTree, guard: Fields | null, report: Report): void {
  const [spec] = adaptationFrom(fieldsOf(adaptation, report))
  const set = valueOf(adaptation, 'set')
  if (spec === undefined || set?.kind !== 'map') return
  for (const [setting, value] of Object.entries(spec.set) as [Setting, number][]) {
    if (!isLessSafe(setting, value, guard)) continue
    report('RB410', entryOf(set, setting)?.keyAt ?? set.at, { key: setting, why: WHY_LESS_SAFE[setting] })
  }
}

/** What is usual is written in each runbook for three of them: those are told of always. */
function isLessSafe(setting: Setting, value: number, guard: Fields | null): boolean {
  switch (setting) {
    case 'guard.keepHealthy':
    case 'trend.confidence':
      return value < 1
    case 'guard.cooldownMs':
      return true
    case 'guard.runsInFlight':
      return value > (guard?.number('runsInFlight') ?? DEFAULT_GUARD.runsInFlight)
    case 'guard.startsPerMinute':
      return value > (guard?.number('startsPerMinute') ?? DEFAULT_GUARD.startsPerMinute)
    case 'breaker.failures':
      return value > USUAL_BREAKER.failures
    case 'breaker.openMs':
      return value < USUAL_BREAKER.openMs
  }
}
