// What a person says reaches exactly the gate that was shown.
import { expect, test } from 'vitest'
import { createWorld, fakeGate, fakeState, fakeSummary, RUN_ID, speak, type World } from './fakes.ts'
import { makeRunbookFolder } from './runbook-folder.ts'

const folder = makeRunbookFolder()
const parked = {
  ...fakeGate,
  id: 'drain[node-2]',
  kind: 'parked' as const,
  snapshotHash: 'fedcba9876543210',
  verbs: ['retry', 'skip', 'supply'] as const,
}

function waitingWorld(): World {
  const world = createWorld()
  world.runs = [{ ...fakeSummary, waiting: true }]
  world.state = { ...fakeState, gates: [fakeGate] }
  return world
}

test('approve finds the only waiting run, its only gate and the hash of what it shows', async () => {
  const world = waitingWorld()
  await speak(['approve', '--yes', '--why', 'seen'], world, folder)
  expect(world.said).toEqual([
    {
      workflowId: RUN_ID,
      verb: 'approve',
      message: { gate: 'ok', hash: fakeGate.snapshotHash, by: 'ada', why: 'seen' },
    },
  ])
})

test('on a terminal it shows what the answer binds to and asks; anything but yes says nothing', async () => {
  const world = waitingWorld()
  const { exit, err } = await speak(['approve'], world, folder, { canAsk: true, answer: 'n' })
  expect(exit).toBe(4)
  expect(err).toContain('binds to  abcdef01')
  expect(world.said).toEqual([])
})

test('with two gates for one verb it asks which, with the exact commands', async () => {
  const world = waitingWorld()
  world.state = { ...fakeState, gates: [fakeGate, { ...fakeGate, id: 'other' }] }
  const { exit, err } = await speak(['approve', '--yes'], world, folder)
  expect(exit).toBe(2)
  expect(err).toContain(`phix approve ${RUN_ID} --gate ok`)
  expect(err).toContain(`phix approve ${RUN_ID} --gate other`)
  await speak(['approve', '--yes', '--gate', 'other'], world, folder)
  expect(world.said.map(({ message }) => message.gate)).toEqual(['other'])
})

test('a gate that only other verbs settle is told with those verbs', async () => {
  const world = waitingWorld()
  world.state = { ...fakeState, gates: [parked] }
  const { exit, err } = await speak(['approve', '--yes'], world, folder)
  expect(exit).toBe(6)
  expect(err).toContain(`phix retry ${RUN_ID}`)
})

test('with two waiting runs it asks which', async () => {
  const world = waitingWorld()
  world.runs = [...world.runs, { ...fakeSummary, waiting: true, workflowId: 'other/node-1/x' }]
  const { exit, err } = await speak(['approve', '--yes'], world, folder)
  expect(exit).toBe(2)
  expect(err).toContain('phix approve other/node-1/x')
})

test('a script gets the exact command to type, bound to what it was shown', async () => {
  const { err } = await speak(['reject', '--why', "it's late"], waitingWorld(), folder)
  expect(err).toContain(`phix reject ${RUN_ID} --gate ok --hash abcdef01 --why 'it'\\''s late' --yes`)
})

test('--hash refuses where the gate shows something else by now', async () => {
  const world = waitingWorld()
  expect(await speak(['approve', '--yes', '--hash', '00000000'], world, folder)).toMatchObject({ exit: 4 })
  expect(await speak(['approve', '--yes', '--hash', 'abc'], world, folder)).toMatchObject({ exit: 4 })
  expect(world.said).toEqual([])
  expect(await speak(['approve', '--yes', '--hash', 'abcdef01'], world, folder)).toMatchObject({ exit: 0 })
})

test('supply reads its output from a word or from stdin', async () => {
  const world = waitingWorld()
  world.state = { ...fakeState, gates: [parked] }
  await speak(['supply', '--value', '{"pid":1}', '--yes'], world, folder)
  await speak(['supply', '--value', '-', '--yes'], world, folder, { stdin: '{"pid":2}\n' })
  expect(world.said.map(({ message }) => message.value)).toEqual([{ pid: 1 }, { pid: 2 }])
})

test('cancel is said to the run as a whole, with its reason', async () => {
  const world = createWorld()
  await speak(['cancel', RUN_ID, '--why', 'wrong node', '--yes'], world, folder)
  expect(world.said).toEqual([{ workflowId: RUN_ID, verb: 'cancel', message: { by: 'ada', why: 'wrong node' } }])
})

test('run asks the detector of the target’s cluster, by name and with a request id of its own', async () => {
  const world = createWorld()
  await speak(['run', 'single-node-recovery', '-i', 'node=node-2'], world, folder)
  expect(world.started).toEqual([
    { cluster: 'lab', runbook: 'single-node-recovery', inputs: { node: 'node-2' }, by: 'ada', requestId: 'string' },
  ])
})

test('plan --offline needs no inventory, and says that targets were not checked', async () => {
  const world = createWorld()
  Object.defineProperty(world, 'inventory', {
    get: () => {
      throw new Error('there is no inventory')
    },
  })
  const words = ['plan', 'single-node-recovery', '-i', 'node=node-2']
  const { exit, err, out } = await speak([...words, '--offline'], world, folder)
  expect(exit).toBe(0)
  expect(err).toContain('targets were not checked: there is no inventory')
  expect(out).toContain('service.restart {"target":"node-2"}')
  expect(await speak(words, world, folder)).toMatchObject({ exit: 1 })
})
