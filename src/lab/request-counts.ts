// Counts finished requests in a ring of short slots: how many, how many failed, how long they took, by name. Pure: time
// is an argument. Latencies are kept as a histogram with 5 % wide buckets, so that memory is bounded.

const SLOT_MS = 250
const SLOTS = 480
const BUCKET_GROWTH = Math.log(1.05)

interface Tally {
  count: number
  errors: number
  /** Bucket number → requests. */
  readonly latencies: Map<number, number>
}
interface Slot {
  number: number
  by: Map<string, Tally>
}

export interface RequestSummary {
  readonly count: number
  readonly errors: number
  /** Share that succeeded; null where there were none. */
  readonly success_rate: number | null
  /** Requests a second. */
  readonly rate: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly by: Readonly<
    Record<
      string,
      { readonly count: number; readonly errors: number; readonly p50_ms: number; readonly p90_ms: number }
    >
  >
}

export interface RequestCounts {
  add(name: string, failed: boolean, latencyMs: number, now: number): void
  /** Sums the last `windowMs`, in whole slots, at most two minutes. */
  summarise(windowMs: number, now: number): RequestSummary
}

export function createRequestCounts(): RequestCounts {
  const ring: Slot[] = Array.from({ length: SLOTS }, () => ({ number: -1, by: new Map() }))

  return {
    add(name, failed, latencyMs, now) {
      const number = Math.floor(now / SLOT_MS)
      const slot = ring[number % SLOTS]
      if (slot === undefined) return
      if (slot.number !== number) Object.assign(slot, { number, by: new Map() })
      const tally = slot.by.get(name) ?? emptyTally()
      slot.by.set(name, tally)
      tally.count += 1
      if (failed) tally.errors += 1
      const bucket = Math.round(Math.log(Math.max(latencyMs, 0.1)) / BUCKET_GROWTH)
      tally.latencies.set(bucket, (tally.latencies.get(bucket) ?? 0) + 1)
    },

    summarise(windowMs, now) {
      const last = Math.floor(now / SLOT_MS)
      const slots = Math.min(SLOTS, Math.max(1, Math.ceil(windowMs / SLOT_MS)))
      const all = emptyTally()
      const by = new Map<string, Tally>()
      for (const slot of ring) {
        if (slot.number <= last - slots || slot.number > last) continue
        for (const [name, tally] of slot.by) {
          by.set(name, merge(by.get(name) ?? emptyTally(), tally))
          merge(all, tally)
        }
      }
      return {
        count: all.count,
        errors: all.errors,
        success_rate: all.count === 0 ? null : 1 - all.errors / all.count,
        rate: (all.count * 1_000) / (slots * SLOT_MS),
        p50_ms: quantile(all, 0.5),
        p99_ms: quantile(all, 0.99),
        by: Object.fromEntries(
          [...by].map(([name, tally]) => [
            name,
            {
              count: tally.count,
              errors: tally.errors,
              p50_ms: quantile(tally, 0.5),
              p90_ms: quantile(tally, 0.9),
            },
          ]),
        ),
      }
    },
  }
}

const emptyTally = (): Tally => ({ count: 0, errors: 0, latencies: new Map() })

function merge(into: Tally, from: Tally): Tally {
  into.count += from.count
  into.errors += from.errors
  for (const [bucket, count] of from.latencies) into.latencies.set(bucket, (into.latencies.get(bucket) ?? 0) + count)
  return into
}

function quantile({ count, latencies }: Tally, share: number): number {
  let seen = 0
  for (const [bucket, some] of [...latencies].sort(([a], [b]) => a - b)) {
    seen += some
    if (seen >= share * count) return Math.round(Math.exp(bucket * BUCKET_GROWTH) * 10) / 10
  }
  return 0
}
