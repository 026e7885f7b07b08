// The wrapping around one made-up action: what Temporal sees of cancels, pauses, failures, secrets and repeats.
import { setTimeout as sleep } from 'node:timers/promises'
import { MockActivityEnvironment } from '@temporalio/testing'
import { ActivityCancellationDetails } from '@temporalio/common'
import { DefaultLogger } from '@temporalio/worker'
import { beforeEach, describe, expect, test } from 'vitest'
import { rejected, unavailable } from '../../../activities/wrapping/action-failure.ts'
import type { Action, ActionContext } from '../../../activities/wrapping/action.ts'
import { defineAction } from '../../../activities/wrapping/define-action.ts'
import { createLanes } from '../../../activities/wrapping/lanes.ts'
import { maskedLog } from '../../../activities/wrapping/log.ts'
import { createMasker } from '../../../activities/wrapping/mask.ts'
import { BREAKER } from '../../../activities/wrapping/breaker.ts'
import type { WorkerParts } from '../../../activities/wrapping/worker-parts.ts'
import type { DetectorPort } from '../../../src/guard/detector-port.ts'
import type { Json } from '../../../src/plan/json.ts'
import type { ActionManifest } from '../../../src/plan/manifest.ts'
import { createMemoryJournal } from '../world/memory-journal.ts'
import { callOf, run } from '../world/world.ts'

const SECRET = 'canary/secret+"value"'
let memory: ReturnType<typeof createMemoryJournal>
let logged: string[]
beforeEach(() => {
  memory = createMemoryJournal()
  logged = []
})

const manifestOf = (more: Partial<ActionManifest>): ActionManifest => ({
  name: 'made.up',
  summary: 'Do something',
  effect: 'change',
  idempotency: 'yes',
  undo: 'nothing',
  input: { type: 'object' },
  output: { type: 'object' },
  timeoutMs: 5_000,
  heartbeatMs: 2_000,
  targets: [],
  ...more,
})

type Body = (input: Record<string, Json>, context: ActionContext) => Promise<Json>

const worker = (points: string[] = []): WorkerParts => {
  const masker = createMasker()
  const write = (fields: object, message: string): void => void logged.push(JSON.stringify(fields) + message)
  return {
    inventory: () => ({ version: 1, acceptance: true, groups: [], clusters: [] }),
    journal: memory.journal,
    detector: {} as DetectorPort,
    log: maskedLog({ info: write, warn: write, error: write }, masker),
    secrets: { env: (name) => (name === 'TOKEN' ? SECRET : undefined), file: () => Promise.reject(new Error('none')) },
    masker,
    breakerSettings: () => Promise.resolve(BREAKER),
    lanes: createLanes(() => performance.now()),
    allowedHosts: [],
    control: () => {
      throw new Error('no control')
    },
    told: () => undefined,
    failpoint: (point) => void points.push(point),
    now: () => 1,
    clock: () => performance.now(),
    random: () => 0,
  }
}

const activityOf = (body: Body, more: Partial<ActionManifest> = {}, points?: string[]) => {
  const definition: Action = { manifest: manifestOf(more), run: body, would: async () => 'do it' }
  return { it: defineAction(definition, worker(points)) as (call: never) => Promise<Json> }
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))))

