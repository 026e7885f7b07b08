// The open listener of a process: four paths, GET only, and a port that gives way.
import { afterEach, expect, test } from 'vitest'
import { serveVitals, type VitalsServer } from '../../src/telemetry/serve-vitals.ts'

const opened: VitalsServer[] = []
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})
let isReady = false
const vitals = {
  isStarted: () => true,
  isReady: () => isReady,
  metrics: { contentType: 'text/plain; version=0.0.4', text: async () => 'up 1\n' },
}
const open = async (port: number, mayMove = true): Promise<VitalsServer> => {
  const server = await serveVitals(vitals, { host: '127.0.0.1', port, mayMove })
  opened.push(server)
  return server
}

test('it says what is true now', async () => {
  const { address } = await open(0)
  const status = async (path: string): Promise<number> => (await fetch(`${address}${path}`)).status
  expect([await status('/healthz'), await status('/startupz'), await status('/readyz')]).toEqual([200, 200, 503])
  isReady = true
  expect(await status('/readyz')).toBe(200)
  expect(await (await fetch(`${address}/metrics`)).text()).toBe('up 1\n')
})

test('nothing else exists', async () => {
  const { address } = await open(0)
  for (const path of ['/', '/metrics/', '/metrics?x=1', '/healthz/..', '/status'])
    expect((await fetch(`${address}${path}`)).status, path).toBe(404)
  expect((await fetch(`${address}/metrics`, { method: 'POST' })).status).toBe(405)
})

test('a port that is taken gives way to a free one, unless it must be this one', async () => {
  const first = await open(0)
  const port = Number(new URL(first.address).port)
  const second = await open(port)
  expect(second.address).not.toBe(first.address)
  await expect(open(port, false)).rejects.toThrow(/EADDRINUSE/)
})
