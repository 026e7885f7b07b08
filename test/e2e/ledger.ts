// What happened in the world, written outside Phix: one line in a file for each effect, by a plain HTTP server and by
// the processes themselves.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Ledger {
  readonly file: string
  readonly url: string
  readonly host: string
  lines(): readonly string[]
  /** How many lines are exactly this one. */
  count(line: string): number
  /** Answers to this path are held back until `release`, after the line was written. */
  hold(path: string): void
  release(): void
  close(): Promise<void>
}

/** Starts a server that writes `<method> <path>` for each request, then answers 200. */
export async function startLedger(file: string): Promise<Ledger> {
  const held = new Set<string>()
  const waiting: (() => void)[] = []
  const server = createServer((request, response) => {
    appendFileSync(file, `${request.method} ${request.url}\n`)
    const answer = (): void => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}')
    request.resume()
    if (held.has(request.url ?? '')) waiting.push(answer)
    else answer()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const lines = (): readonly string[] =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  return {
    file,
    url: `http://${host}`,
    host,
    lines,
    count: (line) => lines().filter((each) => each === line).length,
    hold: (path) => void held.add(path),
    release() {
      held.clear()
      for (const answer of waiting.splice(0)) answer()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
