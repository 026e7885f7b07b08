// What a process tells of itself without a token: is it alive, did it start, is it ready, its metrics.
// Loopback unless it is told otherwise; nothing but GET of four paths exists.
import { createServer, type Server, type ServerResponse } from 'node:http'

export interface Vitals {
  readonly isStarted: () => boolean
  readonly isReady: () => boolean
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
}

export interface VitalsServer {
  readonly address: string
  close(): Promise<void>
}

/**
 * Listens and answers once it does. A port that is taken gives way to a free one where `mayMove`: a second worker on one
 * machine must not fail for its metrics.
 */
export async function serveVitals(
  vitals: Vitals,
  { host, port, mayMove }: { readonly host: string; readonly port: number; readonly mayMove: boolean },
): Promise<VitalsServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET is answered')
    route(request.url ?? '', vitals, response).catch((error: Error) => answer(response, 500, error.message))
  })
  server.requestTimeout = 10_000
  // A process that has nothing else to do ends: telling how it is, is no reason to live.
  server.unref()
  const taken = await listen(server, host, port)
  if (taken !== null && (!mayMove || taken.code !== 'EADDRINUSE')) throw taken
  if (taken !== null) await listen(server, host, 0)
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return { address: `http://${host}:${actual}`, close: () => close(server) }
}

async function route(url: string, { isStarted, isReady, metrics }: Vitals, response: ServerResponse): Promise<void> {
  switch (url) {
    case '/healthz':
      return answer(response, 200, 'alive')
    case '/startupz':
      return answer(response, isStarted() ? 200 : 503, isStarted() ? 'started' : 'starting')
    case '/readyz':
      return answer(response, isReady() ? 200 : 503, isReady() ? 'ready' : 'not ready')
    case '/metrics': {
      const text = await metrics.text()
      return answer(response, 200, text, metrics.contentType)
    }
    default:
      return answer(response, 404, 'not found')
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(text.endsWith('\n') ? text : `${text}\n`)
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error)
    server.once('error', failed)
    server.listen({ host, port }, () => {
      server.off('error', failed)
      resolve(null)
    })
  })
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
