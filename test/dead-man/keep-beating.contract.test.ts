import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BeatNote } from '../../src/dead-man/beat-note.ts'
import { judgeLife, STALE_MS, type ClusterLife } from '../../src/dead-man/judge-life.ts'
import { keepBeating, type Beating } from '../../src/dead-man/keep-beating.ts'
import { startHookReceiver } from '../notify/hook-receiver.ts'

const well = (now: number): ClusterLife => ({ name: 'lab', state: { at: now }, checkpoints: [{ at: now - 500 }] })

test.each([
  ['no cluster', [], 'the inventory has no cluster to watch'],
  ['no detector', [{ ...well(0), state: null }], 'no detector runs for `lab`'],
  ['no watch', [{ ...well(0), checkpoints: [] }], 'nobody watches `lab`'],
  [
    'a watch that is stale',
    [well(0), { ...well(0), checkpoints: [{ at: 0 }, { at: -STALE_MS - 1_000 }] }],
    'the watch of `lab` said nothing for 31 s',
  ],
  ['all that there should be', [well(0)], null],
] as const)('with %s it is judged', (_, clusters, problem) => expect(judgeLife(clusters, 0)).toBe(problem))

let receiver: Awaited<ReturnType<typeof startHookReceiver>>
let beating: Beating | null = null
beforeEach(async () => {
  receiver = await startHookReceiver()
})
afterEach(async () => {
  beating?.stop()
  await receiver.stop()
})

const notes: BeatNote[] = []
const warned: string[] = []
function start(look: () => Promise<readonly ClusterLife[]>): void {
  notes.length = warned.length = 0
  const say = (_: object, message: string): void => void warned.push(message)
  const parts = { everyMs: 50, look, version: '1', now: Date.now, log: { warn: say, info: say } }
  beating = keepBeating({ ...parts, url: async () => receiver.url, noted: (note) => void notes.push(note) })
}
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('it beats while all is well, and stops as soon as the detector does not answer', async () => {
  let isWell = true
  start(() => (isWell ? Promise.resolve([well(Date.now())]) : Promise.reject(new Error('it does not answer'))))
  await until('three beats', () => receiver.received.length >= 3)
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ v: 1, from: 'phix', clusters: ['lab'] })
  isWell = false
  await until('a problem', () => notes.at(-1)?.problem === 'it does not answer')
  const before = receiver.received.length
  const looked = notes.length
  await until('three more looks', () => notes.length >= looked + 3)
  expect(receiver.received.length).toBe(before)
  expect(warned).toEqual(['no dead-man beat goes out'])
  isWell = true
  await until('a beat again', () => receiver.received.length > before)
})

test('a receiver that refuses is a problem of the beat, and is told', async () => {
  receiver.mood.status = 500
  start(() => Promise.resolve([well(Date.now())]))
  await until('a note', () => notes.length > 0)
  expect(notes[0]).toEqual({ everyMs: 50, sentAt: null, problem: 'the receiver answered 500' })
})
