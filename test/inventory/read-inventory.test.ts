import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openInventoryFile, readInventoryFile } from '../../src/inventory/inventory-file.ts'
import { readInventory } from '../../src/inventory/read-inventory.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import { INVENTORY } from '../../src/schema/inventory.ts'

const read = (text: string): ReturnType<typeof readInventory> =>
  readInventory({ path: '/etc/phix/inventory.yaml', bytes: new TextEncoder().encode(text) })

const MINIMAL = `clusters:
  - name: ollama
    nodes:
      - { name: node-1, address: "http://127.0.0.1:5101" }
      - { name: node-2, address: "http://127.0.0.1:5102/", aliases: ["node-2:9100"] }
    services:
      - name: ollama
        members: [node-1, node-2]
        control: { kind: process, command: [node, server.mjs], stateFolder: state }
`

/** Reads a text in which «…» marks what must be pointed at. */
function mistakeIn(marked: string): { readonly found: readonly string[]; readonly expected: string } {
  const [before = '', inside = '', after = ''] = marked.split(/[«»]/)
  const result = read(before + inside + after)
  const lines = before.split('\n')
  return {
    found: result.ok ? [] : result.errors.map(({ code, at }) => `${code} ${at.line}:${at.column}`),
    expected: `${lines.length}:${(lines.at(-1) ?? '').length + 1}`,
  }
}

