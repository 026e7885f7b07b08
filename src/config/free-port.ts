// Picks ports of this machine's loopback. Nothing here keeps a port: who asks must listen at once.
import { createServer } from 'node:net'

/** Answers a port of 127.0.0.1 that is free now, chosen by the operating system. */
export const freePort = (): Promise<number> => tryPort(0).then((port) => port ?? freePort())

/** Answers the wanted port where it is free, else one that is. */
export const freePortNear = async (wanted: number): Promise<number> => (await tryPort(wanted)) ?? (await freePort())

/** Answers the port when it can be listened on, else null. */
export function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
    })
  })
}
