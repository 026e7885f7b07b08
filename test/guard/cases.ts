// Small pieces from which the guard's tests are made.
import type {
  Candidate,
  FleetCommand,
  MatchReport,
  SymptomObservation,
  SymptomPhase,
  Trigger,
  VerdictObservation,
} from '../../src/guard/protocol.ts'
import { advance, type GuardEvent } from '../../src/guard/guard.ts'
import { STAGES, type Stage } from '../../src/guard/stages.ts'
import { createGuardState, type GuardState } from '../../src/guard/state.ts'
import type { Effect } from '../../src/guard/step.ts'
import type { Automation, GuardSpec, Plan } from '../../src/plan/plan.ts'
import type { Outcome, RunResult, UndoEntry } from '../../src/plan/run.ts'

export const NODES = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'] as const

export const GUARD: GuardSpec = {
  lock: 'node',
  attempts: [],
  cooldownMs: 300_000,
  keepHealthyRatio: null,
  keepHealthyCount: null,
  onBusy: 'join',
  onResolved: 'finish',
}

export const planOf = (name: string, guard: Partial<GuardSpec> = {}, automation: Automation = 'auto'): Plan => ({
  version: 1,
  name,
  summary: `What ${name} does.`,
  severity: 'low',
  automation,
  expectMs: null,
  owner: null,
  inputs: [],
  triggers: [],
  guard: { ...GUARD, ...guard },
  steps: [],
  finally: [],
  verify: null,
  escalate: [],
})

export const candidateOf = (
  target: string,
  plan: Plan = planOf('single-node-recovery'),
  covers?: readonly string[],
): Candidate => ({
  plan,
  planHash: 'a'.repeat(64),
  inputs: { node: target },
  target,
  lock: plan.guard.lock === null ? null : target,
  covers: covers ?? (plan.guard.lock === null ? [] : [target]),
})
export const reportOf = (...candidates: readonly Candidate[]): MatchReport => ({ candidates, refused: [] })

export const seen = (
  target: string,
  verdict: VerdictObservation['verdict'],
  at: number,
  confirmed = true,
): VerdictObservation => ({
  kind: 'verdict',
  target,
  verdict,
  phi: verdict === 'healthy' ? 0.1 : 9,
  at,
  confirmed,
  evidence: 'connection refused',
})

/** Over a cluster explains more than over a node. */
export const symptomOf = (
  runbook: string,
  target: string,
  phase: SymptomPhase,
  at: number,
  rank = target === 'lab' ? 6 : 0,
): SymptomObservation => ({
  kind: 'symptom',
  symptom: `${runbook}#0/${target}`,
  cause: 'condition',
  runbook,
  trigger: 0,
  target,
  over: target === 'lab' ? 'cluster' : 'target',
  rank,
  phase,
  at,
  evidence: 'cluster.ill = 3',
})

export const resultOf = (outcome: Outcome, left: readonly UndoEntry[] = []): RunResult => ({
  outcome,
  code: outcome,
  message: outcome,
  failure: null,
  left,
  startedAt: 0,
  endedAt: 1,
})

/** Runs one guard by hand: what it asks to match is matched at once, by `match`. */
export function createBench({
  match = (trigger: Trigger): MatchReport =>
    reportOf(candidateOf(trigger.kind === 'person' ? 'node-1' : trigger.target)),
  stages = STAGES as readonly Stage[],
  healthy = true,
} = {}) {
  let state: GuardState = createGuardState(
    'lab',
    NODES.map((name) => ({ name, desired: 'serving' as const })),
  )
  let matcher = match
  const effects: Effect[] = []
  const send = (event: GuardEvent, now: number): readonly Effect[] => {
    const before = effects.length
    const pending: GuardEvent[] = [event]
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const step = advance(state, next, now, stages)
      state = step.state
      effects.push(...step.effects)
      for (const effect of step.effects) {
        if (effect.kind === 'match')
          pending.push({ kind: 'matched', trigger: effect.trigger, report: matcher(effect.trigger) })
        if (effect.kind === 'start') pending.push({ kind: 'launched', workflowId: effect.workflowId, runId: 'r' })
      }
    }
    return effects.slice(before)
  }
  const observe = (target: string, verdict: VerdictObservation['verdict'], now: number, confirmed = true) =>
    send({ kind: 'observed', observation: seen(target, verdict, now, confirmed) }, now)
  if (healthy) for (const name of NODES) observe(name, 'healthy', 1)
  return {
    send,
    observe,
    /** A runbook's own trigger changes: of the cluster where that is the target, else of a node. */
    feel: (runbook: string, target: string, phase: SymptomPhase, now: number, rank?: number) =>
      send({ kind: 'observed', observation: symptomOf(runbook, target, phase, now, rank) }, now),
    ask: (trigger: Trigger, now: number) => send({ kind: 'matched', trigger, report: matcher(trigger) }, now),
    close: (workflowId: string, outcome: Outcome, now: number, left: readonly UndoEntry[] = []) =>
      send(
        { kind: 'closed', report: { workflowId, runId: 'r', status: 'COMPLETED', result: resultOf(outcome, left) } },
        now,
      ),
    matchWith: (next: typeof match) => {
      matcher = next
    },
    change: (next: (state: GuardState) => GuardState) => {
      state = next(state)
    },
    get state() {
      return state
    },
    get effects() {
      return effects
    },
    get started() {
      return effects.flatMap((effect) => (effect.kind === 'start' ? [effect.workflowId] : []))
    },
    get last() {
      return state.decisions.at(-1)
    },
  }
}

export const person = (requestId: string, at: number, runbook = 'single-node-recovery'): Trigger => ({
  kind: 'person',
  runbook,
  inputs: { node: 'node-1' },
  by: 'ada',
  at,
  requestId,
})

export const freezeOf = (requestId: string, forMs = 60_000, inFlight = false): FleetCommand => ({
  kind: 'freeze',
  by: 'grace',
  why: 'migration',
  requestId,
  forMs,
  inFlight,
})
