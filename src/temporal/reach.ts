// Is anything there at all? A refused connection is known at once; the client itself would try for its whole deadline.
import { connect } from 'node:net'
import { EngineError } from './engine.ts'

const REACH_MS = 1_500

/** Resolves where something listens. Fails: unreachable. */
export async function reachServer(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`)
  const why = await new Promise<string | null>((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
    const settle = (answer: string | null): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(REACH_MS, () => settle('nothing answers there'))
    socket.once('connect', () => settle(null))
    socket.once('error', () => settle('nothing listens there'))
  })
  if (why !== null) throw new EngineError('unreachable', `could not reach Temporal at \`${address}\`: ${why}`)
}
