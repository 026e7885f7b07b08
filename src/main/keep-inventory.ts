// The inventory of a long-running process: read again when its file changes; the last good one stays while it is bad.
import type { Logger } from 'pino'
import type { Inventory } from '../inventory/inventory.ts'
import { keepFresh, type Fresh } from './keep-fresh.ts'
import { loadInventory } from './load-inventory.ts'

/** Reads it (fails where it is missing or bad) and keeps it fresh. `changed` is told each new good one. */
export const keepInventory = (
  path: string,
  log: Logger,
  changed: (inventory: Inventory) => void = () => undefined,
): Promise<Fresh<Inventory>> =>
  keepFresh(path, loadInventory, {
    changed(inventory) {
      log.info({ path, clusters: inventory.clusters.map(({ name }) => name) }, 'the inventory was read again')
      changed(inventory)
    },
    bad(error) {
      log.error({ path, err: error }, 'the inventory is bad; the last good one stays')
    },
  })
