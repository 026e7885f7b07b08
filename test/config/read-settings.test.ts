import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeAddresses } from '../../src/config/addresses.ts'
import { LAYERS, layerSettings, type Layer } from '../../src/config/layer-settings.ts'
import { readSettings, readSettingsWithOrigins } from '../../src/config/read-settings.ts'
import { SETTINGS } from '../../src/config/setting-table.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('in every combination of layers the first one that has a value wins, for every setting', () => {
  const present = fc.record(
    Object.fromEntries(LAYERS.map((layer) => [layer, fc.boolean()])) as Record<Layer, fc.Arbitrary<boolean>>,
  )
  fc.assert(
    fc.property(fc.constantFrom(...SETTINGS), present, ({ name, kind }, has) => {
      const valueIn = (layer: Layer): string => {
        if (kind === 'port') return String(7000 + LAYERS.indexOf(layer))
        if (name === 'log.level')
          return (['debug', 'info', 'warn', 'error', 'info'] as const)[LAYERS.indexOf(layer)] ?? ''
        if (name === 'log.format') return LAYERS.indexOf(layer) % 2 === 0 ? 'json' : 'pretty'
        if (name === 'insecureDev') return LAYERS.indexOf(layer) % 2 === 0 ? 'yes' : 'no'
        return `/${layer}`
      }
      const layers = Object.fromEntries(
        LAYERS.filter((layer) => has[layer]).map((layer) => [
          layer,
          { values: { [name]: valueIn(layer) }, folder: '/' },
        ]),
      )
      const first = LAYERS.find((layer) => has[layer])
      expect(layerSettings(layers)[name]).toEqual(first === undefined ? null : { layer: first, value: valueIn(first) })
    }),
    { numRuns: 500 },
  )
})

test('the variable beats the defaults, a flag beats the variable, and each value knows where it came from', async () => {
  const environment = { PHIX_DATA_FOLDER: folder, PHIX_SERVER_PORT: '7801', PHIX_PERSON: 'anna' }
  const { settings, origins } = await readSettingsWithOrigins({ environment, folder, flags: { person: 'ben' } })
  expect(settings).toMatchObject({ dataFolder: folder, server: { port: 7801 }, person: 'ben' })
  expect(origins).toMatchObject({ person: 'flag', 'server.port': 'environment', journal: 'default' })
  expect(settings.journal).toBe(`sqlite:${join(folder, 'journal.db')}`)
})

test('an empty variable counts as not set; a relative path is relative to where the command was typed', async () => {
  const settings = await readSettings({ environment: { PHIX_PERSON: '', PHIX_DATA_FOLDER: 'here' }, folder })
  expect(settings.person).not.toBe('')
  expect(settings.dataFolder).toBe(join(folder, 'here'))
})

test('a second terminal finds a running `phix up`, unless it is told otherwise', async () => {
  writeAddresses(folder, {
    temporal: { address: '127.0.0.1:4001', uiAddress: 'http://127.0.0.1:4002' },
    server: { host: '127.0.0.1', port: 4003 },
  })
  const environment = { PHIX_DATA_FOLDER: folder }
  expect(await readSettings({ environment, folder })).toMatchObject({
    temporal: { address: '127.0.0.1:4001', uiAddress: 'http://127.0.0.1:4002', external: false },
    server: { port: 4003 },
  })
  const told = await readSettings({ environment: { ...environment, PHIX_TEMPORAL_ADDRESS: 'other:7233' }, folder })
  expect(told.temporal).toMatchObject({ address: 'other:7233', external: true, uiAddress: null })
})

test('Temporal’s own variables point at an existing cluster', async () => {
  const environment = { PHIX_DATA_FOLDER: folder, TEMPORAL_ADDRESS: 'prod.example:7233', TEMPORAL_NAMESPACE: 'ops' }
  expect((await readSettings({ environment, folder })).temporal).toEqual({
    address: 'prod.example:7233',
    namespace: 'ops',
    uiAddress: null,
    external: true,
  })
})

test.each([
  [{ PHIX_SERVER_PORT: 'high' }, /PHIX_SERVER_PORT is `high`; it must be a port/],
  [{ PHIX_SERVER_PORT: '70000' }, /must be a port/],
  [{ PHIX_LOG_LEVEL: 'loud' }, /PHIX_LOG_LEVEL is `loud`; it must be one of debug/],
  [{ PHIX_FAILPOINT: 'sometimes' }, /write `before-effect` or `after-effect`/],
])('a setting that cannot be is refused with the place to mend it: %j', async (environment, message) => {
  await expect(readSettings({ environment: { PHIX_DATA_FOLDER: folder, ...environment }, folder })).rejects.toThrow(
    message,
  )
})
