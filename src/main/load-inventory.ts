// An inventory file, or an error that carries the diagnostics: every process that needs it says the same of a bad one.
import type { Diagnostic } from '../compile/diagnostics.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { readInventoryFile } from '../inventory/inventory-file.ts'

/** An inventory that cannot be used; its diagnostics say where and why. */
export class InventoryError extends Error {
  override readonly name = 'InventoryError'
  readonly diagnostics: readonly Diagnostic[]
  constructor(path: string, diagnostics: readonly Diagnostic[]) {
    const [first] = diagnostics
    const where = first === undefined ? path : `${first.at.path}:${first.at.line}:${first.at.column}`
    const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more: \`phix doctor\`)` : ''
    super(`the inventory cannot be used: ${where} ${first?.message ?? ''}${more}`)
    this.diagnostics = diagnostics
  }
}

/** Reads an inventory. Fails: InventoryError. */
export async function loadInventory(path: string): Promise<Inventory> {
  const read = readInventoryFile(path)
  if (!read.ok) throw new InventoryError(path, read.errors)
  return read.inventory
}
