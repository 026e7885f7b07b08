// Whether something held for a whole window: pure, time is an argument.

export interface HoldWindow {
  /** Start of the looks that all held; null: the last one did not. */
  readonly since: number | null
}

export const NOT_HELD: HoldWindow = { since: null }

/** Takes in one look, made at this time. What is unknown did not hold. */
export const look = (window: HoldWindow, held: boolean, at: number): HoldWindow =>
  held ? { since: window.since ?? at } : NOT_HELD

/** True where everything held from some look to this time for the whole of `stableMs`. */
export const isStable = ({ since }: HoldWindow, now: number, stableMs: number): boolean =>
  since !== null && now - since >= stableMs
