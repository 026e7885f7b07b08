import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit, BREAKER, IDLE_LANE, laneState, settle, type Lane } from '../../../activities/wrapping/breaker.ts'
import { createLanes } from '../../../activities/wrapping/lanes.ts'
import { refused, unavailable } from '../../../activities/wrapping/action-failure.ts'

const failTimes = (count: number, now: number): Lane => {
  let lane = IDLE_LANE
  for (let failure = 0; failure < count; failure++) lane = settle({ ...lane, running: lane.running + 1 }, 'fault', now)
  return lane
}

test('one failure fewer than the limit leaves it closed, the next opens it for a while', () => {
  expect(laneState(failTimes(BREAKER.opensAfter - 1, 100), 100)).toBe('closed')
  const open = failTimes(BREAKER.opensAfter, 100)
  expect(admit(open, 100)).toEqual({ kind: 'open', retryInMs: BREAKER.openMs })
  expect(laneState(open, 100 + BREAKER.openMs - 1)).toBe('open')
})

test('after that while one call may try: its success closes, its failure opens again', () => {
  const later = 100 + BREAKER.openMs
  const trial = admit(failTimes(BREAKER.opensAfter, 100), later)
  if (trial.kind !== 'admitted') throw new Error('the trial was not admitted')
  expect(admit(trial.lane, later).kind).toBe('open')
  expect(settle(trial.lane, 'ok', later)).toEqual(IDLE_LANE)
  expect(laneState(settle(trial.lane, 'fault', later), later)).toBe('open')
})

test('a call that was cancelled says nothing about the target', () => {
  const lane = settle({ ...failTimes(3, 0), running: 1 }, 'neutral', 0)
  expect(lane.failures).toBe(3)
})

test('never more calls run than the lane is wide, and none is lost, whatever comes', () => {
  const event = fc.constantFrom('call', 'ok', 'fault', 'neutral', 'wait')
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      let [lane, now, running] = [IDLE_LANE, 0, 0]
      for (const each of events) {
        if (each === 'wait') now += BREAKER.openMs / 2
        else if (each === 'call') {
          const admission = admit(lane, now)
          if (admission.kind === 'admitted') [lane, running] = [admission.lane, running + 1]
        } else if (running > 0) [lane, running] = [settle(lane, each, now), running - 1]
        expect(lane.running).toBe(running)
        expect(running).toBeLessThanOrEqual(BREAKER.width)
      }
    }),
  )
})

describe('the lanes of a worker', () => {
  const failing = (): Promise<never> => Promise.reject(unavailable('down'))

  test('a lane that opened refuses without calling, says when to come again, and leaves other targets alone', async () => {
    const lanes = createLanes(() => 0)
    for (let call = 0; call < BREAKER.opensAfter; call++)
      await expect(lanes.run('load/lab/node-1', failing)).rejects.toThrow('down')
    let called = false
    const again = lanes.run('load/lab/node-1', async () => void (called = true))
    await expect(again).rejects.toMatchObject({ code: 'unavailable', retryInMs: BREAKER.openMs })
    expect(called).toBe(false)
    await lanes.run('load/lab/node-2', async () => void (called = true))
    expect(called).toBe(true)
  })

  test('our own refusals never open a lane', async () => {
    const lanes = createLanes(() => 0)
    for (let call = 0; call < 20; call++)
      await expect(lanes.run('a', () => Promise.reject(refused('no')))).rejects.toThrow('no')
    expect(lanes.report(() => true)).toEqual([{ lane: 'a', state: 'closed', failures: 0 }])
  })

  test('a reset closes it', async () => {
    const lanes = createLanes(() => 0)
    for (let call = 0; call < BREAKER.opensAfter; call++) await lanes.run('a', failing).catch(() => undefined)
    lanes.reset((name) => name === 'a')
    expect(lanes.report(() => true)).toEqual([{ lane: 'a', state: 'closed', failures: 0 }])
  })
})
