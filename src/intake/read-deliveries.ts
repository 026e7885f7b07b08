// Deliveries with what became of each of their alerts: the deliveries and the decisions of the journal, put together.
import { episodeOf, type Decision, type DecisionKind } from '../guard/protocol.ts'
import type { Journal } from '../journal/journal.ts'
import { deliveryFrom, type Delivery } from './delivery.ts'

export interface DeliveryView extends Delivery {
  /** How many of its alerts were started, joined, held …; `waiting`: not decided yet. */
  readonly outcomes: Readonly<Partial<Record<DecisionKind | 'waiting', number>>>
  /** Why alerts of it were refused or held: words of the guard, each once. */
  readonly reasons: readonly string[]
}

const MOST_DECISIONS = 50_000

/** Answers deliveries, newest first. */
export async function readDeliveries(
  journal: Journal,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<readonly DeliveryView[]> {
  const records = await journal.read({ kind: 'delivery', since, limit })
  const oldest = Math.min(since, ...records.map(({ at }) => at))
  const decided = new Map<string, Decision>()
  for (const { body } of await journal.read({ kind: 'decision', since: oldest, limit: MOST_DECISIONS })) {
    const decision = body as unknown as Decision
    if (decision.trigger?.kind !== 'alert') continue
    const episode = episodeOf(decision.trigger.alert)
    // Newest first: the last word stands.
    if (!decided.has(episode)) decided.set(episode, decision)
  }
  return records.flatMap((record) => {
    const delivery = deliveryFrom(record)
    return delivery === null ? [] : [withOutcomes(delivery, decided)]
  })
}

function withOutcomes(delivery: Delivery, decided: ReadonlyMap<string, Decision>): DeliveryView {
  const outcomes: Partial<Record<DecisionKind | 'waiting', number>> = {}
  const reasons = new Set<string>()
  for (const episode of new Set(delivery.alerts.map(episodeOf))) {
    const decision = decided.get(episode)
    const kind = decision?.kind ?? 'waiting'
    outcomes[kind] = (outcomes[kind] ?? 0) + 1
    if (decision !== undefined && kind !== 'started' && kind !== 'joined') reasons.add(decision.reason)
  }
  return { ...delivery, outcomes, reasons: [...reasons] }
}

/** Was something of it refused, put aside or lost? */
export const hasRefused = ({ outcomes, quarantined, lost, refused }: DeliveryView): boolean =>
  refused !== null || lost > 0 || quarantined.length > 0 || (outcomes.refused ?? 0) > 0