describe('being called off', () => {
  test.each([
    ['cancel', 'CANCELLED', { cancelRequested: true }],
    ['pause', 'PAUSED', { paused: true }],
    ['reset', 'NOT_FOUND', { notFound: true }],
    ['shutdown', 'WORKER_SHUTDOWN', { workerShutdown: true }],
  ] as const)(
    'a %s reaches Temporal as what it is, also where the driver throws an AbortError',
    async (_, reason, details) => {
      const activity = activityOf((_input, { signal, effect }) => effect(() => untilAborted(signal)))
      const environment = new MockActivityEnvironment(
        { startToCloseTimeoutMs: 10_000 },
        { logger: new DefaultLogger('ERROR') },
      )
      setTimeout(() => environment.cancel(reason, new ActivityCancellationDetails(details)), 30)
      const ended = environment.run(activity.it as (call: unknown) => Promise<Json>, callOf({}))
      await expect(ended).rejects.toMatchObject({ name: 'CancelledFailure', message: reason })
    },
  )

  test('work that is done in spite of a cancel is reported as done, so that it is undone', async () => {
    const activity = activityOf((_input, { effect }) => effect(async () => (await sleep(150), { done: true })))
    const { output } = await run(activity, 'it', callOf({}), { cancelAfterMs: 30 })
    expect(output).toEqual({ done: true })
  })

  test('a driver that does not listen is left within a second', async () => {
    const activity = activityOf(() => new Promise(() => undefined))
    const { error, tookMs } = await run(activity, 'it', callOf({}), { cancelAfterMs: 30 })
    expect(error?.name).toBe('CancelledFailure')
    expect(tookMs).toBeLessThan(1_030)
  })

  test('what was sent once and not answered is uncertain, not cancelled', async () => {
    const activity = activityOf((_input, { signal, effect }) => effect(() => untilAborted(signal)), {
      idempotency: 'no',
    })
    const { error } = await run(activity, 'it', callOf({}), { cancelAfterMs: 30 })
    expect(error).toMatchObject({ name: 'ApplicationFailure', type: 'uncertain', nonRetryable: true })
  })

  test('nothing begins after the cancel', async () => {
    let touched = false
    const activity = activityOf(
      async (_input, { effect }) => (await sleep(100), effect(async () => ((touched = true), {}))),
    )
    await run(activity, 'it', callOf({}), { cancelAfterMs: 30 })
    expect(touched).toBe(false)
  })
})

describe('heartbeats', () => {
  test('they come by the clock, several in each heartbeat timeout, and tell where it is', async () => {
    const activity = activityOf(async (_input, { say }) => (say('half way'), await sleep(1_300), {}))
    const { heartbeats } = await run(activity, 'it', callOf({}))
    expect(heartbeats.length).toBeGreaterThanOrEqual(3)
    expect(heartbeats.at(-1)).toEqual({ progress: 'half way' })
  })
})

describe('failures', () => {
  const retry = { backoffMs: 1_000, factor: 2, jitter: 0, capMs: null, on: null }

  test('they keep their code and sentence; only what may be retried is, after its delay', async () => {
    const failing = activityOf(() => Promise.reject(unavailable('the target is down; look at it')))
    const { error } = await run(failing, 'it', callOf({}, { retry }), { attempt: 2 })
    expect(error).toMatchObject({
      type: 'unavailable',
      message: 'the target is down; look at it',
      nonRetryable: false,
      nextRetryDelay: 2_000,
    })
    const wrong = await run(
      activityOf(() => Promise.reject(rejected('wrong'))),
      'it',
      callOf({}, { retry }),
    )
    expect(wrong.error).toMatchObject({ type: 'rejected', nonRetryable: true })
  })

  test('a step says which codes are retried', async () => {
    const failing = activityOf(() => Promise.reject(rejected('not yet')))
    const { error } = await run(failing, 'it', callOf({}, { retry: { ...retry, on: ['rejected'] } }))
    expect(error).toMatchObject({ nonRetryable: false })
  })

  test('an endless text is cut', async () => {
    const { error } = await run(
      activityOf(() => Promise.reject(rejected('x'.repeat(1e6)))),
      'it',
      callOf({}),
    )
    expect(error?.message.length).toBeLessThanOrEqual(8 * 1024)
  })

  test('an output that breaks its promise is no success', async () => {
    const manifest = { output: { type: 'object', required: ['n'] } }
    const { error } = await run(
      activityOf(async () => ({}), manifest),
      'it',
      callOf({}),
    )
    expect(error?.message).toContain('is not what its manifest promises')
  })

  test('an output of a megabyte is cut to what may leave, and the log says so', async () => {
    const { output } = await run(
      activityOf(async () => ({ text: 'x'.repeat(1e6) })),
      'it',
      callOf({}),
    )
    expect(JSON.stringify(output).length).toBeLessThanOrEqual(64 * 1024)
    expect(logged.join()).toContain('output was cut')
  })
})

