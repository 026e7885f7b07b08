// What `phix up` says at its end: where things are, and what to type in a second terminal. Everything that Phix says
// names its program `phix`, so whoever works in a clone is told once how to make that so.
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Addresses } from '../config/addresses.ts'

export interface Typing {
  /** The file that is started: `bin/phix` of this installation. */
  readonly program: string
  /** The PATH of whoever started us; null: none is set. */
  readonly searchPath: string | null
}

/** Answers the lines, the way to `phix` first where typing `phix` would not start this installation. */
export function whatToTry({ temporal, server }: Addresses, withLab: boolean, typing: Typing): readonly string[] {
  const commands = withLab
    ? [
        'phix lab break node-2 kill     # SIGKILL of a real process',
        'phix follow --latest           # watch it being healed',
      ]
    : ['phix status']
  const once = isTyped(typing) ? [] : [exportLine(dirname(typing.program))]
  return [
    '',
    `Temporal's web UI  ${temporal.uiAddress || 'where your Temporal server has it'}`,
    `Phix               http://${server.host}:${server.port}`,
    'Try in a second terminal:',
    ...[...once, ...commands].map((line) => `  ${line}`),
    'Ctrl-C stops everything.',
  ]
}

/** Does typing `phix` start this program? The first one on the PATH counts, as for a shell. */
function isTyped({ program, searchPath }: Typing): boolean {
  const found = (searchPath ?? '').split(':').flatMap((folder) => realFile(join(folder, 'phix')) ?? [])
  return found[0] !== undefined && found[0] === realFile(program)
}

function realFile(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

const exportLine = (folder: string): string => `export PATH="${folder.replaceAll(/["\\$`]/g, '\\$&')}:$PATH"`
