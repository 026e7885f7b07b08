import { Agent, request } from 'undici'
import type { Canary, Node } from '../../src/inventory/inventory.ts'

const LIMIT_MS = 2_000

/**
 * Sends one real request to a node; true where it is served whole, false where it fails or takes too long.
 * Why whole: an answer that breaks off in the middle is an error of whoever asked.
 */
export async function sendCanary(node: Node, canary: Canary, signal: AbortSignal): Promise<boolean> {
  const agent = new Agent({ connections: 1 })
  try {
    const { statusCode, body } = await request(new URL(canary.path, node.address), {
      dispatcher: agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
      ...(canary.body === null
        ? { method: 'GET' as const }
        : {
            method: 'POST' as const,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(canary.body),
          }),
    })
    await body.dump({ limit: 1024 * 1024 })
    return statusCode < 500
  } catch {
    signal.throwIfAborted()
    return false
  } finally {
    await agent.destroy()
  }
}
