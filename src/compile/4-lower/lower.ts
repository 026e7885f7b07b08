// The fourth pass: a checked runbook → the plan, plain JSON. Equal meaning, equal bytes: places, comments and the order of
// keys are gone.
import type { Json } from '../../plan/json.ts'
import { PLAN_VERSION, type Plan, type TriggerSpec } from '../../plan/plan.ts'
import type { RunbookAst, TriggerAst, VerifyAst } from '../2-shape/ast.ts'
import { lowerSteps, type LowerContext } from './lower-step.ts'
import { lowerValues } from './lower-value.ts'

/** Lowers a runbook in which no pass has found a mistake. */
export function lower(ast: RunbookAst, context: LowerContext): Plan {
  return {
    version: PLAN_VERSION,
    name: ast.name,
    summary: ast.summary,
    severity: ast.severity,
    automation: ast.automation,
    expectMs: ast.expectMs,
    owner: ast.owner,
    inputs: ast.inputs.map(({ spec }) => spec).sort((a, b) => (a.name < b.name ? -1 : 1)),
    triggers: ast.triggers.map(lowerTrigger),
    guard: ast.guard,
    steps: lowerSteps(ast.steps, context),
    finally: lowerSteps(ast.finally, context),
    verify: ast.verify === null ? null : lowerVerify(ast.verify),
    escalate: ast.escalate.map(({ after, notify }) => ({
      after: after === 'failure' ? { kind: 'failure' } : { kind: 'elapsed', ms: after },
      notify,
    })),
  }
}

const lowerVerify = ({ that, withinMs, stableMs, everyMs, onIneffective }: VerifyAst): Plan['verify'] => ({
  that: that.map(({ source }) => source),
  withinMs,
  stableMs,
  everyMs,
  onIneffective,
})

function lowerTrigger({ kind, when, bind, that, rest }: TriggerAst): TriggerSpec {
  const lowered: Readonly<Record<string, Json>> = {
    kind,
    when: when?.source ?? null,
    bind: lowerValues(bind) as unknown as Json,
    ...(that === null ? {} : { that: that.source }),
    ...rest,
  }
  // The parts of each kind were judged by its schema in the second pass.
  return lowered as unknown as TriggerSpec
}
