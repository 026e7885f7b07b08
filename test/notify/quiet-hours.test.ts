import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QuietHours } from '../../src/inventory/notify-settings.ts'
import { isAlwaysHeard, quietUntil, wallClock } from '../../src/notify/quiet-hours.ts'

const MINUTE = 60_000
const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
const hours = (from: string, to: string, zone = 'Europe/Berlin'): QuietHours => ({
  ...{ fromMinute: minuteOf(from), toMinute: minuteOf(to), zone, below: 'critical', channel: null },
})
const until = (quiet: QuietHours, now: string): string | null => {
  const end = quietUntil(quiet, Date.parse(now))
  return end === null ? null : new Date(end).toISOString().replace(':00.000Z', 'Z')
}

test.each([
  [
    'in the evening it is quiet until the morning',
    hours('22:00', '07:00'),
    '2026-01-10T21:00:00Z',
    '2026-01-11T06:00Z',
  ],
  ['after midnight until the same morning', hours('22:00', '07:00'), '2026-01-10T23:30:30Z', '2026-01-11T06:00Z'],
  ['at the first minute', hours('22:00', '07:00'), '2026-01-10T21:00:00Z', '2026-01-11T06:00Z'],
  ['at the last minute', hours('22:00', '07:00'), '2026-01-11T05:59:59Z', '2026-01-11T06:00Z'],
  ['not at the end itself', hours('22:00', '07:00'), '2026-01-11T06:00:00Z', null],
  ['not before', hours('22:00', '07:00'), '2026-01-10T20:59:59Z', null],
  ['by day, too', hours('12:00', '14:00'), '2026-07-10T11:00:00Z', '2026-07-10T12:00Z'],
  ['in the night that is an hour shorter', hours('22:00', '07:00'), '2026-03-28T22:00:00Z', '2026-03-29T05:00Z'],
  ['in the night that is an hour longer', hours('22:00', '07:00'), '2026-10-24T21:00:00Z', '2026-10-25T06:00Z'],
  ['to a time that this night leaves out', hours('22:00', '02:30'), '2026-03-28T22:00:00Z', '2026-03-29T01:00Z'],
  ['where half an hour counts', hours('22:00', '07:00', 'Asia/Kolkata'), '2026-01-10T18:00:00Z', '2026-01-11T01:30Z'],
  [
    'where clocks move by half an hour',
    hours('22:00', '07:00', 'Australia/Lord_Howe'),
    '2026-04-04T12:00:00Z',
    '2026-04-04T20:30Z',
  ],
])('%s', (_, quiet, now, expected) => expect(until(quiet, now)).toBe(expected))

describe('any window in any zone at any time', () => {
  const minutes = fc.integer({ min: 0, max: 1_439 })
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Chatham')
  // Half of them near a change of clocks.
  const times = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
    fc
      .constantFrom(Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25), Date.UTC(2026, 2, 8), Date.UTC(2026, 10, 1))
      .chain((day) => fc.integer({ min: day - 86_400_000, max: day + 86_400_000 })),
  )
  test('ends in the future, within a day and two hours, at the first minute that is not quiet', () => {
    fc.assert(
      fc.property(minutes, minutes, zones, times, (fromMinute, toMinute, zone, now) => {
        fc.pre(fromMinute !== toMinute)
        const quiet: QuietHours = { fromMinute, toMinute, zone, below: 'high', channel: null }
        const end = quietUntil(quiet, now)
        const clock = wallClock(zone)
        const shown = (at: number): boolean =>
          fromMinute < toMinute
            ? clock(at) >= fromMinute && clock(at) < toMinute
            : !(clock(at) >= toMinute && clock(at) < fromMinute)
        expect(end !== null).toBe(shown(now))
        if (end === null) return
        expect(end).toBeGreaterThan(now)
        expect(end - now).toBeLessThanOrEqual(26 * 60 * MINUTE)
        expect([shown(end - 1), shown(end), quietUntil(quiet, end)]).toEqual([true, false, null])
      }),
      { numRuns: 150 },
    )
  })
})

test('what is critical, or does not say how severe it is, is heard at any hour', () => {
  const quiet = { ...hours('22:00', '07:00'), below: 'critical' } as const
  expect(isAlwaysHeard(quiet, 'critical')).toBe(true)
  expect(isAlwaysHeard(quiet, undefined)).toBe(true)
  expect(isAlwaysHeard(quiet, 'high')).toBe(false)
  expect(isAlwaysHeard({ ...quiet, below: 'medium' }, 'medium')).toBe(true)
  expect(isAlwaysHeard({ ...quiet, below: 'medium' }, 'low')).toBe(false)
})
