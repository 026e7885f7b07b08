// Small plans for tests, written as shortly as a runbook would be.
import type { Json } from '../../src/plan/json.ts'
import { planHash } from '../../src/plan/hash.ts'
import {
  PLAN_VERSION,
  type ActionRef,
  type ActStep,
  type Plan,
  type Step,
  type StepKind,
  type UndoSpec,
  type ValueMap,
  type VerifySpec,
} from '../../src/plan/plan.ts'
import type { RunInput, UndoEntry } from '../../src/plan/run.ts'

export const action = (name: string, more: Partial<ActionRef> = {}): ActionRef => ({
  name,
  effect: 'change',
  idempotency: 'yes',
  attemptTimeoutMs: 10_000,
  heartbeatMs: 5_000,
  ...more,
})

type Of<K extends StepKind> = Extract<Step, { readonly kind: K }>
type Given<K extends StepKind> = Omit<
  Of<K>,
  'kind' | 'id' | 'title' | 'named' | 'if' | 'timeoutMs' | 'retry' | 'onFailure'
>
type Common = Partial<Pick<Step, 'title' | 'named' | 'if' | 'retry' | 'onFailure'>> & {
  readonly timeoutMs?: number | null
}

/** One step of a kind, with what its kind needs and whatever else the test is about. */
export const step = <K extends StepKind>(kind: K, id: string, given: Given<K>, common: Common = {}): Of<K> =>
  ({
    kind,
    id,
    title: `Title of ${id}`,
    named: true,
    if: null,
    timeoutMs: null,
    retry: null,
    onFailure: null,
    ...given,
    ...common,
  }) as unknown as Of<K>

const undoBy = (name: string): UndoSpec => ({ kind: 'action', action: action(name), with: { of: { cel: 'input.of' } } })

/** A change that is undone by `<name>.undo`; its only argument is its id. */
export const change = (
  id: string,
  common: Common & Partial<Pick<ActStep, 'undo' | 'action' | 'with'>> = {},
): ActStep => {
  const { undo = undoBy('test.undo'), action: ref = action('test.change'), with: args, ...rest } = common
  return step('act', id, { action: ref, with: args ?? { of: { lit: id } }, targets: ['of'], undo }, rest)
}

export const read = (id: string, common: Common & Partial<Pick<ActStep, 'with'>> = {}): ActStep =>
  change(id, { ...common, undo: { kind: 'nothing' }, action: action('test.read', { effect: 'read' }) })

const NO_OUTPUTS: ValueMap = {}
export const block = (id: string, steps: readonly Step[], common: Common = {}): Of<'do'> =>
  step('do', id, { steps, outputs: NO_OUTPUTS }, common)
export const parallel = (
  id: string,
  branches: readonly (readonly Step[])[],
  more: Partial<Of<'parallel'>> = {},
): Of<'parallel'> =>
  step('parallel', id, {
    branches: branches.map((steps, index) => ({ id: `b${index}`, steps })),
    concurrency: null,
    mode: 'failFast',
    maxFailures: null,
    outputs: NO_OUTPUTS,
    ...more,
  })
export const forEach = (
  id: string,
  items: readonly Json[],
  steps: readonly Step[],
  more: Partial<Of<'forEach'>> = {},
): Of<'forEach'> =>
  step('forEach', id, {
    in: { lit: items },
    key: null,
    concurrency: 1,
    ramp: 'none',
    mode: 'failFast',
    maxFailures: null,
    steps,
    outputs: NO_OUTPUTS,
    ...more,
  })
export const tryStep = (id: string, steps: readonly Step[], more: Partial<Of<'try'>> = {}): Of<'try'> =>
  step('try', id, { steps, catches: [], finally: [], outputs: NO_OUTPUTS, ...more })
export const fail = (id: string, code = 'rejected'): Of<'fail'> =>
  step('fail', id, { code, message: { lit: `${id} fails` } })
export const end = (id: string, outcome: 'recovered' | 'effective' = 'effective'): Of<'end'> =>
  step('end', id, { outcome, message: null })
export const approve = (id: string, more: Partial<Of<'approve'>> = {}): Of<'approve'> =>
  step('approve', id, {
    message: { lit: `May ${id} go on?` },
    from: ['oncall'],
    quorum: 1,
    deadlineMs: 60_000,
    onDeadline: 'reject',
    recheck: null,
    ...more,
  })

export const VERIFY: VerifySpec = {
  that: ['cluster.healthy_ratio >= 0.95'],
  withinMs: 60_000,
  stableMs: 5_000,
  everyMs: 500,
  onIneffective: 'keep',
}

export const planOf = (steps: readonly Step[], more: Partial<Plan> = {}): Plan => ({
  version: PLAN_VERSION,
  name: 'test-plan',
  summary: 'A plan of the tests.',
  severity: 'low',
  automation: 'auto',
  expectMs: null,
  owner: null,
  inputs: [],
  triggers: [],
  guard: {
    lock: null,
    attempts: [],
    cooldownMs: 0,
    keepHealthyRatio: null,
    keepHealthyCount: null,
    onBusy: 'refuse',
    onResolved: 'finish',
  },
  steps,
  finally: [],
  verify: VERIFY,
  escalate: [],
  ...more,
})

/** A run that a verdict started, so that a failure aborts by default. */
export const inputOf = (plan: Plan, more: Partial<RunInput> = {}): RunInput => ({
  plan,
  planHash: planHash(plan),
  inputs: { node: 'node-1' },
  cluster: 'c1',
  target: 'node-1',
  startedBy: { kind: 'verdict', why: 'silent' },
  trigger: {},
  ...more,
})

export const byPerson = { startedBy: { kind: 'person', name: 'grace' } } as const satisfies Partial<RunInput>

export const leftEntry = (stepId: string): UndoEntry => ({
  stepId,
  title: `Title of ${stepId}`,
  action: action('test.undo'),
  args: { of: stepId },
  target: null,
})
