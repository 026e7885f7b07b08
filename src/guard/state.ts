// What a cluster's guard remembers, as plain data that survives continue-as-new. Read next: stages.ts (the rules),
// guard.ts (events in, decisions and effects out).
import type { Severity } from '../plan/plan.ts'
import type { RunResult, UndoEntry } from '../plan/run.ts'
import type {
  AdaptationSpec,
  AdaptedSetting,
  Alert,
  ClusterLimits,
  Decision,
  DesiredState,
  DetectorState,
  FleetReply,
  ForecastScore,
  Freeze,
  LedgerName,
  ModeReply,
  ModeSpec,
  OpenRun,
  RunBooks,
  SymptomObservation,
  Trigger,
  Verdict,
} from './protocol.ts'
import { standingModes, type ModeRecord } from './mode-words.ts'
import { isFlapping } from './turns.ts'

export interface GuardState {
  readonly v: 1
  readonly cluster: string
  readonly sequence: number
  readonly targets: Readonly<Record<string, TargetRecord>>
  /** What runbooks watch for themselves and see now, by its identity. */
  readonly symptoms: Readonly<Record<string, SymptomRecord>>
  /** Predictions that are not due yet, by symptom, and how earlier ones came out. Absent: none so far. */
  readonly forecasts?: {
    readonly open: Readonly<Record<string, OpenForecast>>
    readonly scores: readonly ForecastScore[]
  }
  readonly open: readonly OpenEntry[]
  /** Start times of the last minute. */
  readonly starts: readonly number[]
  /** Persons' triggers that wait for a lock, oldest first. */
  readonly waiting: readonly PersonTrigger[]
  /** Answers already given to persons, by request id; newest last. */
  readonly answered: readonly { readonly requestId: string; readonly decisionId: string }[]
  /** What a target was meant to be before each mark, by the mark's key; newest last. */
  readonly marks: readonly { readonly key: string; readonly before: DesiredState }[]
  readonly decisions: readonly Decision[]
  readonly notes: readonly { readonly at: number; readonly text: string }[]
  /** Why nothing is believed at the moment; null while the observer trusts itself. */
  readonly frozen: string | null
  /** Who waits in line for a lock, in the order of arrival. */
  readonly queue: readonly QueueEntry[]
  /** When a storm last held something back. */
  readonly stormAt: number | null
  /** A person's freeze. It may be over: ask `freezeAt`. */
  readonly freeze: Freeze | null
  /** Answers to what persons said to the detector, by request id; newest last. */
  readonly heard: readonly { readonly requestId: string; readonly reply: FleetReply }[]
  readonly limits: ClusterLimits
  /** Why decisions cannot be written down at the moment, so that nothing starts by itself; null while they can. */
  readonly unrecorded: string | null
  /** Groups that are told what a person should know now. */
  readonly page: readonly string[]
  /** Degraded modes, also those that are off as long as a late word could be about them. Absent: none so far. */
  readonly modes?: Readonly<Record<string, ModeRecord>>
  /** The stamp of the last word for a mode. */
  readonly modeStamp?: number
  readonly modeSpecs?: readonly ModeSpec[]
  /** Answers to steps that entered or left a mode, by the step's key; newest last. */
  readonly modeReplies?: readonly { readonly key: string; readonly reply: ModeReply }[]
  readonly adaptationSpecs?: readonly AdaptationSpec[]
  /** States that have settings adapted, by identity; `overSince`: the state is over, its values are not back yet. */
  readonly adapting?: Readonly<Record<string, { readonly since: number; readonly overSince: number | null }>>
  /** Settings that have emergency values now. */
  readonly adapted?: readonly AdaptedSetting[]
  /** Episodes of alerts that have a runbook, by id, in the order in which they came. Absent: none so far. */
  readonly alerts?: Readonly<Record<string, AlertEpisode>>
}

