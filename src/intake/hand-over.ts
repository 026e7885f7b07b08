// From alerts to something that survives: a signal that Temporal has taken, or a record in the spool. Deliveries that come
// together go together, so that ten thousand of them are a handful of signals and a handful of commits.
import { episodeOf, type Alert, type AlertBatch } from '../guard/protocol.ts'
import type { Journal, JournalRecord } from '../journal/journal.ts'
import { deliveryRecord, type Delivery, type Handed } from './delivery.ts'
import { createSpool } from './spool.ts'
import { together } from './together.ts'

export interface HandOver {
  /**
   * Makes alerts durable and writes the delivery down; resolves with how, by cluster.
   * Fails: where neither Temporal nor the journal took them, or the journal did not take the delivery.
   */
  hand(
    batches: ReadonlyMap<string, AlertBatch>,
    deliveryOf: (handed: Delivery['handed']) => Delivery,
  ): Promise<Delivery>
  depth(): number
  /** Reads what waits from earlier, and keeps handing it on. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface HandOverDeps {
  readonly journal: Journal
  readonly alert: (cluster: string, batch: AlertBatch) => Promise<void>
  readonly now: () => number
  readonly log: { warn(detail: object, message: string): void }
}

/** An episode that was handed over is not handed over again within this; later it may have been forgotten there. */
const KNOWN_MS = 300_000
const MOST_KNOWN = 50_000
/** Temporal did not answer: for so long nobody is made to wait for it again. */
const AWAY_MS = 1_000
const DRAIN_EVERY_MS = 500
const LOAD_EVERY_MS = 15_000

export function createHandOver({ journal, alert, now, log }: HandOverDeps): HandOver {
  const spool = createSpool(journal, now)
  const append = together<readonly JournalRecord[]>(async (items) => void (await journal.append(items.flat())))
  const lanes = new Map<string, Lane>()
  const laneOf = (cluster: string): Lane => {
    const lane = lanes.get(cluster) ?? createLane((batch) => alert(cluster, batch), now)
    lanes.set(cluster, lane)
    return lane
  }
  let timers: readonly NodeJS.Timeout[] = []
  let draining: Promise<void> = Promise.resolve()
  let isDraining = false

  const drain = (): void => {
    if (isDraining || spool.depth() === 0) return
    isDraining = true
    draining = spool
      .drain((cluster, batch) => alert(cluster, batch))
      .finally(() => {
        isDraining = false
      })
  }
  const load = (): Promise<void> =>
    spool.load().catch((error: unknown) => log.warn({ err: error }, 'the spool could not be read; trying again'))

  return {
    async hand(batches, deliveryOf) {
      const handed: Record<string, Handed> = {}
      const spooled: JournalRecord[] = []
      const at = now()
      await Promise.all(
        [...batches].map(async ([cluster, batch]) => {
          // What came later never overtakes what waits.
          handed[cluster] = spool.isEmpty(cluster) ? await laneOf(cluster).take(batch) : 'spooled'
        }),
      )
      const delivery = deliveryOf(handed)
      for (const [cluster, batch] of batches)
        if (handed[cluster] === 'spooled') spooled.push(spool.recordOf(cluster, delivery.id, batch, at))
      await append([deliveryRecord(delivery), ...spooled])
      spool.took(spooled)
      return delivery
    },
    depth: () => spool.depth(),
    async start() {
      await load()
      timers = [setInterval(drain, DRAIN_EVERY_MS), setInterval(() => void (isDraining || load()), LOAD_EVERY_MS)]
      for (const timer of timers) timer.unref()
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await draining
    },
  }
}

interface Lane {
  /** Signals what is new of a batch. Never fails: what Temporal did not take is for the spool. */
  take(batch: AlertBatch): Promise<Handed>
}

function createLane(signal: (batch: AlertBatch) => Promise<void>, now: () => number): Lane {
  const known = new Map<string, number>()
  let awayUntil = 0
  const send = together<AlertBatch>(async (batches) => {
    // Who waited behind one that failed is not made to wait for the same again.
    if (awayUntil > now()) throw new Error('Temporal does not answer')
    try {
      await signal({ alerts: batches.flatMap(({ alerts }) => alerts) })
      for (const { lost } of batches) if (lost !== undefined) await signal({ alerts: [], lost })
    } catch (error) {
      awayUntil = now() + AWAY_MS
      throw error
    }
  })
  const remember = (alerts: readonly Alert[]): void => {
    for (const alert of alerts) known.set(keyOf(alert), now())
    for (const key of known.keys()) {
      if (known.size <= MOST_KNOWN) break
      known.delete(key)
    }
  }
  const isKnown = (alert: Alert): boolean => (known.get(keyOf(alert)) ?? 0) > now() - KNOWN_MS
  return {
    async take(batch) {
      const alerts = batch.alerts.filter((alert) => !isKnown(alert))
      if (alerts.length === 0 && batch.lost === undefined) return 'known'
      try {
        await send({ ...batch, alerts })
      } catch {
        return 'spooled'
      }
      remember(alerts)
      return 'signalled'
    },
  }
}

const keyOf = (alert: Alert): string => `${alert.status} ${episodeOf(alert)}`
