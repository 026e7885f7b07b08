// One step of the source → one step of the plan (two where it needs an approval). The manifest's part that a run needs is
// copied into it: what was reviewed is what runs.
import type { Json } from '../../plan/json.ts'
import type { ActionManifest } from '../../plan/manifest.ts'
import type { ActionRef, ActStep, ApproveStep, Plan, Step, UndoSpec } from '../../plan/plan.ts'
import { bytesOf } from '../../plan/size.ts'
import type { ApprovalAst, BlockAst, BlockRole, StepAst } from '../2-shape/ast.ts'
import { schemaOfInputs } from '../3-check/rules/arguments-fit.ts'
import { lowerValue, lowerValues } from './lower-value.ts'

export interface LowerContext {
  readonly catalogue: ReadonlyMap<string, ActionManifest>
  readonly runbooks: ReadonlyMap<string, Plan>
}

export const lowerSteps = (steps: readonly StepAst[], context: LowerContext): readonly Step[] =>
  steps.flatMap((step) => lowerStep(step, context))

function lowerStep(step: StepAst, context: LowerContext): readonly Step[] {
  const lowered = lowerOne(step, context)
  return step.needsApproval === null ? [lowered] : [approvalOf(step, step.needsApproval, lowered.title), lowered]
}

/** `needsApproval` is an approval in front of the step, under the same condition. */
const approvalOf = (step: StepAst, approval: ApprovalAst, title: string): ApproveStep => ({
  id: `${step.id}-approval`,
  named: false,
  title: `Approve: ${title}`,
  if: step.condition?.source ?? null,
  timeoutMs: null,
  retry: null,
  onFailure: null,
  kind: 'approve',
  message: approval.message === null ? { lit: title } : lowerValue(approval.message),
  ...approvalRest(approval),
})

const approvalRest = (
  approval: ApprovalAst,
): Pick<ApproveStep, 'from' | 'quorum' | 'deadlineMs' | 'onDeadline' | 'recheck'> => ({
  from: approval.from,
  quorum: approval.quorum,
  deadlineMs: approval.deadlineMs ?? 0,
  onDeadline: approval.onDeadline ?? 'reject',
  recheck: approval.recheck?.name ?? null,
})

function lowerOne(step: StepAst, context: LowerContext): Step {
  const base = {
    id: step.id,
    named: step.named,
    title: step.title ?? titleOf(step, context),
    if: step.condition?.source ?? null,
    timeoutMs: step.timeoutMs,
    retry: step.retry,
    onFailure: step.onFailure,
  }
  const stepsOf = (role: BlockRole): readonly Step[] =>
    step.blocks.filter((block) => block.role === role).flatMap((block) => lowerSteps(block.steps, context))
  const each = <T>(role: BlockRole, lower: (block: BlockAst, steps: readonly Step[]) => T): readonly T[] =>
    step.blocks.filter((block) => block.role === role).map((block) => lower(block, lowerSteps(block.steps, context)))
  const { part } = step
  switch (part.kind) {
    case 'act': {
      const manifest = manifestOf(part.action.name, context)
      const act: Omit<ActStep, 'undo'> = {
        ...base,
        kind: 'act',
        action: actionOfStep(manifest),
        with: lowerValues(part.with, manifest.input),
        targets: manifest.targets,
      }
      return { ...act, undo: undoOf(step, manifest, context) }
    }
    case 'waitUntil': {
      const manifest = manifestOf(part.action.name, context)
      return {
        ...base,
        kind: 'waitUntil',
        action: actionOfStep(manifest),
        with: lowerValues(part.with, manifest.input),
        targets: manifest.targets,
        until: part.until?.source ?? 'true',
        everyMs: part.everyMs,
        timeoutMs: step.timeoutMs ?? 0,
      }
    }
    case 'wait':
      return { ...base, kind: 'wait', for: lowerValue(part.for) }
    case 'set':
      return { ...base, kind: 'set', values: lowerValues(part.values) }
    case 'notify':
      return { ...base, kind: 'notify', to: part.to, message: lowerValue(part.message) }
    case 'fail':
      return { ...base, kind: 'fail', code: part.code, message: lowerValue(part.message) }
    case 'end':
      return {
        ...base,
        kind: 'end',
        outcome: part.outcome,
        message: part.message === null ? null : lowerValue(part.message),
      }
    case 'approve':
      return {
        ...base,
        kind: 'approve',
        message: part.message === null ? { lit: '' } : lowerValue(part.message),
        ...approvalRest(part),
      }
    case 'manual':
      return {
        ...base,
        kind: 'manual',
        text: lowerValue(part.text),
        checklist: part.checklist,
        output: part.output,
        deadlineMs: part.deadlineMs,
      }
    case 'do':
      return { ...base, kind: 'do', steps: stepsOf('steps'), outputs: lowerValues(part.outputs) }
    case 'parallel':
      return {
        ...base,
        kind: 'parallel',
        branches: [...each('branch', ({ name }, steps) => ({ id: name, steps }))].sort((a, b) =>
          a.id < b.id ? -1 : 1,
        ),
        concurrency: part.concurrency,
        mode: part.mode,
        maxFailures: part.maxFailures,
        outputs: lowerValues(part.outputs),
      }
    case 'forEach':
      return {
        ...base,
        kind: 'forEach',
        in: lowerValue(part.in),
        key: part.key?.source ?? null,
        concurrency: part.concurrency,
        ramp: part.ramp,
        mode: part.mode,
        maxFailures: part.maxFailures,
        steps: stepsOf('steps'),
        outputs: lowerValues(part.outputs),
      }
    case 'switch':
      return {
        ...base,
        kind: 'switch',
        cases: each('case', ({ when }, steps) => ({ when: when?.source ?? 'false', steps })),
        otherwise: stepsOf('otherwise'),
        outputs: lowerValues(part.outputs),
      }
    case 'repeat':
      return {
        ...base,
        kind: 'repeat',
        until: part.until?.source ?? 'true',
        maxIterations: part.maxIterations ?? 1,
        everyMs: part.everyMs,
        steps: stepsOf('steps'),
        outputs: lowerValues(part.outputs),
      }
    case 'try':
      return {
        ...base,
        kind: 'try',
        steps: stepsOf('steps'),
        catches: each('catch', ({ codes }, steps) => ({ codes, steps })),
        finally: stepsOf('finally'),
        outputs: lowerValues(part.outputs),
      }
    case 'run': {
      const plan = planOf(part.runbook.name, context)
      return { ...base, kind: 'run', plan, with: lowerValues(part.with, schemaOfInputs(plan.inputs)) }
    }
    case 'degrade':
      return { ...base, kind: 'degrade', mode: part.mode, reason: lowerValue(part.reason) }
    case 'restore':
      return { ...base, kind: 'restore', mode: part.mode }
    case 'undoLeft':
      return { ...base, kind: 'undoLeft' }
  }
}

