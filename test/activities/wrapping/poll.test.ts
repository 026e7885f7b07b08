import { expect, test } from 'vitest'
import { rejected, unavailable } from '../../../activities/wrapping/action-failure.ts'
import { pollUntil, type Poll } from '../../../activities/wrapping/poll.ts'
import type { Json } from '../../../src/plan/json.ts'

const poll = (looks: readonly (Json | Error)[], more: Partial<Poll> = {}): Promise<Json> => {
  let next = 0
  return pollUntil({
    spec: { until: 'output.n >= inputs.least', everyMs: 50, timeoutMs: 300, scope: { inputs: { least: 3 } } },
    lookMs: 1_000,
    look: async () => {
      const seen = looks[Math.min(next++, looks.length - 1)] as Json | Error
      if (seen instanceof Error) throw seen
      return seen
    },
    saw: () => undefined,
    signal: new AbortController().signal,
    clock: () => performance.now(),
    ...more,
  })
}

test('it looks until the condition holds over scope and output, and answers the last output', async () => {
  expect(await poll([{ n: 1 }, { n: 2 }, { n: 3 }])).toEqual({ n: 3 })
})

test('a look that is unavailable, and a condition that is unknown, are not yet', async () => {
  expect(await poll([unavailable('down'), {}, { n: 3 }])).toEqual({ n: 3 })
})

test('a look that fails for good ends the poll', async () => {
  await expect(poll([rejected('wrong')])).rejects.toMatchObject({ code: 'rejected' })
})

test('at its own deadline it is exhausted, and says what it saw last', async () => {
  const startedAt = performance.now()
  await expect(poll([{ n: 1 }])).rejects.toMatchObject({
    code: 'exhausted',
    message: expect.stringContaining('{"n":1}'),
  })
  expect(performance.now() - startedAt).toBeLessThan(700)
})

test('a look that hangs is ended at its own limit and does not eat the deadline of the rest', async () => {
  let looks = 0
  const look = (signal: AbortSignal): Promise<Json> => {
    if (++looks > 1) return Promise.resolve({ n: 3 })
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
  }
  expect(await poll([], { look, lookMs: 50 })).toEqual({ n: 3 })
})

test('the signal ends it at once', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 30)
  await expect(poll([{ n: 1 }], { signal: controller.signal })).rejects.toThrow()
})
