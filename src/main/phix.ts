// The program `bin/phix`: composes the command line with everything it may need, each loaded when it is asked for.
// Read next: cli-composition.ts (what is loaded how), src/cli/program.ts (the verbs).
import { readTerminal } from '../config/read-terminal.ts'
import { createProcessIo } from '../cli/process-io.ts'
import { runCli } from '../cli/program.ts'
import { createDeps } from './cli-composition.ts'

// The exit code is set, not forced: what was written to a pipe must still arrive.
process.exitCode = await runCli(process.argv.slice(2), createDeps(), createProcessIo(readTerminal()))
