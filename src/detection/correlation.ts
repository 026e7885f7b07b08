// Which illnesses are one: pure, over one look at a whole cluster. It says what is seen together; which runbook is for
// that is said by conditions over `cluster`, and what it puts in the shade by src/guard/shadow.ts.

/** One member as it was seen in one look. What could not be seen is null. */
export interface MemberSight {
  readonly name: string
  readonly zone: string | null
  /** Its direct probe was healthy. */
  readonly healthy: boolean
  /** Share of its real requests that failed. */
  readonly errorRate: number | null
  /** What its users wait for. */
  readonly requestMs: number | null
}

export interface Together {
  readonly ill: readonly string[]
  /** A failure domain of two members or more that is ill as a whole; '' where there is none. */
  readonly zone: string
  readonly dependency: string
  /** What real requests take at the quick members; null where nobody's are known. */
  readonly usualMs: number | null
}

/** Answers fail for more than this share: its users see it. */
export const MOST_ERRORS = 0.2
/** This much slower than the quick members, and slower than this in itself, serves nobody well. */
export const SLOWER_THAN_USUAL = 4
export const SLOW_MS = 250

/** Answers what is ill together. Members are those that are meant to serve. */
export function findTogether(
  members: readonly MemberSight[],
  dependencies: readonly { readonly name: string; readonly nodes: readonly string[] }[] = [],
): Together {
  const usualMs = firstQuartile(
    members.flatMap(({ healthy, requestMs }) => (healthy && requestMs !== null ? [requestMs] : [])),
  )
  const ill = members.filter((member) => isIll(member, usualMs)).map(({ name }) => name)
  const zones = [...new Set(members.flatMap(({ zone }) => (zone === null ? [] : [zone])))].map((zone) => ({
    name: zone,
    nodes: members.filter((member) => member.zone === zone).map(({ name }) => name),
  }))
  const isWholeIll = ({ nodes }: { readonly nodes: readonly string[] }): boolean => {
    const present = nodes.filter((name) => members.some((member) => member.name === name))
    // A domain that is everybody tells nothing apart.
    return present.length >= 2 && present.length < members.length && present.every((name) => ill.includes(name))
  }
  return {
    ill,
    zone: zones.find(isWholeIll)?.name ?? '',
    dependency: dependencies.find(isWholeIll)?.name ?? '',
    usualMs,
  }
}

/** The probe, or its real requests against a healthy probe: what users see wins. */
function isIll({ healthy, errorRate, requestMs }: MemberSight, usualMs: number | null): boolean {
  if (!healthy) return true
  if (errorRate !== null && errorRate > MOST_ERRORS) return true
  return requestMs !== null && usualMs !== null && requestMs >= SLOW_MS && requestMs >= usualMs * SLOWER_THAN_USUAL
}

/** Why not the median: where most are slow, the median is slow, and nobody would stand out. */
function firstQuartile(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 4)] ?? null
}
