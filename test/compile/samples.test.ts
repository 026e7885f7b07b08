// A case is a folder: runbook.yaml and what comes of it. UPDATE=1 rewrites the results; review them like code.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { formatPretty } from '../../src/compile/format/pretty.ts'
import { TEST_CATALOGUE } from './test-catalogue.ts'

const samples = join(import.meta.dirname, '../samples')
const cases = readdirSync(samples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe('samples', () => {
  test.each(cases)('%s compiles to what was reviewed', (name) => {
    const folder = join(samples, name)
    const bytes = readFileSync(join(folder, 'runbook.yaml'))
    const compiled = compile({ path: 'runbook.yaml', bytes }, { catalogue: TEST_CATALOGUE })
    const diagnostics = compiled.ok ? compiled.warnings : compiled.errors
    const results: Record<string, string> = {}
    if (compiled.ok) results['plan.json'] = `${JSON.stringify(compiled.plan, null, 2)}\n`
    if (diagnostics.length > 0) results['diagnostics.txt'] = formatPretty(diagnostics, () => bytes.toString('utf8'))
    for (const file of ['plan.json', 'diagnostics.txt']) {
      const path = join(folder, file)
      const result = results[file]
      if (process.env['UPDATE'] === '1') {
        if (result === undefined) rmSync(path, { force: true })
        else writeFileSync(path, result)
      }
      expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(result)
    }
  })
})
