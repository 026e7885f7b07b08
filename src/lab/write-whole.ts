import { renameSync, writeFileSync } from 'node:fs'

/** Writes a file whole or not at all: who dies half way leaves the old one. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}.draft`
  writeFileSync(draft, content)
  renameSync(draft, path)
}
