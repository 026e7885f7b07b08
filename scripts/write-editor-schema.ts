// Writes runbooks/runbook.schema.json anew: `npm run schema`. A test fails when the file is stale.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CATALOGUE } from '../activities/catalogue.ts'
import { editorSchemaText } from '../src/compile/editor-schema.ts'

writeFileSync(fileURLToPath(new URL('../runbooks/runbook.schema.json', import.meta.url)), editorSchemaText(CATALOGUE))
