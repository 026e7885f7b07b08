// Compiles in a process of its own, as `phix check` does: a runbook from standard input twice, then the shipped ones.
// Prints the times in ms. Uses the build, so that nothing but the product is measured.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = join(root, 'dist')
const { compile } = await import(join(built, 'src/compile/compile.js'))
const { compileFiles, runbookFilesOf } = await import(join(built, 'src/compile/compile-files.js'))
const { CATALOGUE } = await import(join(built, 'activities/catalogue.js'))
const context = { catalogue: CATALOGUE }
const bytes = readFileSync(0)

function timed(work) {
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  const result = work()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpuBefore)
  return { ms, cpuMs: (user + system) / 1000, result }
}

function compileLong() {
  const compiled = compile({ path: 'long.yaml', bytes }, context)
  if (!compiled.ok) throw new Error(`it does not compile: ${compiled.errors[0].message}`)
}

function compileShipped() {
  const { runbooks, diagnostics } = compileFiles(runbookFilesOf(join(root, 'runbooks')), context)
  const wrong = diagnostics.find(({ severity }) => severity === 'error')
  if (wrong !== undefined) throw new Error(`a shipped runbook does not compile: ${wrong.message}`)
  return runbooks.length
}

if (bytes.length === 0) {
  const { ms, cpuMs, result } = timed(compileShipped)
  console.log(JSON.stringify({ ms, cpuMs, runbooks: result }))
} else {
  const first = timed(compileLong)
  for (let n = 0; n < 3; n++) compileLong()
  console.log(JSON.stringify({ first, warm: timed(compileLong) }))
}
