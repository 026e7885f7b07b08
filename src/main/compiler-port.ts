// The compiler in the words of the command line, with what it must know bound.
import { CATALOGUE } from '../../activities/catalogue.ts'
import type { CompilerPort } from '../cli/cli-deps.ts'
import { compile } from '../compile/compile.ts'
import { explain } from '../compile/diagnostics.ts'

export const createCompiler = (): CompilerPort => ({
  compile: (source) => compile(source, { catalogue: CATALOGUE }),
  explain,
  catalogue: CATALOGUE,
})
