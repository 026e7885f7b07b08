// Where a trigger's answers are remembered: with its target for a verdict, with its symptom for a condition or a trend.
// A person's trigger and the clock's have no occasion: each request is its own.
import type { Trigger } from './protocol.ts'
import { targetOf, withTarget, type GuardState, type Occasion, type SymptomRecord } from './state.ts'

/** Answers what is known of a symptom; null where it was never seen, or is long over. */
export const symptomOf = (state: GuardState, symptom: string): SymptomRecord | null =>
  Object.hasOwn(state.symptoms, symptom) ? (state.symptoms[symptom] ?? null) : null

/** Answers the state with one symptom changed; one that is not known stays unknown. */
export function withSymptom(state: GuardState, symptom: string, change: Partial<SymptomRecord>): GuardState {
  const known = symptomOf(state, symptom)
  return known === null ? state : { ...state, symptoms: { ...state.symptoms, [symptom]: { ...known, ...change } } }
}

/** Answers the occasion of a trigger; null where it has none. */
export function occasionOf(state: GuardState, trigger: Trigger): Occasion | null {
  switch (trigger.kind) {
    case 'person':
    case 'schedule':
      return null
    case 'condition':
    case 'trend':
      return symptomOf(state, trigger.symptom)
    case 'alert':
    case 'verdict':
    case 'returned':
      return targetOf(state, trigger.target)
  }
}

/** Answers the state with the occasion of a trigger changed. */
export function withOccasion(state: GuardState, trigger: Trigger, change: Partial<Occasion>): GuardState {
  switch (trigger.kind) {
    case 'person':
    case 'schedule':
      return state
    case 'condition':
    case 'trend':
      return withSymptom(state, trigger.symptom, change)
    case 'alert':
    case 'verdict':
    case 'returned':
      return withTarget(state, trigger.target, change)
  }
}
