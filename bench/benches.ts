// All there is to measure, in the order of the table. `--only NAME` takes one of them.
import type { Bench } from './bench.ts'
import { commandLine } from './rows/command-line.ts'
import { compileRows } from './rows/compile.ts'
import { decision } from './rows/decision.ts'
import { interpreter } from './rows/interpreter.ts'
import { phi } from './rows/phi.ts'
import { recovery } from './rows/recovery.ts'
import { replay } from './rows/replay.ts'
import { controlFlow, sequential, shortRuns, throughput } from './rows/runs.ts'

/** What waits for nothing comes first: no server idles beside it, and nothing else has been compiled in this process yet. */
export const BENCHES: readonly Bench[] = [
  { name: 'phi', needs: 'nothing', run: phi },
  { name: 'interpreter', needs: 'nothing', run: interpreter },
  { name: 'compile', needs: 'nothing', run: compileRows },
  { name: 'help', needs: 'nothing', run: commandLine },
  { name: 'steps', needs: 'server', run: sequential },
  { name: 'control-flow', needs: 'server', run: controlFlow },
  { name: 'short-runs', needs: 'server', run: shortRuns },
  { name: 'throughput', needs: 'server', run: throughput },
  { name: 'replay', needs: 'server', run: replay },
  { name: 'decision', needs: 'nothing', run: decision },
  { name: 'recovery', needs: 'nothing', run: recovery },
]
