// Writes what is made from the tables of src/telemetry: METRICS.md, recording rules, dashboards. `npm run telemetry`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedFiles } from '../src/telemetry/generated-files.ts'

for (const [path, text] of generatedFiles()) {
  const file = join(import.meta.dirname, '..', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
