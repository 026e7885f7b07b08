// What a person is told of a name that nobody knows: one code for all of them, and the advice once.
import { expect, test } from 'vitest'
import { toComplaint } from '../../src/cli/cli-error.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { chooseNodes } from '../../src/lab/choose-nodes.ts'
import { LabRefusal } from '../../src/lab/lab-refusal.ts'
import { DEFAULT_PORTS, layOut } from '../../src/lab/layout.ts'
import { EngineError } from '../../src/temporal/engine.ts'

test('a node that the lab does not have is not found; what the lab will not do is refused', async () => {
  const error: unknown = await chooseNodes(layOut('/srv/lab', DEFAULT_PORTS), ['node-9']).catch(
    (thrown: unknown) => thrown,
  )
  expect(toComplaint(error)).toMatchObject({
    exit: EXIT.notFound,
    message: expect.stringContaining('node-9') as string,
  })
  expect(toComplaint(new LabRefusal('`node-2` is broken already'))).toMatchObject({ exit: EXIT.refused })
})

test('a run that is not there is told with one advice, the engine’s own', () => {
  const { exit, message, help } = toComplaint(new EngineError('not-found', 'no run; `phix list` shows those there are'))
  expect({ exit, message, help }).toEqual({
    exit: EXIT.notFound,
    message: 'no run; `phix list` shows those there are',
    help: null,
  })
})
