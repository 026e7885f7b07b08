// Registers the search attributes of src/plan/ids.ts with a namespace. The server takes a second registration with another
// type without a word and changes nothing (temporal.md §13.4), so what it then has is compared.
import type { Connection } from '@temporalio/client'
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js'
import { SEARCH_ATTRIBUTES } from '../plan/ids.ts'
import { EngineError } from './engine.ts'

type TypeCode = NonNullable<ReturnType<typeof encodeSearchAttributeIndexedValueType>>

/** Registers what is missing. Fails: refused, where a name is taken by another type or there is no room. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const wanted = Object.entries(SEARCH_ATTRIBUTES).map(
    ([name, type]) => [name, encodeSearchAttributeIndexedValueType(type)] as const,
  )
  const list = async (): Promise<Record<string, TypeCode>> =>
    (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes as Record<string, TypeCode>
  const present = await list()
  const missing = wanted.filter(([name]) => present[name] === undefined)
  if (missing.length > 0) {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing) as Record<string, TypeCode>,
    })
  }
  const after = missing.length > 0 ? await list() : present
  const wrong = wanted.filter(([name, type]) => after[name] !== type).map(([name]) => name)
  if (wrong.length === 0) return
  throw new EngineError(
    'refused',
    `the namespace \`${namespace}\` has ${wrong.map((name) => `\`${name}\``).join(', ')} with another type than Phix needs; ` +
      'remove it with `temporal operator search-attribute remove`, then start again',
  )
}
