import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, object, text } from '../wrapping/schema-words.ts'

export const modeSet: ActionManifest = {
  name: 'mode.set',
  summary: 'Enter or leave a degraded mode',
  effect: 'change',
  idempotency: 'yes',
  undo: {
    action: 'mode.set',
    with: { mode: 'output.mode', active: 'output.held', reason: '"undo"' },
  },
  input: object(
    {
      mode: text('name of the mode', { pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', maxLength: 64 }),
      active: bool('enter it, or leave it'),
    },
    { reason: text('for the person who reads it later', { maxLength: 500 }) },
  ),
  output: object({
    mode: text('name of the mode'),
    active: bool('it is active now: others may hold it'),
    before: bool('it was active before'),
    held: bool('what undo goes back to: this run held it already, or let something go'),
  }),
  timeoutMs: 10_000,
  heartbeatMs: 2_000,
  targets: [],
}

export const modeManifests: readonly ActionManifest[] = [modeSet]
