// `phix up` in this process: its lab and its signals. Read next: up.ts (what is started, in which order).
import type { UpOptions } from '../cli/cli-deps.ts'
import type { SettingsRead } from '../config/read-settings.ts'
import { openLab } from './lab-port.ts'
import { up } from './up.ts'

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Runs everything until a signal; the second one ends it at once. Answers the exit code. */
export async function runUp(read: SettingsRead, { lab, say }: UpOptions): Promise<number> {
  const ending = new AbortController()
  const hurry = new AbortController()
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (!ending.signal.aborted) return ending.abort()
      hurry.abort()
      if (lab) say('The lab is left as it is; the next start takes it over, and `phix lab down` stops it.')
      process.exit(code)
    })
  }
  const code = await up({
    read,
    lab: lab ? await openLab(read.settings) : null,
    say,
    ending: ending.signal,
    hurry: hurry.signal,
  })
  process.exit(code)
}
