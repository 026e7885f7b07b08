import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettingsWithOrigins } from '../../src/config/read-settings.ts'
import { chooseAddresses } from '../../src/main/choose-addresses.ts'

let taken: Server
let port: number
beforeEach(async () => {
  taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterEach(() => taken.close())

test('a port that was asked for and is taken is refused by its number, with how to change it', async () => {
  const environment = { PHIX_SERVER_PORT: String(port) }
  const read = await readSettingsWithOrigins({ environment, folder: tmpdir() })
  await expect(chooseAddresses(read)).rejects.toThrow(new RegExp(`port ${port} is taken.*PHIX_SERVER_PORT`))
})

test('a port that nobody asked for gives way to a free one', async () => {
  const read = await readSettingsWithOrigins({ environment: {}, folder: tmpdir() })
  const { settings } = read
  const kept = { ...read, settings: { ...settings, server: { ...settings.server, port } } }
  const { server } = await chooseAddresses(kept)
  expect(server.port).not.toBe(port)
  expect(server.port).toBeGreaterThan(0)
})
