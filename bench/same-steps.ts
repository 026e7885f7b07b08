import { PLAN_VERSION, type ActStep, type Plan } from '../src/plan/plan.ts'

const workStep = (n: number): ActStep => ({
  kind: 'act',
  id: `step-${n}`,
  named: true,
  title: `Do the work number ${n}`,
  if: null,
  timeoutMs: null,
  retry: null,
  onFailure: 'abort',
  action: { name: 'bench.work', effect: 'read', idempotency: 'yes', attemptTimeoutMs: 30_000, heartbeatMs: 10_000 },
  with: { n: { lit: n } },
  targets: [],
  undo: { kind: 'nothing' },
})

/** The plan that does what workflows/hand-written.ts does: one activity after the other. */
export const sameSteps = (stepCount: number): Plan => ({
  version: PLAN_VERSION,
  name: 'bench-steps',
  summary: 'The same steps as the hand-written workflow.',
  severity: 'low',
  automation: 'auto',
  expectMs: null,
  owner: null,
  inputs: [],
  triggers: [],
  guard: {
    lock: null,
    attempts: [],
    cooldownMs: 0,
    keepHealthyRatio: null,
    keepHealthyCount: null,
    onBusy: 'refuse',
    onResolved: 'finish',
  },
  steps: Array.from({ length: stepCount }, (_, n) => workStep(n)),
  finally: [],
  verify: null,
  escalate: [],
})
