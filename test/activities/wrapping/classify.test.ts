import { expect, test } from 'vitest'
import { ActionFailure, rejected, unavailable } from '../../../activities/wrapping/action-failure.ts'
import { findManifest } from '../../../activities/catalogue.ts'
import { classify, type HowItEnded } from '../../../activities/wrapping/classify.ts'
import type { ActionManifest } from '../../../src/plan/manifest.ts'

const once = findManifest('http.post') as ActionManifest
const repeatable = findManifest('load.rebalance') as ActionManifest
const how = (more: Partial<HowItEnded>): HowItEnded => ({
  manifest: repeatable,
  on: '`node-1`',
  effectBegan: true,
  overdueAfterMs: null,
  ...more,
})

test('a lost outcome is uncertain where twice is not harmless, else unavailable', () => {
  expect(classify(unavailable('reset'), how({ manifest: once })).code).toBe('uncertain')
  expect(classify(unavailable('reset'), how({})).code).toBe('unavailable')
  expect(classify(new Error('bug'), how({ manifest: once })).code).toBe('uncertain')
})

test('what never reached the target is unavailable also for an action that must not be repeated', () => {
  const never = new ActionFailure('unavailable', 'refused connection', { didNothing: true })
  expect(classify(never, how({ manifest: once })).code).toBe('unavailable')
  expect(classify(unavailable('x'), how({ manifest: once, effectBegan: false })).code).toBe('unavailable')
})

test('a refusal of the target stays one, also at the deadline', () => {
  expect(classify(rejected('wrong'), how({ manifest: once, overdueAfterMs: 100 })).code).toBe('rejected')
})

test('at the deadline it says what on what, after how long, and what to do', () => {
  const { code, message } = classify(new Error('aborted'), how({ overdueAfterMs: 1_500 }))
  expect(code).toBe('unavailable')
  expect(message).toBe(
    '`load.rebalance` on `node-1` was not done after 1.5 s; look whether the target answers, or give the step a longer timeout',
  )
})
