// Programs that tests run where the machine has them: a named skip without them, a failure under CI.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

const find = (program: string): string | null =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable) ?? null

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** `describe` for suites that need these programs. `optional`: no package of Debian brings them, so CI skips them, too. */
export function describeWithPrograms(title: string, programs: readonly string[], suite: () => void): void {
  const missing = programs.filter((program) => find(program) === null)
  if (missing.length === 0 || process.env['CI']) describe(title, suite)
  else
    describe.skip(`${title} (needs ${missing.join(', ')}: apt-get install prometheus prometheus-alertmanager)`, suite)
}

/** Is this program there? */
export const hasProgram = (program: string): boolean => find(program) !== null
