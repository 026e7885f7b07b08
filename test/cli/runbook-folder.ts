// A folder with a runbook that compiles, for the fake compiler, removed when the test file is done.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export const GOOD = 'runbook: single-node-recovery\n'
export const BAD = 'runbook: broken\nsteps:\n  - uses: http.get\n    with: { comand: x }\n'

/** Makes the folder; `files` are beside `good.yaml`. */
export function makeRunbookFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'phix-cli-'))
  for (const [name, text] of Object.entries({ 'good.yaml': GOOD, ...files })) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
