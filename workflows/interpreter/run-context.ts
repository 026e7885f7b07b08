import { renderValue } from '../../src/expressions/evaluate.ts'
import type { Json, JsonObject } from '../../src/plan/json.ts'
import type { Plan, Step, Value } from '../../src/plan/plan.ts'
import type { StartedBy, UndoEntry } from '../../src/plan/run.ts'
import type { Flow } from './flow.ts'
import type { Host } from './host.ts'
import { openFrame, recordOf, type Frame, type State, type StepRecord } from './state.ts'

/** What every step of a run is given. */
export interface RunContext {
  readonly plan: Plan
  readonly planHash: string
  readonly host: Host
  readonly state: State
  readonly startedBy: StartedBy
  /** Roots that are the same for every step: inputs, run, and what the trigger brought. */
  readonly roots: JsonObject
  readonly cluster: string
  readonly target: string
  /** What an earlier run left on this target. */
  readonly left: readonly UndoEntry[]
  /** Whether a person must approve before the first change. */
  readonly asksLeave: boolean
  /** The question that is open now. */
  readonly leave: { asked: Promise<void> | null }
  /** Groups that are told where the runbook names nobody. */
  readonly page: readonly string[]
  /** Tells the escalation's levels `after: failure`. */
  readonly tellFailure: (stage: string, message: string) => Promise<void>
  /** Given to the blocks, which cannot import what imports them. */
  readonly runSteps: (context: RunContext, steps: readonly Step[], around: Surroundings) => Promise<Flow>
}

/** What a block gives to its steps: where they are, what is remembered there, which names they see. */
export interface Surroundings {
  /** Path of the block, '' at the top. */
  readonly path: string
  readonly frame: Frame
  /** Named steps of this block, told as `waiting` until they finish. */
  readonly steps: Record<string, Json>
  readonly outer: Surroundings | null
  /** `item`, `index`, `error`, where they exist. */
  readonly extra: JsonObject
}

/** Where one step is. */
export interface Place {
  readonly path: string
  readonly frame: Frame
  readonly around: Surroundings
}

export const pathOf = (around: Surroundings, id: string): string => (around.path === '' ? id : `${around.path}/${id}`)

export const placeOf = (around: Surroundings, id: string): Place => ({
  path: pathOf(around, id),
  frame: openFrame(around.frame, id),
  around,
})

/** The block of a step: sees what is outside, keeps its own names to itself. */
export const enter = (at: Place, extra: JsonObject = {}): Surroundings => ({
  path: at.path,
  frame: at.frame,
  steps: {},
  outer: at.around,
  extra: { ...at.around.extra, ...extra },
})

/** A part of a block with a memory of its own: a branch `name`, an iteration `[key]`. */
export const enterPart = (at: Place, part: string, extra: JsonObject = {}): Surroundings => ({
  ...enter(at, extra),
  path: part.startsWith('[') ? `${at.path}${part}` : `${at.path}/${part}`,
  frame: openFrame(at.frame, part),
})

/** The scope of an expression at this place. Names are put together only when an expression asks for them. */
export const scopeAt = (context: RunContext, around: Surroundings): JsonObject => ({
  ...context.roots,
  ...around.extra,
  get steps() {
    return namesSeen(around)
  },
  now: context.host.now(),
})

const namesSeen = ({ steps, outer }: Surroundings): JsonObject =>
  outer === null ? steps : { ...namesSeen(outer), ...steps }

/** Renders a value that people read. Fails: ExpressionError. */
export function textAt(context: RunContext, around: Surroundings, value: Value): string {
  const rendered = renderValue(value, scopeAt(context, around))
  return typeof rendered === 'string' ? rendered : JSON.stringify(rendered)
}

/** What later expressions read of a finished step. */
export function nameOf({ status, output, code, attempts }: StepRecord): Json {
  // `steps.EACH.results[i]` is a forEach's own word (rules.md, Values and scope).
  const results = isObject(output) && 'results' in output ? { results: output['results'] as Json } : {}
  return { status, ok: status === 'completed', code, output, attempts, ...results }
}

/** What expressions read of a step that was not reached. */
const WAITING: Json = { status: 'waiting', ok: false, code: null, output: null, attempts: 0 }

/** Gives a block's steps their names before they are reached: `catch`, `finally` and `outputs` may ask for any of them. */
export function announce(around: Surroundings, steps: readonly Step[]): void {
  for (const { id, named } of steps) if (named && !Object.hasOwn(around.steps, id)) around.steps[id] = WAITING
}

/** The names that a block's steps give, read from memory. */
export const namesIn = (steps: readonly Step[], frame: Frame): Record<string, Json> =>
  Object.fromEntries(
    steps
      .filter(({ named }) => named)
      .map(({ id }) => {
        const record = recordOf(frame, id)
        return [id, record === undefined ? WAITING : nameOf(record)]
      }),
  )

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