/** One episode of an alert. Once settled it is only remembered, so that what is told again is known. */
export interface AlertEpisode {
  readonly runbook: string
  readonly target: string
  readonly status: Alert['status']
  /** Gone once settled: labels are large. */
  readonly alert: Alert | null
  readonly isSettled: boolean
  /** The run that it started or joined. */
  readonly workflowId: string | null
  readonly lookAgainAt: number
  /** The last answer, so that the same one is not written twice. */
  readonly lastAnswer: string | null
}

/** One that waits in line for a lock. */
export interface QueueEntry {
  readonly key: string
  readonly trigger: Trigger
  readonly target: string
  readonly runbook: string
  readonly severity: Severity
  readonly covers: readonly string[]
  readonly since: number
}

/** A prediction that is not due yet. */
export interface OpenForecast {
  readonly madeAt: number
  readonly dueAt: number
  readonly confidence: number
  readonly target: string
  readonly runbook: string
}

export type PersonTrigger = Extract<Trigger, { kind: 'person' }>

/**
 * What one standing cause remembers of its answers.
 * An *episode* begins when the cause comes or goes, and when a run for it closes; at most one run starts in it.
 */
export interface Occasion {
  readonly episode: number
  /** The run that was started in this episode. */
  readonly startedIn: string | null
  /** Before this nothing about the standing trigger can change by time alone. */
  readonly lookAgainAt: number
  /** The last decision, so that the same answer to the same question is not written twice. */
  readonly lastAnswer: { readonly key: string; readonly reason: string; readonly decisionId: string } | null
}

/** A condition or a trend over one target, as `watch` told it last. */
export interface SymptomRecord extends Occasion {
  readonly seen: SymptomObservation
  /** It stood, and nobody has seen it end: also while its evidence is missing. */
  readonly isIll: boolean
  /** Since when it stands without a break. */
  readonly since: number
}

export interface Ledger {
  readonly attempts: readonly number[]
  readonly cooldownUntil: number | null
}

/** What is known of one target; its own occasion is that it falls ill or gets well. */
export interface TargetRecord extends Occasion {
  /** A watched node; only these count as members. Others are here for their attempts. */
  readonly isMember: boolean
  readonly desired: DesiredState
  readonly verdict: Verdict
  readonly confirmed: boolean
  readonly phi: number
  readonly evidence: string
  readonly since: number
  /** `at` of the newest observation; older ones are late and tell nothing. */
  readonly observedAt: number
  readonly isIll: boolean
  readonly ledgers: Readonly<Record<LedgerName, Ledger>>
  readonly undoLater: readonly UndoEntry[]
  /** When a run on it last helped. */
  readonly helpedAt: number | null
  /** When it turned ill or well, newest last. */
  readonly turns: readonly number[]
  /** Runbooks that did not help it, with how many times in a row. */
  readonly rungs: Readonly<Record<string, number>>
}

export interface OpenEntry extends OpenRun, RunBooks {
  /** The run's own last word, before its close is known. */
  readonly said: RunResult | null
  readonly closed: ClosedRun | null
  /** The runbook that has cancelled it to take its place. */
  readonly preemptedBy?: string
}
export interface ClosedRun {
  readonly status: string
  readonly runId: string
  readonly result: RunResult | null
  /** Epoch ms from which the lock is free. */
  readonly releaseAt: number
}

export const KEPT = {
  decisions: 200,
  notes: 50,
  answered: 200,
  marks: 200,
  attempts: 50,
  waiting: 20,
  alerts: 500,
  heard: 100,
  targets: 5_000,
} as const

export const DEFAULT_LIMITS: ClusterLimits = { runsInFlight: 5, startsPerMinute: 10, override: null }

export const NO_ATTEMPTS: Ledger = { attempts: [], cooldownUntil: null }

export const createTarget = (desired: DesiredState, isMember: boolean): TargetRecord => ({
  isMember,
  desired,
  verdict: 'unknown',
  confirmed: false,
  phi: 0,
  evidence: '',
  since: 0,
  observedAt: 0,
  isIll: false,
  episode: 0,
  startedIn: null,
  ledgers: { heal: NO_ATTEMPTS, bringBack: NO_ATTEMPTS },
  lookAgainAt: 0,
  lastAnswer: null,
  undoLater: [],
  helpedAt: null,
  turns: [],
  rungs: {},
})

