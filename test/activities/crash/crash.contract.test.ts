// A worker that dies by SIGKILL right before or right after an effect, and its successor: what the world and an external
// ledger show, for each idempotency class.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createActivities } from '../../../activities/create-activities.ts'
import type { ActionCall } from '../../../src/plan/run.ts'
import { callOf, createWorld, run, type World } from '../world/world.ts'
import { openFileJournal } from './file-journal.ts'
import type { Order } from './run-one.ts'

const RUN_ONE = fileURLToPath(new URL('./run-one.ts', import.meta.url))

let world: World
let journalFile: string
beforeEach(async () => {
  world = await createWorld()
  journalFile = join(world.folder, 'journal.jsonl')
})
afterEach(() => world.end())

/** Runs the action in a process of its own; answers the signal that ended it. */
const runAndDie = async (name: string, call: ActionCall, failpoint: string): Promise<NodeJS.Signals | null> => {
  const allowedHosts = [new URL(world.sinkAddress).host]
  const order: Order = { name, call, inventory: world.inventory, journalFile, allowedHosts, failpoint }
  const child = spawn(process.execPath, ['--import', 'tsx', RUN_ONE], { stdio: ['pipe', 'inherit', 'inherit'] })
  child.stdin.end(JSON.stringify(order))
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
}

const runAgain = (name: string, call: ActionCall) => {
  const successor = createActivities({ ...world.deps, journal: openFileJournal(journalFile) })
  return run(successor, name, call, { attempt: 2 })
}

describe('an action that must not be repeated', () => {
  test.each([
    ['before-effect', 0],
    ['after-effect', 1],
  ])('killed %s, its effect happened %d times, is never repeated, and a person is asked', async (point, times) => {
    const call = callOf({ url: `${world.sinkAddress}/pay` })
    expect(await runAndDie('http.post', call, point)).toBe('SIGKILL')
    expect(world.ledger).toHaveLength(times)
    const { error } = await runAgain('http.post', call)
    expect(error).toMatchObject({ type: 'uncertain', nonRetryable: true })
    expect(world.ledger).toHaveLength(times)
  })
})

describe('an action that looks before it acts', () => {
  test.each(['before-effect', 'after-effect'])(
    'killed %s, its successor ends with one effect and an undo that fits',
    async (point) => {
      const call = callOf({ away_from: 'node-2' })
      expect(await runAndDie('load.rebalance', call, point)).toBe('SIGKILL')
      const { output, error } = await runAgain('load.rebalance', call)
      expect(error).toBeNull()
      expect(output).toMatchObject({ changed: ['node-2'] })
      expect(world.balancer.asked.filter((line) => line.startsWith('PUT'))).toHaveLength(1)
      expect(world.balancer.backends.find(({ name }) => name === 'node-2')?.state).toBe('out')
    },
  )

  test('a failpoint of another action ends nothing', async () => {
    const call = callOf({ away_from: 'node-2' })
    expect(await runAndDie('load.rebalance', call, 'after-effect:load.restore')).toBeNull()
  })
})

describe('an action that may be repeated', () => {
  test('killed after its effect, its successor does it again and the node runs once', async () => {
    await world.startNodes()
    const call = callOf({ target: 'node-3' })
    expect(await runAndDie('service.restart', call, 'after-effect')).toBe('SIGKILL')
    const { output } = await runAgain('service.restart', call)
    expect(output).toMatchObject({ nodes: [{ node: 'node-3', running: true }] })
  })
})
