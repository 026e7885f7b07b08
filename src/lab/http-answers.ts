// The little HTTP that the lab's processes share: one table of routes, JSON in and out, bodies with a limit.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>
/** `GET /path` → handler; a path that ends in `/*` matches everything below it. */
export type Routes = Readonly<Record<string, Handler>>

/** An answer that the client is to blame for, or that names what is wrong with the server. */
export class HttpProblem extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

/** Makes a server of these routes; a handler that throws answers with its problem, and 500 for what nobody foresaw. */
export function createRoutedServer(routes: Routes): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://lab')
    const handler = findHandler(routes, request.method ?? 'GET', url.pathname)
    Promise.resolve()
      .then(() => {
        if (handler === null) throw new HttpProblem(404, `there is no \`${request.method} ${url.pathname}\` here`)
        return handler(request, response, url)
      })
      .catch((error: unknown) => answerProblem(response, error))
  })
}

function findHandler(routes: Routes, method: string, path: string): Handler | null {
  const exact = routes[`${method} ${path}`]
  if (exact !== undefined) return exact
  const below = Object.keys(routes).find(
    (key) => key.endsWith('/*') && `${method} ${path}`.startsWith(key.slice(0, -1)),
  )
  return below === undefined ? null : (routes[below] ?? null)
}

export function answerProblem(response: ServerResponse, error: unknown): void {
  const status = error instanceof HttpProblem ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  // A stream that has begun cannot become an error any more: it is cut, and the client sees it cut.
  if (response.headersSent) response.destroy()
  else sendJson(response, status, { error: message })
}

export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limitBytes) throw new HttpProblem(413, `the body is larger than ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export async function readJson(request: IncomingMessage, limitBytes: number): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse((await readBody(request, limitBytes)).toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    if (error instanceof HttpProblem) throw error
  }
  throw new HttpProblem(400, 'the body is not a JSON object')
}

/** Resolves once the server listens on this port of the loopback interface; rejects where the port is taken. */
export const listenLocally = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
