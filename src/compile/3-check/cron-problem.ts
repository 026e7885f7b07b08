// Five fields of cron, as Temporal reads them: minute, hour, day of the month, month, day of the week. What it would refuse,
// or never fire, is told here, where the author is.

interface Field {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly names: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Field[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of the month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of the week', low: 0, high: 6, names: DAYS },
]
const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Answers what is wrong with a cron, in words; null where nothing is. */
export function problemOfCron(cron: string): string | null {
  const written = cron.trim().split(/\s+/)
  if (written.length !== FIELDS.length) return `it has ${written.length} fields, not five`
  const read = FIELDS.map((field, index) => readField(written[index] ?? '', field))
  const wrong = read.find((each) => typeof each === 'string')
  if (typeof wrong === 'string') return wrong
  const [, , days, months] = read as readonly (readonly number[])[]
  const earliest = Math.min(...(days ?? []))
  const fits = (months ?? []).some((month) => earliest <= (LONGEST_MONTH[month - 1] ?? 31))
  return fits ? null : `no month of it has a day ${earliest}, so it never fires`
}

/** Answers the values that a field stands for, or what is wrong with it. */
function readField(text: string, field: Field): readonly number[] | string {
  const values: number[] = []
  for (const part of text.split(',')) {
    const range = readPart(part, field)
    if (typeof range === 'string') return range
    values.push(...range)
  }
  return values
}

function readPart(part: string, field: Field): readonly number[] | string {
  const { name, low, high } = field
  const [, from = '', to, step] = /^(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:\/([0-9]+))?$/i.exec(part) ?? []
  if (from === '' || (from === '*' && to !== undefined)) return `\`${part}\` is no ${name}`
  const first = from === '*' ? low : numberOf(from, field)
  const last = from === '*' ? high : to === undefined ? (step === undefined ? first : high) : numberOf(to, field)
  if (first === null || last === null) return `\`${part}\` is no ${name}; it is ${low} to ${high}`
  if (last < first) return `\`${part}\` goes backwards`
  const stride = step === undefined ? 1 : Number(step)
  if (stride < 1 || stride > high) return `the step of \`${part}\` is not between 1 and ${high}`
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => first + index * stride)
}

function numberOf(text: string, { low, high, names }: Field): number | null {
  const named = names.indexOf(text.toLowerCase())
  if (named !== -1) return named + low
  const value = /^[0-9]{1,2}$/.test(text) ? Number(text) : NaN
  return value >= low && value <= high ? value : null
}

/** Whether this is a time zone by its name in the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name !== ''
  } catch {
    return false
  }
}
