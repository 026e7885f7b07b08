// Asks a node for a sign of life, on a connection that is kept; and directly, on a fresh one with more patience. The
// second is what condemns: silence on an old connection may be the connection's fault.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { Agent, request } from 'undici'
import type { HeartbeatSource, Node } from '../../src/inventory/inventory.ts'

export interface Sign {
  readonly isAlive: boolean
  /** What was seen, one short sentence. */
  readonly evidence: string
}

export interface Prober {
  /** The regular heartbeat. Never rejects. */
  pull(node: Node, source: HeartbeatSource): Promise<Sign>
  /** The independent second look. Never rejects. */
  probe(node: Node, source: HeartbeatSource): Promise<Sign>
  close(): Promise<void>
}

/** A direct probe waits this much longer than a heartbeat: slow is not dead. */
const PATIENCE = 2

export function createProber(): Prober {
  const agent = new Agent({ connections: 1, pipelining: 1 })
  return {
    async pull(node, source) {
      if (source.kind === 'tcp') return knock(node, source.timeoutMs)
      try {
        const { statusCode, body } = await request(new URL(source.path, node.address), {
          dispatcher: agent,
          signal: AbortSignal.timeout(source.timeoutMs),
        })
        await body.dump()
        return signOf(statusCode)
      } catch (error) {
        return silence(error)
      }
    },
    probe: (node, source) =>
      source.kind === 'tcp'
        ? knock(node, source.timeoutMs * PATIENCE)
        : askAnew(new URL(source.path, node.address), source.timeoutMs * PATIENCE),
    close: () => agent.destroy(),
  }
}

const signOf = (status: number): Sign => ({
  isAlive: status >= 200 && status < 300,
  evidence: `it answers ${status}`,
})

/** One request on a connection of its own, name resolution included. */
function askAnew(url: URL, timeoutMs: number): Promise<Sign> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest
    const sent = ask(url, { agent: false, signal, headers: { connection: 'close' } }, (response) => {
      response.resume()
      response.once('end', () => resolve(signOf(response.statusCode ?? 0)))
      response.once('error', (error) => resolve(silence(error)))
    })
    sent.once('error', (error) => resolve(silence(error)))
    sent.end()
  })
}

function knock(node: Node, timeoutMs: number): Promise<Sign> {
  return new Promise((resolve) => {
    const { hostname, port, protocol } = new URL(node.address)
    const socket = connect({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) })
    const answer = (sign: Sign): void => {
      socket.destroy()
      resolve(sign)
    }
    socket.setTimeout(timeoutMs, () => answer({ isAlive: false, evidence: `no connection within ${timeoutMs} ms` }))
    socket.once('connect', () => answer({ isAlive: true, evidence: 'it takes connections' }))
    socket.once('error', (error) => answer(silence(error)))
  })
}

function silence(error: unknown): Sign {
  const { name, code, message } = error as { name?: string; code?: string; message?: string }
  if (name === 'TimeoutError' || name === 'AbortError') return { isAlive: false, evidence: 'no answer in time' }
  if (code === 'ECONNREFUSED') return { isAlive: false, evidence: 'connection refused' }
  return { isAlive: false, evidence: `no answer: ${code ?? message ?? 'unknown'}`.slice(0, 200) }
}
