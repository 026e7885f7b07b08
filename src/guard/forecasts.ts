// Predictions, kept until they can be scored: what a trend said would happen, and whether it did. Decides nothing.
import type { ForecastScore, SymptomObservation } from './protocol.ts'
import type { OpenForecast } from './state.ts'
import type { Effect, Step } from './step.ts'

/** One for each symptom is open at a time; beyond this no new one is kept. */
const KEPT_OPEN = 200

/** Takes in what is seen of a trend: opens a prediction where it stands, scores what came true and all that is overdue. */
export function scoreForecasts(step: Step, seen: SymptomObservation, now: number): Step {
  const open = step.state.forecasts?.open ?? {}
  const overdue = Object.keys(open).filter((symptom) => now > (open[symptom]?.dueAt ?? now))
  const isTrue = !overdue.includes(seen.symptom) && Object.hasOwn(open, seen.symptom) && isReached(seen)
  const scored = overdue.reduce((each, symptom) => score(each, symptom, false, now), step)
  return openForecast(isTrue ? score(scored, seen.symptom, true, now) : scored, seen, now)
}

const isReached = ({ forecast }: SymptomObservation): boolean =>
  forecast !== undefined && forecast.value >= forecast.reaches

function openForecast(step: Step, seen: SymptomObservation, now: number): Step {
  const { open, scores } = step.state.forecasts ?? { open: {}, scores: [] }
  const { forecast, symptom, target, runbook } = seen
  // What is there already is no prediction.
  const isOne = forecast !== undefined && seen.phase === 'standing' && !isReached(seen)
  if (!isOne || Object.hasOwn(open, symptom) || Object.keys(open).length >= KEPT_OPEN) return step
  const made = { madeAt: now, dueAt: forecast.dueAt, confidence: forecast.confidence, target, runbook }
  return { ...step, state: { ...step.state, forecasts: { open: { ...open, [symptom]: made }, scores } } }
}

function score(step: Step, symptom: string, cameTrue: boolean, now: number): Step {
  const { state } = step
  const { [symptom]: made, ...others } = state.forecasts?.open ?? {}
  if (made === undefined) return step
  const scores = withScore(state.forecasts?.scores ?? [], made.confidence, cameTrue)
  const effects = [...step.effects, recordOf(state.cluster, symptom, made, cameTrue, now)]
  return { ...step, state: { ...state, forecasts: { open: others, scores } }, effects }
}

/** Confidence in tenths: predictions of 80 to 90 % should come true that often. */
const tenthOf = (confidence: number): number => Math.min(9, Math.max(0, Math.floor(confidence * 10 + 1e-9)))

function withScore(scores: readonly ForecastScore[], confidence: number, cameTrue: boolean): readonly ForecastScore[] {
  const tenth = tenthOf(confidence)
  const known = scores.find((each) => each.tenth === tenth) ?? { tenth, made: 0, cameTrue: 0 }
  const next = { tenth, made: known.made + 1, cameTrue: known.cameTrue + (cameTrue ? 1 : 0) }
  return [...scores.filter((each) => each.tenth !== tenth), next].toSorted((a, b) => a.tenth - b.tenth)
}

/** Answers the share of the scored predictions that came true. */
export function accuracyOf(scores: readonly ForecastScore[]): number {
  const made = scores.reduce((sum, each) => sum + each.made, 0)
  return made === 0 ? 0 : scores.reduce((sum, each) => sum + each.cameTrue, 0) / made
}

/**
 * Answers how far confidence is from what came true: the mean distance over tenths, each by how many it has (expected
 * calibration error). A tenth stands for its middle, so 0.05 can be the rounding alone.
 */
export function calibrationErrorOf(scores: readonly ForecastScore[]): number {
  const made = scores.reduce((sum, each) => sum + each.made, 0)
  const distance = (each: ForecastScore): number => Math.abs(each.cameTrue - each.made * ((each.tenth + 0.5) / 10))
  return made === 0 ? 0 : scores.reduce((sum, each) => sum + distance(each), 0) / made
}

function recordOf(cluster: string, symptom: string, made: OpenForecast, cameTrue: boolean, now: number): Effect {
  const { target, ...rest } = made
  const id = `${cluster}/forecast/${symptom}/${made.madeAt}`
  const body = { what: 'forecast', cameTrue, ...rest }
  return { kind: 'record', record: { id, kind: 'audit', at: now, cluster, target, workflowId: null, body } }
}
