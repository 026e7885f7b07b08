// Registers the search attributes of src/plan/ids.ts with a namespace. The server takes a second registration with another
// type without a word and changes nothing (temporal.md §13.4), so what it then has is compared.
import type { Connection } from '@temporalio/client'
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js'
import { SEARCH_ATTRIBUTES } from '../plan/ids.ts'
import { EngineError } from './engine.ts'

type AttributeType = (typeof SEARCH_ATTRIBUTES)[keyof typeof SEARCH_ATTRIBUTES]
type TypeCode = NonNullable<ReturnType<typeof encodeSearchAttributeIndexedValueType>>

/** Answers name → type of a namespace's own attributes. */
export async function registeredSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<Readonly<Record<string, string>>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  return Object.fromEntries(Object.entries(customAttributes ?? {}).map(([name, code]) => [name, nameOf(code)]))
}

/** Registers what is missing. Fails: refused, where a name is taken by another type or there is no room. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const present = await registeredSearchAttributes(connection, namespace)
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => present[name] === undefined)
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, codeOf(type)]))
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes })
  }
  const after = missing.length > 0 ? await registeredSearchAttributes(connection, namespace) : present
  const wrong = Object.entries(SEARCH_ATTRIBUTES).filter(([name, type]) => after[name] !== type)
  if (wrong.length === 0) return
  throw new EngineError(
    'refused',
    `the namespace \`${namespace}\` has ${wrong.map(([name]) => `\`${name}\``).join(', ')} with another type than Phix needs; ` +
      'remove it with `temporal operator search-attribute remove`, then start again',
  )
}

const codeOf = (type: AttributeType): TypeCode => encodeSearchAttributeIndexedValueType(type) ?? 0

const TYPES = ['TEXT', 'KEYWORD', 'INT', 'DOUBLE', 'BOOL', 'DATETIME', 'KEYWORD_LIST'] as const
const nameOf = (code: number | string): string =>
  TYPES.find((type) => encodeSearchAttributeIndexedValueType(type) === code) ?? String(code)
