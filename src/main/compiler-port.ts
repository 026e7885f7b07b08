// The compiler in the words of the command line, with what it must know bound.
import { CATALOGUE } from '../../activities/catalogue.ts'
import type { CompilerPort } from '../cli/cli-deps.ts'
import { compileFiles } from '../compile/compile-files.ts'
import { explain } from '../compile/diagnostics.ts'

export const createCompiler = (): CompilerPort => ({
  compileFiles: (paths) => compileFiles(paths, { catalogue: CATALOGUE }),
  explain,
  catalogue: CATALOGUE,
})
