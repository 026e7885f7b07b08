// What a plan would do, step by step, with the real inputs: arguments, targets, effect, undo, gates, and honestly what
// cannot be known before it runs. Pure: touches nothing.
import { evaluateCondition, renderValue, type Scope } from '../../expressions/evaluate.ts'
import type { Json } from '../../plan/json.ts'
import type { Effect } from '../../plan/manifest.ts'
import type { Plan, Step, UndoSpec, Value, ValueMap } from '../../plan/plan.ts'
import { formatDuration } from '../format-time.ts'

/** One step as it would run. */
export interface PlannedStep {
  readonly id: string
  readonly depth: number
  readonly kind: Step['kind']
  readonly title: string
  readonly action: string | null
  readonly effect: Effect | null
  readonly targets: readonly string[]
  /** Arguments as far as they are known; what is not known stays as its `${{ }}`. */
  readonly args: Json
  /** Does the condition hold? null: it has none. */
  readonly condition: { readonly text: string; readonly holds: boolean | 'known when it runs' } | null
  /** What would change, or what it waits for, one sentence. */
  readonly says: string
  readonly gate: boolean
  /** Expressions whose value is known only when the run gets there. */
  readonly unknown: readonly string[]
}

/** Renders every step of a plan, blocks opened, in order. */
export const planSteps = (plan: Plan, scope: Scope): readonly PlannedStep[] => [
  ...describeAll(plan.steps, scope, 0),
  ...describeAll(plan.finally, scope, 0),
]

const describeAll = (steps: readonly Step[], scope: Scope, depth: number): readonly PlannedStep[] =>
  steps.flatMap((step) => describe(step, scope, depth))

function describe(step: Step, scope: Scope, depth: number): readonly PlannedStep[] {
  const unknown = new Set<string>()
  const known = (value: Value): Json => renderKnown(value, scope, unknown)
  const { says, args, children } = tell(step, known, scope)
  const action = step.kind === 'act' || step.kind === 'waitUntil' ? step.action : null
  const own: PlannedStep = {
    id: step.id,
    depth,
    kind: step.kind,
    title: step.title,
    action: action?.name ?? null,
    effect: action?.effect ?? null,
    targets: targetsOf(step, args),
    args,
    condition: step.if === null ? null : { text: step.if, holds: tryCondition(step.if, scope) },
    says: [says, ...modifiers(step)].join('; '),
    gate: step.kind === 'approve' || step.kind === 'manual',
    unknown: [...unknown],
  }
  return [own, ...children.flatMap(([steps, inner]) => describeAll(steps, inner, depth + 1))]
}

interface Told {
  readonly says: string
  readonly args: Json
  /** Blocks inside, with the scope they see. */
  readonly children: readonly (readonly [readonly Step[], Scope])[]
}

