// Listens: on loopback unless it is told otherwise, with limits for callers who are slow on purpose.
import { serve, type ServerType } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Server } from 'node:http'

export interface Listening {
  readonly host: string
  readonly port: number
  /** Takes no new callers, lets those who are there finish for a moment, then hangs up. */
  close(): Promise<void>
}

const GRACE_MS = 2_000
const HEADERS_WITHIN_MS = 10_000
const REQUEST_WITHIN_MS = 30_000

/** Listens and answers once it does. Port 0 takes any free one. Fails: where the address cannot be had. */
export function serveApp(app: Hono, { host = '127.0.0.1', port }: { host?: string; port: number }): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
      server.off('error', reject)
      resolve({ host, port: address.port, close: () => close(server) })
    })
    server.once('error', reject)
    const plain = server as Server
    plain.headersTimeout = HEADERS_WITHIN_MS
    plain.requestTimeout = REQUEST_WITHIN_MS
  })
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const plain = server as Server
    const hangUp = setTimeout(() => plain.closeAllConnections(), GRACE_MS)
    plain.close(() => {
      clearTimeout(hangUp)
      resolve()
    })
    plain.closeIdleConnections()
  })
}
