// A network between Phix and the lab's nodes that loses some of the answers to health questions: they are asked, and nothing
// ever comes back. Clients and the balancer do not go through it.
import { createServer, request as requestTo, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LabLayout } from '../../src/lab/layout.ts'

const HEALTH = '/api/v1/health'

export interface LossyNetwork {
  /** The same nodes, reached through the network. */
  readonly layout: LabLayout
  readonly passed: () => number
  readonly lost: () => number
  close(): Promise<void>
}

/** Lays one line to each node; `share` of the health questions is lost. */
export async function startLossyNetwork(layout: LabLayout, share: number, random: () => number): Promise<LossyNetwork> {
  let passed = 0
  let lost = 0
  const isLost = (): boolean => {
    const loses = random() < share
    if (loses) lost += 1
    else passed += 1
    return loses
  }
  const lines = await Promise.all(layout.nodes.map(({ address }) => layLine(address, isLost)))
  const nodes = layout.nodes.map((node, index) => ({ ...node, address: addressOf(lines[index] as Server) }))
  return {
    layout: { ...layout, nodes },
    passed: () => passed,
    lost: () => lost,
    async close() {
      for (const line of lines) line.closeAllConnections()
      await Promise.all(lines.map((line) => new Promise((done) => line.close(done))))
    },
  }
}

async function layLine(address: string, isLost: () => boolean): Promise<Server> {
  const line = createServer((request, response) => {
    const { method, headers, url = '/' } = request
    // Whoever asked gives up; until then the connection stays as it is.
    if (url === HEALTH && isLost()) return
    const passing = requestTo(new URL(url, address), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passing.on('error', () => request.socket.destroy())
    response.once('close', () => passing.destroy())
    request.pipe(passing)
  })
  await new Promise<void>((done) => line.listen(0, '127.0.0.1', done))
  return line
}

const addressOf = (line: Server): string => `http://127.0.0.1:${(line.address() as AddressInfo).port}`
