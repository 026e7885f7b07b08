// What every way in has in common once its alerts are read: they are placed, made durable, and the delivery is written
// down. Hooks and `phix alert send` both end here.
import type { Alert } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { quarantine, type Delivery } from './delivery.ts'
import type { HandOver } from './hand-over.ts'
import { placeAlerts } from './place-alerts.ts'
import type { Poison } from './sender.ts'

export interface ToDeliver {
  readonly facts: Pick<Delivery, 'id' | 'sender' | 'at' | 'headers' | 'bytes'>
  readonly alerts: readonly Alert[]
  readonly poison: readonly Poison[]
  readonly lost: number
  /** The cluster that a person named for all of them. */
  readonly cluster?: string
}

/** Resolves with the delivery once it is durable. Fails: as HandOver.hand does. */
export async function deliverAlerts(
  { facts, alerts, poison, lost, cluster }: ToDeliver,
  inventory: Inventory,
  handOver: HandOver,
): Promise<Delivery> {
  const { batches, strays } = placeAlerts(alerts, inventory, cluster)
  const [first] = [...batches.keys(), ...inventory.clusters.map(({ name }) => name)]
  if (lost > 0 && first !== undefined)
    batches.set(first, {
      alerts: batches.get(first)?.alerts ?? [],
      lost: { count: lost, delivery: facts.id, sender: facts.sender },
    })
  const quarantined = [...quarantine(poison), ...quarantine(strays)]
  return handOver.hand(batches, (handed) => ({ ...facts, alerts, handed, quarantined, lost, refused: null }))
}
