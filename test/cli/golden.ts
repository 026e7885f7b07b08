// Golden files: what a verb really prints, reviewed like code. Rewritten with UPDATE=1.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'golden')

/** Compares a text with its golden file. */
export function expectGolden(name: string, text: string): void {
  const path = join(folder, `${name}.txt`)
  if (process.env['UPDATE'] === '1') {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, text)
  }
  expect(text).toBe(readFileSync(path, 'utf8'))
}
