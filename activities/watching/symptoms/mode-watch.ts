// Watches for the end of what degraded modes are on for: their `clearWhen`, over the same looks as the conditions of
// runbooks. Tells the detector, which ends them. Read next: src/guard/modes.ts.
import { advanceClock, NOT_SEEN, type ConditionClock } from '../../../src/detection/condition-clock.ts'
import { evaluateCondition, ExpressionError, type Scope } from '../../../src/expressions/evaluate.ts'
import type { ModeObservation, StandingMode } from '../../../src/guard/protocol.ts'
import type { Mode } from '../../../src/inventory/inventory.ts'
import { seenIn } from '../../evidence/seen-in.ts'

/** What was told and did not end the mode was lost on the way: it is told again at this pace. */
const TELL_AGAIN_MS = 5_000

export interface ModeWatch {
  /** Takes one look in. `scope` null: nothing is known; `standing` null: whether any mode is on is not known. */
  look(
    declared: readonly Mode[],
    standing: readonly StandingMode[] | null,
    scope: Scope | null,
    atMs: number,
    at: number,
  ): readonly ModeObservation[]
  /** Nobody looked for a while: what has held begins anew. */
  forget(): void
}

interface Watched {
  readonly heldAt: number
  readonly clock: ConditionClock
  readonly toldMs: number | null
}

export function createModeWatch(): ModeWatch {
  let watched = new Map<string, Watched>()

  function lookAt(
    mode: Mode,
    heldAt: number,
    scope: Scope | null,
    atMs: number,
    at: number,
  ): readonly ModeObservation[] {
    const { name, clearWhen, forMs } = mode
    if (clearWhen === null) return []
    const known = watched.get(name)
    // Whoever enters it anew has a cause of their own: its end is not yet seen.
    const before = known?.heldAt === heldAt ? known : { heldAt, clock: NOT_SEEN, toldMs: null }
    const clock = advanceClock(before.clock, holds(clearWhen, scope), atMs, forMs)
    const isDue = before.toldMs === null || atMs - before.toldMs >= TELL_AGAIN_MS
    const tells = clock.phase === 'standing' && isDue
    watched.set(name, { heldAt, clock, toldMs: tells ? atMs : before.toldMs })
    if (!tells || scope === null) return []
    const evidence = `\`${clearWhen}\` held for ${Math.round(forMs / 1_000)} s (${seenIn(clearWhen, scope)})`
    return [{ kind: 'mode', mode: name, at, heldAt, evidence }]
  }

  return {
    look(declared, standing, scope, atMs, at) {
      if (standing === null) return []
      const on = new Map(standing.map(({ mode, heldBy }) => [mode, Math.max(...heldBy.map((hold) => hold.at))]))
      watched = new Map([...watched].filter(([name]) => on.has(name)))
      return declared.flatMap((mode) => {
        const heldAt = on.get(mode.name)
        return heldAt === undefined ? [] : lookAt(mode, heldAt, scope, atMs, at)
      })
    },
    forget: () => watched.clear(),
  }
}

/** true, false, or null where it names what is not known. */
function holds(that: string, scope: Scope | null): boolean | null {
  if (scope === null) return null
  try {
    return evaluateCondition(that, scope)
  } catch (error) {
    if (error instanceof ExpressionError) return null
    throw error
  }
}
