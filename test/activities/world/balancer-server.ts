import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestStats } from '../../../activities/controls/balancer.ts'

interface Backend {
  name: string
  url: string
  state: 'in' | 'out'
  weight: number
}

/** A balancer's admin API over real HTTP, with what it was asked, and moods in which it hangs or only pretends. */
export async function startBalancer(first: readonly Backend[]) {
  const backends: Backend[] = first.map((backend) => ({ ...backend }))
  const asked: string[] = []
  const mood: { is: 'well' | 'hanging' | 'pretending' } = { is: 'well' }
  const stats: RequestStats = { count: 0, errors: 0, success_rate: null, rate: 0, p50_ms: null, p99_ms: null, by: {} }
  const told = { stats }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
    asked.push(`${request.method} ${request.url}`)
    if (mood.is === 'hanging') return
    const url = new URL(request.url ?? '/', 'http://balancer')
    const name = /^\/backends\/([\w.-]+)$/.exec(url.pathname)?.[1]
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.method === 'GET' && url.pathname === '/backends') return answer(200, { backends })
    if (request.method === 'GET' && url.pathname === '/stats') return answer(200, told.stats)
    if (request.method === 'PUT' && name !== undefined) {
      const wanted = JSON.parse(text) as Partial<Backend>
      const before = backends.find((backend) => backend.name === name)
      if (mood.is !== 'pretending') {
        if (before === undefined) backends.push({ name, url: wanted.url ?? '', state: wanted.state ?? 'in', weight: 1 })
        else Object.assign(before, wanted)
      }
      return answer(200, { before: before ?? null, after: wanted })
    }
    return answer(404, {})
  }
  const server = createServer((request, response) => void handle(request, response))
  const address = await listen(server)
  return { backends, asked, mood, told, address, close: () => closeServer(server) }
}

export async function listen(server: Server, host = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
