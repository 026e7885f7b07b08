import type { ActionManifest } from '../../src/plan/manifest.ts'
import { int, list, object, target, text } from '../wrapping/schema-words.ts'

const input = object({ target: target('the node, service or cluster that the calls go to') })
const breakers = list(
  object({
    lane: text('driver and target'),
    state: text('closed: calls go through; open: refused; half-open: one may try'),
    failures: int('failures in a row'),
  }),
  "this worker's breakers of the target",
)

export const breakerStatus: ActionManifest = {
  name: 'breaker.status',
  summary: "Look at Phix's circuit breakers of a target",
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input,
  output: object({ target: text('name in the inventory'), breakers }),
  timeoutMs: 5_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const breakerReset: ActionManifest = {
  name: 'breaker.reset',
  summary: "Close Phix's circuit breakers of a target",
  effect: 'change',
  idempotency: 'yes',
  undo: 'nothing',
  input,
  output: object({ target: text('name in the inventory'), breakers }),
  timeoutMs: 5_000,
  heartbeatMs: 2_000,
  targets: ['target'],
}

export const breakerManifests: readonly ActionManifest[] = [breakerStatus, breakerReset]
