// Words for amounts: what people write (`1h30m`, `20%`, `64KiB`) and the integer ms, ratios and bytes it means inside.
import { DURATION_PATTERN, PERCENT_PATTERN, SIZE_PATTERN } from '../../schema/literals.ts'

const DURATION = new RegExp(DURATION_PATTERN)
const PERCENT = new RegExp(PERCENT_PATTERN)
const SIZE = new RegExp(SIZE_PATTERN)

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** Answers whole milliseconds, null where the text is no duration. */
export function durationMs(text: string): number | null {
  if (text.length > 40 || !DURATION.test(text)) return null
  let total = 0
  for (const [, number, unit] of text.matchAll(/([0-9.]+)([a-z]+)/g))
    total += Number(number) * (UNIT_MS[unit ?? ''] ?? 0)
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : null
}

/** True where a text is written as a duration and no number of ms can hold it. */
export const isTooLong = (text: string): boolean => DURATION.test(text) && durationMs(text) === null

/** `20%` → 0.2; null where the text is no percentage. */
export const ratioOf = (text: string): number | null =>
  text.length <= 40 && PERCENT.test(text) ? Number((Number(text.slice(0, -1)) / 100).toPrecision(12)) : null

/** `64KiB` → 65536; null where the text is no size. */
export function sizeBytes(text: string): number | null {
  if (text.length > 40 || !SIZE.test(text)) return null
  const [, number, unit] = /^([0-9.]+)([A-Za-z]+)$/.exec(text) ?? []
  return Math.round(Number(number) * (UNIT_BYTES[unit ?? ''] ?? 0))
}

/** Any amount as the number it means; null where the text is none. */
export const amountOf = (text: string): number | null => durationMs(text) ?? ratioOf(text) ?? sizeBytes(text)
