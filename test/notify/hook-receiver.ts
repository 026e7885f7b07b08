// A real HTTP receiver of webhooks that keeps what it is given.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly at: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export async function startHookReceiver() {
  const received: Received[] = []
  const mood: { status: number; isSilent: boolean } = { status: 200, isSilent: false }
  const unanswered = new Set<ServerResponse>()
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
    if (mood.isSilent) return void unanswered.add(response)
    if (mood.status < 300) received.push({ at: Date.now(), headers: request.headers, body })
    response.writeHead(mood.status, mood.status === 302 ? { location: '/elsewhere' } : {}).end()
  }
  const server = createServer((request, response) => void receive(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    mood,
    async stop() {
      for (const response of unanswered) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
