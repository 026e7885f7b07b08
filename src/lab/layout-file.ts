// The lab's ports on disk, so that a process that is started by somebody else finds its peers.
import { mkdirSync, readFileSync } from 'node:fs'
import { layOut, layoutFile, type LabLayout, type LabPorts } from './layout.ts'
import { writeWhole } from './write-whole.ts'

/** Reads the layout of the lab in this folder; null where none was ever brought up. */
export function readLayout(folder: string): LabLayout | null {
  try {
    return layOut(folder, JSON.parse(readFileSync(layoutFile(folder), 'utf8')) as LabPorts)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`\`${layoutFile(folder)}\` cannot be read; take the lab down and delete its folder`, {
      cause: error,
    })
  }
}

export function writeLayout({ folder, ports }: LabLayout): void {
  mkdirSync(folder, { recursive: true })
  writeWhole(layoutFile(folder), `${JSON.stringify(ports)}\n`)
}
