// What `phix doctor` wants to know of a Temporal server and nothing else does.
import type { Connection } from '@temporalio/client'
import { NamespaceNotFoundError } from '@temporalio/common'
import { isGrpcServiceError } from '@temporalio/client'
import { registeredSearchAttributes } from './search-attributes.ts'
import { openConnection, type TemporalSettings } from './connection.ts'

const LIMIT_MS = 3000

/** Tells whether the namespace of the settings is there. */
export const namespaceExists = (settings: TemporalSettings): Promise<boolean> =>
  connected(settings, async (connection) => {
    try {
      await connection.workflowService.describeNamespace({ namespace: settings.namespace })
      return true
    } catch (error) {
      const NOT_FOUND = 5
      if (error instanceof NamespaceNotFoundError || (isGrpcServiceError(error) && error.code === NOT_FOUND))
        return false
      throw error
    }
  })

/** Answers name → type (`KEYWORD`, `BOOL`, …) of the namespace's own attributes. */
export const searchAttributesOf = (settings: TemporalSettings): Promise<Readonly<Record<string, string>>> =>
  connected(settings, (connection) => registeredSearchAttributes(connection, settings.namespace))

async function connected<T>(settings: TemporalSettings, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = openConnection(settings)
  try {
    return await connection.withDeadline(Date.now() + LIMIT_MS, () => ask(connection))
  } finally {
    await connection.close()
  }
}
