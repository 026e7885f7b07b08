import { expect, test } from 'vitest'
import { readSettingsFile, readSettingsSource } from '../../src/config/read-settings-file.ts'

const read = (text: string): ReturnType<typeof readSettingsSource> =>
  readSettingsSource({ path: 'phix.config.yaml', bytes: new TextEncoder().encode(text) })

test('a settings file sets values by their dotted names', () => {
  const text = 'temporal: { address: "127.0.0.1:7233" }\nserver: { port: 7080 }\nperson: alex\nallowedHosts: [a, b]\n'
  expect(read(text)).toEqual({
    ok: true,
    values: { 'temporal.address': '127.0.0.1:7233', 'server.port': '7080', person: 'alex', allowedHosts: 'a,b' },
  })
})

test('a settings file of comments sets nothing', () => expect(read('# nothing\n')).toEqual({ ok: true, values: {} }))

test('mistakes are told like those of a runbook', () => {
  const result = read('server: { prt: 1 }\nlog: { level: loud }\njournal: mysql://x\n')
  expect(result.ok || result.errors.map(({ code, at, help }) => `${at.line}:${at.column} ${code} ${help}`)).toEqual([
    '1:11 RB201 did you mean `port`?',
    '2:15 RB204 null',
    '3:10 RB204 null',
  ])
})

test('a settings file that is not there is one mistake', () => {
  const result = readSettingsFile('/no/such/phix.config.yaml')
  expect(result.ok || result.errors.map(({ code }) => code)).toEqual(['RB101'])
})
