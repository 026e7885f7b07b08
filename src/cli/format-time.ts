// Times as a person reads them: short, one unit where one is enough, never a lie about precision.

/** Writes a duration: `340 ms`, `1.2 s`, `45 s`, `3m 20s`, `2h 5m`, `4d 1h`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  if (whole < 1_000) return `${whole} ms`
  if (whole < 10_000 && whole % 1_000 !== 0) return `${(whole / 1_000).toFixed(1)} s`
  const seconds = Math.round(whole / 1_000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return joinUnits(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 24 * 60) return joinUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
  const hours = Math.floor(minutes / 60)
  return joinUnits(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const joinUnits = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit} ${small}${smallUnit}`

/** Writes an instant in UTC to the second: what logs and Temporal's UI can be compared with. */
export const formatInstant = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`

/** Writes an instant's time of day in UTC. */
export const formatClock = (epochMs: number): string => new Date(epochMs).toISOString().slice(11, 19)

/** Writes how long ago something was. */
export const formatAgo = (epochMs: number, nowMs: number): string => `${formatDuration(nowMs - epochMs)} ago`

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `500ms`, `30s`, `5m`, `1h30m`, `2d`; null where it is no duration. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    total += Number(count) * (UNITS[unit ?? ''] ?? 0)
  return Math.round(total)
}
