// Sends a client's request to one backend and streams both ways. One try: a refused connection, a 5xx, silence and a cut
// stream are the client's errors and are counted as such, because errors must be visible.
import { Agent, request as requestTo, type IncomingMessage, type ServerResponse } from 'node:http'
import { sendJson } from '../http-answers.ts'

/** No byte for so long is an error. */
const SILENCE_MS = 2_000
const agent = new Agent({ keepAlive: false })

/** Resolves when the exchange is over, with whether it failed. */
export function routeTo(
  url: string,
  client: IncomingMessage,
  response: ServerResponse,
): Promise<{ readonly failed: boolean }> {
  return new Promise((resolve) => {
    const target = new URL(client.url ?? '/', url)
    const { connection: _connection, ...headers } = client.headers
    const sent = requestTo(target, { method: client.method, headers, agent, timeout: SILENCE_MS }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => response.destroy())
      answer.on('aborted', () => response.destroy())
      answer.pipe(response)
    })
    const fail = (status: number, error: string): void => {
      if (response.headersSent) response.destroy()
      else sendJson(response, status, { error })
    }
    sent.on('timeout', () => {
      fail(504, `no answer within ${SILENCE_MS} ms`)
      sent.destroy()
    })
    sent.on('error', (error: NodeJS.ErrnoException) => fail(502, `the backend cannot be reached (${error.code})`))
    response.once('close', () => {
      sent.destroy()
      resolve({ failed: response.statusCode >= 500 || !response.writableFinished })
    })
    client.pipe(sent)
  })
}
