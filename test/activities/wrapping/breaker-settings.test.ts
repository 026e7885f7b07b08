import { expect, test } from 'vitest'
import { unavailable } from '../../../activities/wrapping/action-failure.ts'
import { BREAKER } from '../../../activities/wrapping/breaker.ts'
import { createBreakerSettings } from '../../../activities/wrapping/breaker-settings.ts'
import { createLanes } from '../../../activities/wrapping/lanes.ts'
import type { DetectorPort } from '../../../src/guard/detector-port.ts'
import type { AdaptedSetting } from '../../../src/guard/protocol.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'

const inventory = {
  clusters: [
    { name: 'lab', adaptations: [{ while: { symptom: 'x' }, set: { 'breaker.failures': 3 }, backAfterMs: 0 }] },
    { name: 'plain' },
  ],
} as unknown as Inventory

function createStage() {
  const stage = { nowMs: 0, asked: 0, adapted: [] as AdaptedSetting[], isDown: false }
  const detector = {
    state: () => {
      stage.asked++
      return stage.isDown ? Promise.reject(new Error('away')) : Promise.resolve({ adapted: stage.adapted } as unknown)
    },
  } as unknown as DetectorPort
  const read = createBreakerSettings({ inventory: () => inventory, detector, clock: () => stage.nowMs })
  return Object.assign(stage, { read })
}
const three: AdaptedSetting = { setting: 'breaker.failures', value: 3, usual: 5, since: 1, because: 'symptom x' }

test('a breaker has its emergency values while they stand, and its own again afterwards', async () => {
  const stage = createStage()
  expect(await stage.read('lab')).toEqual(BREAKER)
  stage.adapted = [three]
  stage.nowMs = 2_001
  expect(await stage.read('lab')).toEqual({ ...BREAKER, opensAfter: 3 })
  stage.adapted = []
  stage.nowMs = 5_000
  expect(await stage.read('lab')).toEqual(BREAKER)
})

test('a cluster without such an adaptation asks nobody, and others are asked every two seconds at most', async () => {
  const stage = createStage()
  await stage.read('plain')
  expect(stage.asked).toBe(0)
  await stage.read('lab')
  await stage.read('lab')
  expect(stage.asked).toBe(1)
})

test('while the detector is away what was known last holds', async () => {
  const stage = createStage()
  stage.adapted = [three]
  await stage.read('lab')
  stage.isDown = true
  stage.nowMs = 10_000
  expect(await stage.read('lab')).toMatchObject({ opensAfter: 3 })
})

test('a lane opens after as many failures as hold when they happen', async () => {
  const lanes = createLanes(() => 0)
  const fail = () => Promise.reject(unavailable('no', null))
  for (let failure = 0; failure < 3; failure++)
    await lanes.run('a', fail, { ...BREAKER, opensAfter: 3 }).catch(() => undefined)
  await expect(lanes.run('a', () => Promise.resolve(1))).rejects.toThrow(/is open after 3 failures/)
})
