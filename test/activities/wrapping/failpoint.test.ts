import { expect, test } from 'vitest'
import { createFailpoint } from '../../../activities/wrapping/failpoint.ts'
import { callOf } from '../world/world.ts'

test.each([
  ['before-effect', 'service.restart', 1],
  ['before-effect:service.restart', 'service.restart', 1],
  ['before-effect:*', 'service.restart', 1],
  ['before-effect:http.post', 'service.restart', 0],
  ['after-effect', 'service.restart', 0],
])('`%s` before the effect of `%s` ends the process %d times', (setting, action, times) => {
  let deaths = 0
  void createFailpoint(setting, () => deaths++)('before-effect', action, callOf({}))
  expect(deaths).toBe(times)
})

test('with a count, calls are held at the point until so many stand there', async () => {
  let deaths = 0
  const failpoint = createFailpoint('after-effect:*:3', () => deaths++)
  let passed = 0
  const pass = async (): Promise<void> => {
    await failpoint('after-effect', 'http.post', callOf({}))
    passed++
  }
  void pass()
  void pass()
  await Promise.resolve()
  expect([passed, deaths]).toEqual([0, 0])
  void pass()
  expect(deaths).toBe(1)
})
