import { rankOf } from '../../../src/guard/rank.ts'
import type { TriggerSpec } from '../../../src/plan/plan.ts'
import type { KnownRunbook } from '../create-watching.ts'

export type WatchedSpec = Extract<TriggerSpec, { kind: 'condition' | 'trend' }>

/** A trigger that is true or false of what is seen, and whose runbook it is. */
export interface WatchedTrigger {
  readonly runbook: string
  /** Number of the trigger in the plan. */
  readonly trigger: number
  readonly spec: WatchedSpec
  readonly over: 'target' | 'cluster'
  readonly rank: number
}

/** Lists what the runbooks want to have watched. */
export function watchedTriggers(runbooks: readonly KnownRunbook[]): readonly WatchedTrigger[] {
  return runbooks.flatMap(({ plan }) =>
    plan.triggers.flatMap((spec, trigger): readonly WatchedTrigger[] => {
      if (spec.kind !== 'condition' && spec.kind !== 'trend') return []
      const over = spec.kind === 'condition' ? spec.over : 'target'
      return [{ runbook: plan.name, trigger, spec, over, rank: rankOf(plan, over) }]
    }),
  )
}

/** Identity of one trigger over one target. */
export const symptomKey = ({ runbook, trigger }: WatchedTrigger, target: string): string =>
  `${runbook}#${trigger}/${target}`
