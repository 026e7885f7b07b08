import { connect } from 'node:net'
import { unavailable } from '../wrapping/action-failure.ts'

/** Opens one TCP connection and closes it. Fails: unavailable. */
export async function connectOnce(address: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const { hostname, port, protocol } = new URL(address)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    signal: limit,
  })
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(`\`${address}\` took no connection within ${timeoutMs} ms`, error)
  } finally {
    socket.destroy()
  }
}
