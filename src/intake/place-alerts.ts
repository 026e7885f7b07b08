// The alerts of one delivery, by the cluster that decides about them. Read next: place-alert.ts (which one that is).
import type { Alert, AlertBatch } from '../guard/protocol.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { clusterOfAlert } from './place-alert.ts'
import type { Poison } from './sender.ts'

export interface Placed {
  readonly batches: Map<string, AlertBatch>
  /** Those of no cluster. */
  readonly strays: readonly Poison[]
}

/** Places each alert by what it says, or all of them in the cluster that a person named. */
export function placeAlerts(alerts: readonly Alert[], inventory: Inventory, named?: string): Placed {
  const placed = new Map<string, Alert[]>()
  const strays: Poison[] = []
  alerts.forEach((alert, index) => {
    const cluster = named ?? clusterOfAlert(alert, inventory)
    const own = placed.get(cluster ?? '')
    if (cluster === null) strays.push({ index, why: 'no cluster of the inventory is meant', body: { ...alert } })
    else if (own === undefined) placed.set(cluster, [alert])
    else own.push(alert)
  })
  return { batches: new Map([...placed].map(([cluster, own]) => [cluster, { alerts: own }])), strays }
}
