// Which ports the parts of `phix up` get: what was asked for, else what they had last time, else the usual ones, else
// free ones. A port that a person asked for is never replaced by another.
import type { Addresses } from '../config/addresses.ts'
import { freePortNear, tryPort } from '../config/free-port.ts'
import { SettingError } from '../config/layer-settings.ts'
import type { SettingsRead } from '../config/read-settings.ts'

/** Answers addresses that can be listened on now. Fails: SettingError, for a port that was asked for and is taken. */
export async function chooseAddresses({ settings, origins }: SettingsRead): Promise<Addresses> {
  const { server, worker, temporal } = settings
  const isAskedFor = origins['server.port'] !== 'default' && origins['server.port'] !== 'running'
  if (isAskedFor && server.port !== 0 && (await tryPort(server.port)) === null) {
    throw new SettingError(
      `port ${server.port} is taken by another program; free it, or choose another one with PHIX_SERVER_PORT`,
    )
  }
  const address = temporal.external ? temporal.address : `127.0.0.1:${await freePortNear(portOf(temporal.address))}`
  const ui = temporal.external
    ? (temporal.uiAddress ?? '')
    : `http://127.0.0.1:${await freePortNear(portOf(temporal.uiAddress ?? ''))}`
  return {
    temporal: { address, uiAddress: ui },
    server: { host: server.host, port: await freePortNear(server.port) },
    metrics: { host: server.metricsHost, port: await freePortNear(server.metricsPort) },
    worker: { host: worker.host, port: await freePortNear(worker.port) },
  }
}

export const portOf = (address: string): number => Number(/:(\d+)\/?$/.exec(address)?.[1] ?? 0)
