// An inventory file as the running system sees it: a broken version changes nothing and is said.
import { startOf } from '../compile/compile-files.ts'
import { diagnostic, type Diagnostic } from '../compile/diagnostics.ts'
import { isSource, readSource } from '../compile/read-source.ts'
import type { Inventory } from './inventory.ts'
import { readInventory, type InventoryRead } from './read-inventory.ts'

/** Reads an inventory file once. Fails: RB101 and whatever readInventory says, as a result. */
export function readInventoryFile(path: string): InventoryRead {
  const source = readSource(path)
  return isSource(source) ? readInventory(source) : { ok: false, errors: [source] }
}

export interface InventoryFile {
  /** The last good inventory; null where there has been none. */
  inventory(): Inventory | null
  /** What the last reload had to say. */
  diagnostics(): readonly Diagnostic[]
  reload(): readonly Diagnostic[]
}

/** Opens an inventory file and reads it once; it is read again on `reload`. Never throws. */
export function openInventoryFile(path: string): InventoryFile {
  let good: Inventory | null = null
  let said: readonly Diagnostic[] = []
  const reload = (): readonly Diagnostic[] => {
    const result = readInventoryFile(path)
    if (result.ok) {
      good = result.inventory
      said = result.warnings
    } else said = good === null ? result.errors : [...result.errors, diagnostic('RB408', startOf(path))]
    return said
  }
  reload()
  return { inventory: () => good, diagnostics: () => said, reload }
}