function tell(step: Step, known: (value: Value) => Json, scope: Scope): Told {
  const leaf = (says: string, args: Json = {}): Told => ({ says, args, children: [] })
  const block = (says: string, ...blocks: readonly (readonly Step[])[]): Told => ({
    says,
    args: {},
    children: blocks.map((steps) => [steps, scope] as const),
  })
  const mapOf = (values: ValueMap): Json => known({ map: values })
  switch (step.kind) {
    case 'act':
      return leaf(effectText(step.action.effect, step.undo), mapOf(step.with))
    case 'waitUntil':
      return leaf(
        `reads until \`${step.until}\`, every ${formatDuration(step.everyMs)}, at most ${formatDuration(step.timeoutMs)}`,
        mapOf(step.with),
      )
    case 'wait':
      return leaf(`waits ${text(known(step.for), (ms) => formatDuration(ms))}`)
    case 'set':
      return leaf('keeps values', mapOf(step.values))
    case 'notify':
      return leaf(`tells ${step.to.join(', ')}: ${text(known(step.message))}`)
    case 'fail':
      return leaf(`fails with \`${step.code}\`: ${text(known(step.message))}`)
    case 'end':
      return leaf(step.outcome === 'recovered' ? 'ends here: nothing had to be done' : 'ends here; the check decides')
    case 'approve':
      return leaf(
        `asks ${step.from.join(', ') || 'anyone'} (${step.quorum} of them, within ${formatDuration(step.deadlineMs)}, then ${step.onDeadline}): ${text(known(step.message))}`,
      )
    case 'manual':
      return leaf(`a person does it: ${text(known(step.text))}`)
    case 'do':
      return block('a block', step.steps)
    case 'parallel':
      return block(`${step.branches.length} branches at once`, ...step.branches.map(({ steps }) => steps))
    case 'forEach':
      return block(`for each of ${text(known(step.in))}, ${step.concurrency} at once`, step.steps)
    case 'switch':
      return block(
        `one of ${step.cases.map(({ when }) => `\`${when}\``).join(', ')}, else the last`,
        ...step.cases.map(({ steps }) => steps),
        step.otherwise,
      )
    case 'repeat':
      return block(`again until \`${step.until}\`, at most ${step.maxIterations} times`, step.steps)
    case 'try':
      return block(
        'tries; on failure catches; always finishes',
        step.steps,
        ...step.catches.map(({ steps }) => steps),
        step.finally,
      )
    case 'run':
      return {
        says: `runs ${step.plan.name} as a child`,
        args: mapOf(step.with),
        children: [[step.plan.steps, childScope(scope, mapOf(step.with))]],
      }
    case 'degrade':
      return leaf(`enters the degraded mode ${step.mode}: ${text(known(step.reason))}`)
    case 'restore':
      return leaf(`leaves the degraded mode ${step.mode}`)
    case 'undoLeft':
      return leaf('takes back what an earlier run left on this target; what that is, is known when it runs')
  }
}

const childScope = (scope: Scope, inputs: Json): Scope => ({ ...scope, inputs })

function effectText(effect: Effect, undo: UndoSpec): string {
  if (effect === 'read') return 'reads, changes nothing'
  const word = effect === 'change' ? 'changes' : 'DESTROYS'
  switch (undo.kind) {
    case 'nothing':
      return `${word}, leaves nothing to undo`
    case 'impossible':
      return `${word}, cannot be undone`
    case 'action':
      return `${word}, undone by ${undo.action.name}`
  }
}

function modifiers(step: Step): readonly string[] {
  const said: string[] = []
  if (step.retry !== null) said.push(`up to ${step.retry.attempts} attempts`)
  if (step.timeoutMs !== null && step.kind !== 'waitUntil') said.push(`at most ${formatDuration(step.timeoutMs)}`)
  if (step.onFailure === 'continue') said.push('goes on if it fails')
  if (step.onFailure === 'park') said.push('asks a person if it fails')
  return said
}

function targetsOf(step: Step, args: Json): readonly string[] {
  if (step.kind !== 'act' && step.kind !== 'waitUntil') return []
  const map = args as Readonly<Record<string, Json>>
  return step.targets.flatMap((name) => (typeof map[name] === 'string' ? [map[name]] : []))
}

function renderKnown(value: Value, scope: Scope, unknown: Set<string>): Json {
  const part = (cel: string): Json => {
    try {
      return renderValue({ cel }, scope)
    } catch {
      unknown.add(cel)
      return `\${{ ${cel} }}`
    }
  }
  if ('lit' in value) return value.lit
  if ('cel' in value) return part(value.cel)
  if ('text' in value)
    return value.text.map((each) => (typeof each === 'string' ? each : text(part(each.cel)))).join('')
  if ('list' in value) return value.list.map((item) => renderKnown(item, scope, unknown))
  return Object.fromEntries(Object.entries(value.map).map(([key, item]) => [key, renderKnown(item, scope, unknown)]))
}

const text = (value: Json, number: (value: number) => string = String): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? number(value) : JSON.stringify(value)

function tryCondition(cel: string, scope: Scope): boolean | 'known when it runs' {
  try {
    return evaluateCondition(cel, scope)
  } catch {
    return 'known when it runs'
  }
}
