// FAKES: what the HTTP server reads, without an engine or a journal behind it.
import type { ApiDeps } from '../../src/api/api-deps.ts'
import { createFakeEngine, createFakeJournal, createWorld, fakeCheckpoint, type World } from '../cli/fakes.ts'

export const TOKEN = 'a-token-of-at-least-thirty-two-characters'

export function createFakeApiDeps(world: World = createWorld()): ApiDeps {
  return {
    version: '0.1.0',
    token: TOKEN,
    inventory: () => world.inventory,
    engine: createFakeEngine(world),
    journal: createFakeJournal(world),
    checkpoints: async () => [fakeCheckpoint],
    metrics: { contentType: 'text/plain; version=0.0.4', text: async () => 'phix_engine_up 1\n' },
    hooks: null,
    log: { error: () => undefined },
  }
}
