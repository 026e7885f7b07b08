// What other systems read at GET /modes, while the detector answers and while it does not.
import { expect, test } from 'vitest'
import { createApp } from '../../src/api/create-app.ts'
import type { DetectorPort } from '../../src/guard/detector-port.ts'
import { modesTarget } from '../../src/guard/modes.ts'
import type { StandingMode } from '../../src/guard/protocol.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import { createWorld } from '../cli/fakes.ts'
import { createFakeApiDeps, TOKEN } from './fakes.ts'

const NOW = 1_790_000_000_000
const inventory = {
  version: 1,
  clusters: [
    {
      name: 'ollama',
      modes: [
        { name: 'read-only', summary: 'Nothing is written.', lost: ['writes'], kept: ['reads'] },
        { name: 'reduced-service', summary: 'Batch work waits.', lost: ['batch'], kept: [] },
      ],
    },
  ],
} as unknown as Inventory
const standing: StandingMode = {
  mode: 'read-only',
  since: NOW - 60_000,
  toldAt: null,
  heldBy: [{ kind: 'person', name: 'ada', why: 'migration', at: NOW - 60_000 }],
}

const appOf = (state: DetectorPort['state'], written: readonly Partial<JournalRecord>[] = []) => {
  const deps = createFakeApiDeps(createWorld())
  const journal = { ...deps.journal, read: async () => written } as unknown as Journal
  const engine = { ...deps.engine, detector: { ...deps.engine.detector, state } }
  return createApp({ ...deps, inventory: () => inventory, engine, journal, now: () => NOW })
}
const answering = (modes: readonly StandingMode[]): DetectorPort['state'] =>
  (async () => ({ at: NOW, modes, adapted: [] })) as unknown as DetectorPort['state']
const away: DetectorPort['state'] = () => Promise.reject(new Error('away'))

const ask = (app: ReturnType<typeof appOf>, path = '/modes', more: Readonly<Record<string, string>> = {}) =>
  app.request(path, { headers: { authorization: `Bearer ${TOKEN}`, ...more } })

test('tells every declared mode, on or off, who holds it and what is lost and kept', async () => {
  const answer = await ask(appOf(answering([standing])))
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({
    stale: false,
    clusters: [
      {
        name: 'ollama',
        modes: [
          { name: 'read-only', on: true, since: NOW - 60_000, heldBy: [{ name: 'ada' }], lost: ['writes'] },
          { name: 'reduced-service', on: false, since: null, heldBy: [], lost: ['batch'] },
        ],
      },
    ],
  })
})

test('says 304 to who knows already, and tells again once a mode has changed', async () => {
  const first = await ask(appOf(answering([standing])))
  const etag = first.headers.get('etag') ?? ''
  expect((await ask(appOf(answering([standing])), '/modes', { 'if-none-match': etag })).status).toBe(304)
  expect((await ask(appOf(answering([])), '/modes', { 'if-none-match': etag })).status).toBe(200)
})

test('tells what the journal had last, and how old it is, while the detector is away', async () => {
  const entry = {
    kind: 'audit',
    at: NOW - 5_000,
    target: modesTarget('ollama'),
    body: { standing: [standing], adapted: [] },
  } as unknown as JournalRecord
  const answer = await ask(appOf(away, [entry]))
  expect(await answer.json()).toMatchObject({
    stale: true,
    clusters: [{ stale: true, ageMs: 5_000, modes: [{ name: 'read-only', on: true }, { on: false }] }],
  })
})

test('needs the token, and knows no cluster that the inventory does not have', async () => {
  const app = appOf(answering([]))
  expect((await app.request('/modes')).status).toBe(401)
  expect((await ask(app, '/modes?cluster=other')).status).toBe(404)
})