test('a secret is in no output, failure, heartbeat, log or record, in no spelling', async () => {
  const args = { token: 'secret://env/TOKEN' }
  const spell = (text: string): string =>
    [text, Buffer.from(`x${text}`).toString('base64'), encodeURIComponent(text), JSON.stringify(text)].join(' ')
  const telling = activityOf(async ({ token }, { say, effect }) => {
    expect(token).toBe(SECRET)
    say(spell(token as string))
    return effect(async () => ({ echo: spell(token as string) }))
  })
  const told = await run(telling, 'it', callOf(args))
  const failing = activityOf(({ token }, { effect }) =>
    effect(() => Promise.reject(rejected(spell(token as string), { token: token ?? null }))),
  )
  const failed = await run(failing, 'it', callOf(args))
  expect(told.error).toBeNull()
  const everything = JSON.stringify([told, failed.error, failed.error?.message, memory.records, logged])
  for (const spelling of [
    'canary/secret',
    'canary%2Fsecret',
    Buffer.from('canary/secret').toString('base64').slice(0, -3),
  ])
    expect(everything).not.toContain(spelling)
  expect(everything).toContain('[secret env/TOKEN]')
  expect(everything).toContain('secret://env/TOKEN')
})

describe('records', () => {
  const touching: Body = (_input, { effect }) => effect(async () => ({}))

  test('the failpoints stand right before and right after the effect', async () => {
    const points: string[] = []
    const activity = activityOf((_input, { effect }) => effect(async () => (points.push('effect'), {})), {}, points)
    await run(activity, 'it', callOf({}))
    expect(points).toEqual(['before-effect', 'effect', 'after-effect'])
  })

  test('a change goes on where the journal cannot be written, and the log says so', async () => {
    memory.mood.is = 'failing'
    const { error } = await run(activityOf(touching), 'it', callOf({}))
    expect(error).toBeNull()
    expect(logged.join()).toContain('step not recorded')
  })

  test.each([{ effect: 'destroy' }, { idempotency: 'no' }] as const)(
    '%j is not done without a record of it',
    async (more) => {
      memory.mood.is = 'failing'
      let touched = false
      const activity = activityOf((_input, { effect }) => effect(async () => ((touched = true), {})), more)
      const { error } = await run(activity, 'it', callOf({}))
      expect(error).toMatchObject({ type: 'unavailable' })
      expect(touched).toBe(false)
    },
  )

  test('what must not be repeated is begun once for each key, also from attempt 1 again', async () => {
    let touched = 0
    const activity = activityOf((_input, { effect }) => effect(async () => ((touched += 1), {})), { idempotency: 'no' })
    const call = callOf({})
    expect((await run(activity, 'it', call)).error).toBeNull()
    expect((await run(activity, 'it', call)).error).toMatchObject({ type: 'uncertain', nonRetryable: true })
    expect(touched).toBe(1)
  })

  test('what was chosen once stays chosen for every attempt', async () => {
    let next = 0
    const activity = activityOf(async (_input, { chooseOnce }) => ({
      chosen: await chooseOnce('node', 'must', async () => ++next),
    }))
    const call = callOf({})
    const outputs = [await run(activity, 'it', call), await run(activity, 'it', call, { attempt: 2 })]
    expect(outputs.map(({ output }) => output)).toEqual([{ chosen: 1 }, { chosen: 1 }])
  })
})

test('a dry run of a change reaches no effect, whatever the driver does', async () => {
  const definition: Action = {
    manifest: manifestOf({}),
    run: async () => ({}),
    would: (_input, { effect }) => effect(async () => 'touched'),
  }
  const { error } = await run({ it: defineAction(definition, worker()) as never }, 'it', callOf({}, { dryRun: true }))
  expect(error?.message).toContain('a dry run reached an effect')
})

test('a change cannot be polled', async () => {
  const poll = { until: 'true', everyMs: 50, timeoutMs: 100, scope: {} }
  const { error } = await run(
    activityOf(async () => ({})),
    'it',
    callOf({}, { poll }),
  )
  expect(error).toMatchObject({ type: 'refused' })
})