describe('an inventory', () => {
  test('says which nodes are of the control plane, and when a node is called flapping', () => {
    const text = MINIMAL.replace('name: node-1, ', 'name: node-1, controlPlane: true, ')
    const result = read(`${text}    guard: { flapping: { turns: 4, windowMs: 5m } }\n`)
    expect(result.ok && result.inventory.clusters[0]).toMatchObject({
      nodes: [{ name: 'node-1', controlPlane: true }, { name: 'node-2' }],
      guard: { flapping: { turns: 4, windowMs: 300_000, startsPerHour: 2 } },
    })
  })
  test('declares degraded modes and emergency values, and warns of each value that makes it less safe', () => {
    const result = read(`${MINIMAL}    modes:
      - name: reduced-service
        summary: Batch work waits while the cluster heals.
        lost: [batch]
        kept: [chat, health]
        clearWhen: cluster.ill == 0
        forMs: 30s
        longestMs: 1h
      - { name: read-only, summary: Nothing is written. }
    adaptations:
      - while: { symptom: cascading-failure }
        set: { guard.keepHealthy: 60%, guard.cooldownMs: 30s, guard.runsInFlight: 2, breaker.failures: 3 }
      - while: { mode: read-only }
        set: { breaker.openMs: 1s, breaker.failures: 6 }
        backAfterMs: 0
`)
    expect(result.ok && result.inventory.clusters[0]).toMatchObject({
      modes: [
        {
          ...{ name: 'reduced-service', lost: ['batch'], kept: ['chat', 'health'], clearWhen: 'cluster.ill == 0' },
          ...{ forMs: 30_000, longestMs: 3_600_000 },
        },
        { name: 'read-only', lost: [], kept: [], clearWhen: null, forMs: 60_000, longestMs: null },
      ],
      adaptations: [
        {
          while: { symptom: 'cascading-failure' },
          set: {
            ...{ 'guard.keepHealthy': 0.6, 'guard.cooldownMs': 30_000 },
            ...{ 'guard.runsInFlight': 2, 'breaker.failures': 3 },
          },
          backAfterMs: 60_000,
        },
        { while: { mode: 'read-only' }, set: { 'breaker.openMs': 1_000, 'breaker.failures': 6 }, backAfterMs: 0 },
      ],
    })
    expect(result.ok && result.warnings.map(({ code, message }) => `${code} ${/`(.*?)`/.exec(message)?.[1]}`)).toEqual([
      'RB410 guard.keepHealthy',
      'RB410 guard.cooldownMs',
      'RB410 breaker.openMs',
      'RB410 breaker.failures',
    ])
  })
  test('means its defaults where it says nothing', () => {
    const result = read(MINIMAL)
    expect(result.ok && result.inventory).toEqual({
      version: 1,
      acceptance: false,
      groups: [],
      clusters: [
        {
          name: 'ollama',
          nodes: [
            { name: 'node-1', address: 'http://127.0.0.1:5101', zone: null, aliases: [], spare: false },
            { name: 'node-2', address: 'http://127.0.0.1:5102', zone: null, aliases: ['node-2:9100'], spare: false },
          ],
          services: [
            {
              name: 'ollama',
              members: ['node-1', 'node-2'],
              control: {
                kind: 'process',
                command: ['node', 'server.mjs'],
                cwd: null,
                env: {},
                stateFolder: '/etc/phix/state',
                stopGraceMs: 10_000,
              },
              balancer: null,
              replicas: { min: 1, max: 2 },
            },
          ],
          heartbeat: { kind: 'http', path: '/api/v1/health', intervalMs: 1_000, timeoutMs: 800 },
          detector: {
            model: 'calibrated',
            windowSize: 200,
            minDeviationMs: 400,
            pauseMs: 0,
            suspectPhi: 4,
            failedPhi: 6,
          },
          guard: { runsInFlight: 3, startsPerMinute: 10, override: null },
          page: [],
        },
      ],
    })
  })

  test('takes durations and whole milliseconds alike, and null where nothing is meant', () => {
    const result = read(`${MINIMAL}    heartbeat: { intervalMs: 2s, timeoutMs: 500 }\n    guard: { override: null }\n`)
    expect(result.ok && result.inventory.clusters[0]?.heartbeat).toMatchObject({ intervalMs: 2_000, timeoutMs: 500 })
  })

  test('every key that may be left out says its default and what it is for', () => {
    const undocumented: string[] = []
    const visit = (schema: JsonObject, path: string): void => {
      const required = (schema['required'] ?? []) as readonly string[]
      for (const [key, value] of Object.entries((schema['properties'] ?? {}) as JsonObject)) {
        const property = value as JsonObject
        if (!required.includes(key) && (property['description'] === undefined || !('default' in property)))
          undocumented.push(`${path}${key}`)
        visit(property, `${path}${key}.`)
        if (property['items'] !== undefined) visit(property['items'] as JsonObject, `${path}${key}[].`)
      }
    }
    visit(INVENTORY, '')
    expect(undocumented).toEqual([])
  })

  test('a classical model keeps the thresholds it is known for, unless the inventory says others', () => {
    const thresholds = (detector: string) => {
      const result = read(`${MINIMAL}    detector: ${detector}\n`)
      const { suspectPhi, failedPhi } = (result.ok && result.inventory.clusters[0]?.detector) || {}
      return [suspectPhi, failedPhi]
    }
    expect(thresholds('{ model: akka-logistic }')).toEqual([8, 16])
    expect(thresholds('{ model: calibrated }')).toEqual([4, 6])
    expect(thresholds('{ model: ex-gaussian, suspectPhi: 5 }')).toEqual([5, 16])
    expect(thresholds('{ suspectPhi: 5 }')).toEqual([5, 6])
  })

  const withModes = (more: string): string =>
    `${MINIMAL}    modes:\n      - name: calm\n        summary: All is calm.\n${more}`

  const mistakes: Readonly<Record<string, readonly [string, string]>> = {
    'an unknown key': ['RB201', MINIMAL.replace('members:', '«membrs»:')],
    'an unknown key of a node': ['RB201', MINIMAL.replace('{ name: node-1,', '{ name: node-1, «adress»: x,')],
    'a missing address': [
      'RB202',
      MINIMAL.replace('{ name: node-1, address: "http://127.0.0.1:5101" }', '{ «name»: node-1 }'),
    ],
    'an address that is none': ['RB204', MINIMAL.replace('"http://127.0.0.1:5101"', '«127.0.0.1:5101»')],
    'an address with a password': [
      'RB204',
      MINIMAL.replace('"http://127.0.0.1:5101"', '«"http://a:b@127.0.0.1:5101"»'),
    ],
    'a command as one text': ['RB203', MINIMAL.replace('[node, server.mjs]', '«node server.mjs»')],
    'a node twice': [
      'RB401',
      MINIMAL.replace('    services', '      - { name: «node-1», address: "http://x" }\n    services'),
    ],
    'an alias that is the name of another node': ['RB401', MINIMAL.replace('"node-2:9100"', '«node-1»')],
    'a member that is no node': ['RB402', MINIMAL.replace('[node-1, node-2]', '[node-1, «node-3»]')],
    'a member twice': ['RB401', MINIMAL.replace('[node-1, node-2]', '[node-1, «node-1»]')],
    'more replicas at least than at most': ['RB403', `${MINIMAL}        replicas: { «min»: 3, max: 2 }\n`],
    'suspect above what failed is by default': ['RB403', `${MINIMAL}    detector: { «suspectPhi»: 8 }\n`],
    'suspect above failed': ['RB403', `${MINIMAL}    detector: { «suspectPhi»: 20 }\n`],
    'an interval out of range': ['RB204', `${MINIMAL}    heartbeat: { intervalMs: «1ms» }\n`.replace('«1ms»', '«1»')],
    'a model that is none': ['RB204', `${MINIMAL}    detector: { model: «gauss» }\n`],
    'loosened guards without saying so': ['RB202', `${MINIMAL}    guard: { «override»: { attempts: 100 } }\n`],
    'a cluster twice': ['RB401', `${MINIMAL}  - name: «ollama»\n    nodes: [{ name: a, address: "http://a" }]\n`],
    'a list': ['RB203', '«- a»\n'],
    'a mode twice': ['RB401', withModes('      - { name: «calm», summary: Also calm. }\n')],
    'an end of a mode that names what is not there': ['RB302', withModes('        clearWhen: «target».phi < 1\n')],
    'an end of a mode that is no condition': ['RB305', withModes('        clearWhen: «cluster.ill»\n')],
    'an adaptation for a mode that is none': [
      'RB409',
      withModes('    adaptations: [{ while: { mode: «clam» }, set: { breaker.failures: 3 } }]\n'),
    ],
    'an adaptation for two states': [
      'RB202',
      withModes('    adaptations: [{ while: «{ mode: calm, symptom: x }», set: { breaker.failures: 3 } }]\n'),
    ],
    'an adaptation of what is not read at run time': [
      'RB201',
      withModes('    adaptations: [{ while: { mode: calm }, set: { «heartbeat.intervalMs»: 30s } }]\n'),
    ],
  }
  test.each(Object.entries(mistakes))('%s is one message at its place', (_, [code, text]) => {
    const { found, expected } = mistakeIn(text)
    expect(found).toEqual([`${code} ${expected}`])
  })
})

describe('an inventory file', () => {
  test('keeps the last good version, and says what is wrong with the new one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'phix-inventory-'))
    try {
      const path = join(folder, 'inventory.yaml')
      writeFileSync(path, MINIMAL)
      const file = openInventoryFile(path)
      const before = file.inventory()
      expect(file.diagnostics()).toEqual([])
      writeFileSync(path, MINIMAL.replace('node-2]', 'node-9]'))
      expect(file.reload().map(({ code }) => code)).toEqual(['RB402', 'RB408'])
      expect(file.inventory()).toBe(before)
      rmSync(path)
      expect(file.reload().map(({ code }) => code)).toEqual(['RB101', 'RB408'])
      writeFileSync(path, MINIMAL.replace('127.0.0.1:5101', '127.0.0.1:5999'))
      expect(file.reload()).toEqual([])
      expect(file.inventory()?.clusters[0]?.nodes[0]?.address).toBe('http://127.0.0.1:5999')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('that was never good has no inventory', () => {
    expect(openInventoryFile('/no/such/file.yaml').inventory()).toBeNull()
    const result = readInventoryFile('/')
    expect(result.ok || result.errors[0]?.message).toBe('the file cannot be read: it is a directory')
  })
})
