// Quiet hours: a window of every day by the clock on somebody's wall. Pure: (hours, now) → until when.
import type { QuietHours } from '../inventory/notify-settings.ts'
import type { Severity } from '../plan/plan.ts'

const MINUTE_MS = 60_000
/** Clocks are put back by an hour, in one place by half of one: no window is longer. */
const LONGEST_MINUTES = 26 * 60

const RANKS: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2, critical: 3 }

/** Whether what is so severe is heard at any hour. What does not say how severe it is, is. */
export const isAlwaysHeard = ({ below }: QuietHours, severity: Severity | undefined): boolean =>
  severity === undefined || severity === 'critical' || RANKS[severity] >= RANKS[below]

/**
 * Answers when the quiet hours that hold now are over (epoch ms); null where none hold.
 * Why minute by minute: a day has 23 to 25 hours, a wall clock leaves times out and shows others twice, and walking the real
 * minutes is right in all of these.
 */
export function quietUntil(hours: QuietHours, now: number): number | null {
  const clock = wallClock(hours.zone)
  if (!isQuietAt(hours, clock(now))) return null
  let at = Math.floor(now / MINUTE_MS) * MINUTE_MS
  for (let minutes = 0; minutes < LONGEST_MINUTES; minutes++) {
    at += MINUTE_MS
    if (!isQuietAt(hours, clock(at))) break
  }
  return at
}

function isQuietAt({ fromMinute, toMinute }: QuietHours, minute: number): boolean {
  return fromMinute <= toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute // over midnight
}

/** Answers the minute of the day that a clock in this zone shows. */
export function wallClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hour12: false })
  return (at) => {
    const [hours = 0, minutes = 0] = format.format(at).split(':').map(Number)
    return (hours % 24) * 60 + minutes
  }
}
