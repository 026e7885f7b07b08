// The second pass: positioned tree → a runbook as steps we know. Says all that is wrong with the shape and goes on.
import { DENIED_NAMES } from '../../plan/ids.ts'
import type { GuardSpec, InputType } from '../../plan/plan.ts'
import { RUNBOOK } from '../../schema/runbook.ts'
import { describe, entryOf, isHole, isText, isWhole, type MapTree, type Tree } from '../1-read/tree.ts'
import type { Report } from '../report.ts'
import type { InputAst, RunbookAst, VerifyAst } from './ast.ts'
import { bareExpression } from './expressions.ts'
import { fieldsOf, type Fields } from './fields.ts'
import { durationMs, ratioOf } from './literals.ts'
import { judgeMap } from './report-issues.ts'
import { shapeInputs } from './shape-inputs.ts'
import { shapeSteps } from './shape-step.ts'
import { shapeTriggers } from './shape-triggers.ts'

/** Shapes a runbook; null where the file is no map at all. Fails: RB2xx. */
export function shape(tree: Tree, report: Report): RunbookAst | null {
  if (isHole(tree)) return null
  if (tree.kind !== 'map') {
    report('RB203', tree.at, {
      key: 'the runbook',
      expected: 'a map that begins with `runbook: its-name`',
      found: describe(tree),
    })
    return null
  }
  const { map, issues, told } = judgeMap(RUNBOOK, tree, 'the runbook', report)
  const fields = fieldsOf(map, report)
  const name = fields.text('runbook') ?? ''
  if (DENIED_NAMES.includes(name)) report('RB209', fields.named('runbook').at, { name })
  const brokenInputs = new Set(issues.filter(({ path }) => path[0] === 'inputs').map(({ path, key }) => path[1] ?? key))
  const inputs = shapeInputs(fields.tree('inputs'), brokenInputs, report)
  const triggers = shapeTriggers(fields.tree('triggers'), report)
  return {
    name,
    isWhole: isWhole(tree) && [...told].every((key) => key === 'inputs'),
    knowsInputs: knowsItems(fields.tree('inputs')),
    knowsTriggers: knowsItems(fields.tree('triggers'), triggers.length),
    nameAt: fields.named('runbook').at,
    summary: fields.text('summary') ?? '',
    severity: fields.choice('severity', ['low', 'medium', 'high', 'critical']) ?? 'medium',
    automation: fields.choice('automation', ['observe', 'suggest', 'approve', 'auto']) ?? 'approve',
    expectMs: fields.ms('expect'),
    owner: fields.text('owner'),
    inputs,
    triggers,
    guard: shapeGuard(fields.inside('guard'), inputs),
    steps: shapeSteps(fields.tree('steps'), '', report),
    finally: shapeSteps(fields.tree('finally'), 'finally', report),
    verify: shapeVerify(fields.inside('verify'), report),
    escalate: shapeEscalation(fields, report),
  }
}

/** False where there may be more inputs or triggers than could be read. */
function knowsItems(tree: Tree | undefined, count?: number): boolean {
  if (tree === undefined) return true
  if (tree.kind === 'list') return tree.items.length === count
  return tree.kind === 'map' && tree.isPartial !== true
}

const DEFAULT_COOLDOWN_MS = 300_000
const DEFAULT_ATTEMPTS = [{ count: 3, windowMs: 3_600_000 }] as const

function shapeGuard(fields: Fields | null, inputs: readonly InputAst[]): GuardSpec {
  const keep = fields?.inside('keep') ?? null
  const healthy = keptFrom(keep, 'healthy')
  const perZone = keptFrom(keep, 'perZone')
  const holdMs = fields?.ms('hold') ?? null
  const giveUpAfter = fields?.number('giveUpAfter') ?? null
  return {
    lock: lockOf(fields, inputs),
    attempts: fields?.has('attempts') === true ? fields.texts('attempts').flatMap(attemptsFrom) : DEFAULT_ATTEMPTS,
    cooldownMs: fields?.ms('cooldown') ?? DEFAULT_COOLDOWN_MS,
    keepHealthyRatio: healthy.ratio,
    keepHealthyCount: healthy.count,
    // What is not written is not in the plan: a plan that was reviewed before these words existed keeps its hash.
    ...(perZone.ratio === null && perZone.count === null ? {} : { keepPerZone: perZone }),
    ...(holdMs === null ? {} : { holdMs }),
    ...(giveUpAfter === null ? {} : { giveUpAfter }),
    onBusy: fields?.choice('onBusy', ['join', 'queue', 'refuse', 'preempt']) ?? 'join',
    onResolved: fields?.choice('onResolved', ['finish', 'cancel', 'ask']) ?? 'finish',
  }
}

/** A count, a share, or a list of both: then both must be kept. */
function keptFrom(keep: Fields | null, key: string): { readonly ratio: number | null; readonly count: number | null } {
  const written = keep?.tree(key)
  const each = written?.kind === 'list' ? written.items : written === undefined ? [] : [written]
  const counts = each.flatMap((tree) => (tree.kind === 'scalar' && typeof tree.value === 'number' ? [tree.value] : []))
  const ratios = each.flatMap((tree) => (isText(tree) ? (ratioOf(tree.value) ?? []) : []))
  return {
    ratio: ratios.length === 0 ? null : Math.max(...ratios),
    count: counts.length === 0 ? null : Math.max(...counts),
  }
}

/** By default the first input that is a target is locked; where none is, the whole cluster. */
function lockOf(fields: Fields | null, inputs: readonly InputAst[]): GuardSpec['lock'] {
  const written = fields?.choice('lock', ['node', 'service', 'zone', 'cluster', 'none']) ?? null
  if (written !== null) return written === 'none' ? null : written
  const isTarget = (type: InputType): type is 'node' | 'service' => type === 'node' || type === 'service'
  return inputs.map(({ spec }) => spec.type).find(isTarget) ?? 'cluster'
}

function attemptsFrom(text: string): readonly { readonly count: number; readonly windowMs: number }[] {
  const [count, window] = text.split(' per ')
  const windowMs = durationMs(window ?? '')
  return windowMs === null ? [] : [{ count: Number(count), windowMs }]
}

const DEFAULT_WITHIN_MS = 60_000
const DEFAULT_STABLE_MS = 5_000
const DEFAULT_EVERY_MS = 500

function shapeVerify(fields: Fields | null, report: Report): VerifyAst | null {
  if (fields === null) return null
  const that = fields.tree('that')
  const conditions = that === undefined ? [] : that.kind === 'list' ? that.items : [that]
  return {
    that: conditions.map((each) => bareExpression(each, report)).filter((each) => each !== null),
    withinMs: fields.ms('within') ?? DEFAULT_WITHIN_MS,
    stableMs: fields.ms('stable') ?? DEFAULT_STABLE_MS,
    everyMs: fields.ms('every') ?? DEFAULT_EVERY_MS,
    onIneffective: fields.choice('onIneffective', ['keep', 'undo']) ?? 'keep',
    tree: fields.map,
  }
}

function shapeEscalation(fields: Fields, report: Report): RunbookAst['escalate'] {
  const levels = fields.tree('escalate')
  if (levels?.kind !== 'list') return []
  return levels.items
    .filter((level): level is MapTree => level.kind === 'map')
    .map((level) => {
      const inside = fieldsOf(level, report)
      const after = entryOf(level, 'after')?.value
      const ms = isText(after) ? durationMs(after.value) : null
      return { after: ms ?? ('failure' as const), notify: inside.texts('notify') }
    })
}
