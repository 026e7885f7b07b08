// Whether a target turns ill and well so often that it is called flapping. Read next: flapping.ts, the stage.
import type { ClusterLimits } from './protocol.ts'
import type { TargetRecord } from './state.ts'

/** More turns than any limit asks for are not needed to tell. */
export const KEPT_TURNS = 50
/** Six turns are three whole falls: a restart that works makes two. */
export const DEFAULT_FLAPPING = { turns: 6, windowMs: 600_000, startsPerHour: 2 } as const

/** Answers the limits that hold: an acceptance inventory's override loosens the default ones, too. */
export const flappingLimits = ({ flapping, override }: ClusterLimits): ClusterLimits['flapping'] | null =>
  flapping ?? (override === null ? DEFAULT_FLAPPING : null)

/** Answers whether a target turned so often that it is called flapping. */
export function isFlapping(target: TargetRecord, limits: ClusterLimits, now: number): boolean {
  const flapping = flappingLimits(limits)
  if (flapping === null || flapping === undefined) return false
  return target.turns.filter((at) => at > now - flapping.windowMs).length >= flapping.turns
}
