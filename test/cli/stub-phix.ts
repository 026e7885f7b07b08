// A whole `phix` process around fake ports: the real program, the real terminal, nobody behind it.
// Arguments: the folder of runbooks, a scene, then the command line.
import { createProcessIo } from '../../src/cli/process-io.ts'
import { runCli } from '../../src/cli/program.ts'
import { readTerminal } from '../../src/config/read-terminal.ts'
import { createFakeDeps, createWorld, fakeGate, fakeResult, fakeState, fakeSummary, type World } from './fakes.ts'

const SCENES: Readonly<Record<string, (world: World) => void>> = {
  still: () => undefined,
  waiting: (world) => {
    world.runs = [{ ...fakeSummary, waiting: true }]
    world.state = { ...fakeState, gates: [fakeGate] }
  },
  healing: (world) => {
    world.onLook = (look) => {
      if (look < 3) return
      const steps = fakeState.steps.map((step) => ({
        ...step,
        status: 'completed' as const,
        endedAt: fakeResult.endedAt,
      }))
      world.state = { ...fakeState, steps, result: fakeResult }
      world.result = fakeResult
      world.runs = [{ ...fakeSummary, status: 'completed', outcome: 'effective', closedAt: fakeResult.endedAt }]
    }
  },
}

const [folder = '.', scene = 'still', ...words] = process.argv.slice(2)
const world = createWorld()
SCENES[scene]?.(world)
process.exitCode = await runCli(words, createFakeDeps(world, folder), createProcessIo(readTerminal()))
