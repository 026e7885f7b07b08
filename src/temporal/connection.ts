// Where the Temporal server is and how to prove who we are, for the client and for the worker. The address comes from
// our settings; TLS and keys only ever from Temporal's own environment configuration.
import { Connection, type ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { environment } from '../config/environment.ts'

/** The part of the settings that this room needs. */
export interface TemporalSettings {
  readonly address: string
  readonly namespace: string
  /** False: the embedded server on this machine, which has neither TLS nor keys. */
  readonly external: boolean
}

/** Answers what both the client's and the worker's connection are made with. */
export function connectionOptions(settings: TemporalSettings): ConnectionOptions & { readonly address: string } {
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

const definedOnly = (variables: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined))
