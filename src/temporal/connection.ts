// Where the Temporal server is and how to prove who we are, for the client and for the worker. The address comes from
// our settings; TLS and keys only ever from Temporal's own environment configuration.
import { Connection } from '@temporalio/client'
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig'
import { environment } from '../config/environment.ts'
import { registerSearchAttributes } from './search-attributes.ts'

/** The part of the settings that this room needs. */
export interface TemporalSettings {
  readonly address: string
  readonly namespace: string
  /** False: the embedded server on this machine, which has neither TLS nor keys. */
  readonly external: boolean
}

/** Answers what both the client's and the worker's connection are made with. */
export function connectionOptions(settings: TemporalSettings): ClientConnectConfig['connectionOptions'] {
  if (!settings.external) return { address: settings.address }
  const own = loadClientConnectConfig({ overrideEnvVars: definedOnly(environment()) }).connectionOptions
  return { ...own, address: settings.address }
}

/** Opens a connection that connects at its first call, and again soon after the server was away. */
export function openConnection(settings: TemporalSettings): Connection {
  return Connection.lazy({
    ...connectionOptions(settings),
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1000 },
  })
}

/**
 * Sees to it that a server that is not ours has the search attributes. Fails: refused, where it has others of these names;
 * whatever the server says, where this key may not register them (Temporal Cloud: they are made in its console).
 */
export async function prepareExternalNamespace(settings: TemporalSettings): Promise<void> {
  const connection = openConnection(settings)
  try {
    await connection.withDeadline(Date.now() + PREPARE_MS, () =>
      registerSearchAttributes(connection, settings.namespace),
    )
  } finally {
    await connection.close()
  }
}
const PREPARE_MS = 5000

const definedOnly = (variables: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined))