/** Only what was checked is lowered, so a name that is missing here is a bug of the compiler. */
function manifestOf(name: string, { catalogue }: LowerContext): ActionManifest {
  const manifest = catalogue.get(name)
  if (manifest === undefined) throw new Error(`\`${name}\` was lowered without being checked`)
  return manifest
}

function planOf(name: string, { runbooks }: LowerContext): Plan {
  const plan = runbooks.get(name)
  if (plan === undefined) throw new Error(`\`${name}\` was lowered without being checked`)
  return plan
}

/** A plan carries no larger schema than this. */
const OUTPUT_SCHEMA_BYTES = 2_048

/** One for all steps that use the action: a long runbook uses few of them. */
const actions = new WeakMap<ActionManifest, ActionRef>()

/** The action of a step, with what its output must be: a person may supply it by hand. */
function actionOfStep(manifest: ActionManifest): ActionRef {
  const known = actions.get(manifest)
  if (known !== undefined) return known
  const output = withoutWords(manifest.output)
  const action = bytesOf(output) > OUTPUT_SCHEMA_BYTES ? actionRef(manifest) : { ...actionRef(manifest), output }
  actions.set(manifest, action)
  return action
}

/** A schema's descriptions are for readers of the manifest. */
function withoutWords(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutWords)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(([key, value]) => key !== 'description' || typeof value !== 'string')
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutWords(value as Json)]))
}

const actionRef = ({ name, effect, idempotency, timeoutMs, heartbeatMs }: ActionManifest): ActionRef => ({
  name,
  effect,
  idempotency,
  attemptTimeoutMs: timeoutMs,
  heartbeatMs,
})

function undoOf(step: StepAst, manifest: ActionManifest, context: LowerContext): UndoSpec {
  if (manifest.effect === 'read') return { kind: 'nothing' }
  if (step.undo !== null && typeof step.undo === 'object') {
    const undoing = manifestOf(step.undo.action.name, context)
    return { kind: 'action', action: actionRef(undoing), with: lowerValues(step.undo.with, undoing.input) }
  }
  const undo = step.undo ?? manifest.undo
  if (typeof undo === 'string') return { kind: undo }
  const args = Object.entries(undo.with).map(([key, cel]) => [key, { cel }] as const)
  return { kind: 'action', action: actionRef(manifestOf(undo.action, context)), with: Object.fromEntries(args) }
}

/** What people see where the author gave no title. */
function titleOf(step: StepAst, { catalogue }: LowerContext): string {
  const { part } = step
  switch (part.kind) {
    case 'act':
      return withoutDot(catalogue.get(part.action.name)?.summary ?? part.action.name)
    case 'waitUntil':
      return `Wait for ${part.action.name}`
    case 'run':
      return `Run ${part.runbook.name}`
    case 'notify':
      return `Notify ${part.to.join(', ')}`
    case 'degrade':
      return `Degrade: ${part.mode}`
    case 'restore':
      return `Restore: ${part.mode}`
    case 'fail':
      return `Fail: ${part.code}`
    case 'end':
      return `End: ${part.outcome}`
    default:
      return TITLES[part.kind]
  }
}

const TITLES = {
  wait: 'Wait',
  set: 'Compute values',
  approve: 'Ask for approval',
  manual: 'Done by a person',
  do: 'Do',
  parallel: 'Side by side',
  forEach: 'For each',
  switch: 'Decide',
  repeat: 'Repeat',
  try: 'Try',
  undoLeft: 'Take back what was left',
} as const

const withoutDot = (text: string): string => text.replace(/\.$/, '')