/** Creates the memory of a cluster that nothing is known of yet: every verdict is `unknown`. */
export function createGuardState(
  cluster: string,
  targets: readonly { readonly name: string; readonly desired: DesiredState }[],
): GuardState {
  return {
    v: 1,
    cluster,
    sequence: 0,
    targets: Object.fromEntries(targets.map(({ name, desired }) => [name, createTarget(desired, true)])),
    symptoms: {},
    open: [],
    starts: [],
    waiting: [],
    answered: [],
    marks: [],
    decisions: [],
    notes: [],
    frozen: null,
    queue: [],
    stormAt: null,
    freeze: null,
    heard: [],
    limits: DEFAULT_LIMITS,
    unrecorded: null,
    page: [],
  }
}

/** Takes over what an earlier build of the detector carried: what it did not know yet begins empty. */
export const reviveGuardState = (carried: GuardState): GuardState => {
  const blank = createTarget('serving', false)
  const targets = Object.entries(carried.targets).map(([name, target]) => [name, { ...blank, ...target }])
  return { ...createGuardState(carried.cluster, []), ...carried, targets: Object.fromEntries(targets) }
}

/** Answers the freeze that holds at this time; null where none does. */
export const freezeAt = ({ freeze }: Pick<GuardState, 'freeze'>, now: number): Freeze | null =>
  freeze !== null && freeze.until > now ? freeze : null

/** Answers what outsiders may see: the answer of the query `state`. */
export function toDetectorState(state: GuardState, at: number): DetectorState {
  return {
    v: 1,
    cluster: state.cluster,
    at,
    targets: Object.fromEntries(
      Object.entries(state.targets)
        .filter(([, { isMember }]) => isMember)
        .map(([name, target]) => [
          name,
          {
            desired: target.desired,
            verdict: target.verdict,
            since: target.since,
            attempts: target.ledgers.heal.attempts,
            cooldownUntil: target.ledgers.heal.cooldownUntil,
            undoLater: target.undoLater,
            flapping: isFlapping(target, state.limits, at),
            rungs: target.rungs,
          },
        ]),
    ),
    open: state.open,
    decisions: state.decisions,
    notes: state.notes,
    frozen: heldBecause(state),
    freeze: freezeAt(state, at),
    ...(state.forecasts === undefined ? {} : { forecasts: state.forecasts.scores }),
    modes: standingModes(state.modes),
    adapted: state.adapted ?? [],
  }
}

/** Answers why nothing starts by itself at the moment; null while it does. */
export const heldBecause = ({ frozen, unrecorded }: GuardState): string | null => frozen ?? unrecorded

/** Answers the state with one target changed; one that is not known yet is no member, and meant to serve. Beyond a bound none is new. */
export function withTarget(state: GuardState, name: string, change: Partial<TargetRecord>): GuardState {
  const known = Object.hasOwn(state.targets, name) ? state.targets[name] : undefined
  if (known === undefined && Object.keys(state.targets).length >= KEPT.targets) return state
  return {
    ...state,
    targets: { ...state.targets, [name]: { ...(known ?? createTarget('serving', false)), ...change } },
  }
}

/** Answers what is known of a target; null where nothing is. */
export const targetOf = (state: GuardState, name: string): TargetRecord | null =>
  Object.hasOwn(state.targets, name) ? (state.targets[name] ?? null) : null

/** Appends and forgets the oldest beyond a bound. */
export const keepLast = <T>(items: readonly T[], item: T, bound: number): readonly T[] => [...items, item].slice(-bound)

/** Answers whether two locks overlap in the tree cluster ⊃ zone ⊃ service ⊃ node; the tree is told as covered nodes. */
export const overlap = (one: readonly string[], other: readonly string[]): boolean =>
  one.length > 0 &&
  other.length > 0 &&
  (one.includes('*') || other.includes('*') || one.some((name) => other.includes(name)))
