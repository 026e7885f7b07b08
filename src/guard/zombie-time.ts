// How long the last activity of a run that was ended from outside may still act: its heartbeat timeout. A lock is free
// only after that, so that a zombie never meets a successor (rules.md, Undo).
import type { ActionRef, Plan } from '../plan/plan.ts'

const LEAST_MS = 2_000

/** Answers the longest heartbeat timeout of any action in a plan, steps and embedded plans at any depth included. */
export function longestHeartbeatMs(plan: Plan): number {
  let longest = LEAST_MS
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { heartbeatMs } = value as Partial<ActionRef>
    if (typeof heartbeatMs === 'number' && heartbeatMs > longest) longest = heartbeatMs
    for (const item of Object.values(value)) visit(item)
  }
  visit(plan.steps)
  visit(plan.finally)
  return longest
}
