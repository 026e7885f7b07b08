// The hooks of the server: who may send alerts is in intake.yaml. Without it nobody may, unless it is said on purpose,
// for development, and only this machine can reach the server.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { createMasker } from '../../activities/wrapping/mask.ts'
import { createSecretSource, resolveSecrets } from '../../activities/wrapping/secrets.ts'
import { isSource, readSource } from '../compile/read-source.ts'
import { variable } from '../config/environment.ts'
import { isLoopback } from '../config/is-loopback.ts'
import { SettingError } from '../config/layer-settings.ts'
import type { Settings } from '../config/settings.ts'
import type { AlertBatch } from '../guard/protocol.ts'
import { createHandOver } from '../intake/hand-over.ts'
import { createHooks, type DeliveryCounts, type Hooks } from '../intake/create-hooks.ts'
import { removeHooksNote, writeHooksNote } from '../intake/hooks-note.ts'
import { SENDERS, UNGUARDED, type IntakeSettings } from '../intake/intake-settings.ts'
import { readIntake, resolveIntake } from '../intake/read-intake.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Journal } from '../journal/journal.ts'

export interface Intake {
  readonly hooks: Hooks | null
  /** For the line that says that the server listens. */
  readonly sentence: string
  stop(): Promise<void>
}

export interface IntakeParts {
  readonly journal: Journal
  readonly log: Logger
  readonly inventory: () => Inventory
  readonly counts: DeliveryCounts
  readonly spooled: (depth: number) => void
  readonly alert: (cluster: string, batch: AlertBatch) => Promise<void>
}

const DEPTH_EVERY_MS = 1_000

/** Opens the hooks, and hands on what waits from earlier. Fails: SettingError, which says what to mend. */
export async function openIntake(settings: Settings, parts: IntakeParts): Promise<Intake> {
  const { dataFolder } = settings
  const senders = await readSenders(settings)
  const { journal, log, alert, inventory, counts } = parts
  const handOver = createHandOver({ journal, alert, log, now: Date.now })
  await handOver.start()
  const timer = setInterval(() => parts.spooled(handOver.depth()), DEPTH_EVERY_MS)
  timer.unref()
  const names = Object.keys(senders)
  writeHooksNote(dataFolder, { pid: process.pid, hooks: names, insecure: settings.insecureDev && names.length > 0 })
  const hooks =
    names.length === 0
      ? null
      : createHooks({ settings: senders, inventory, journal, handOver, counts, log, now: Date.now })
  return {
    hooks,
    sentence: sentenceOf(names, settings),
    async stop() {
      clearInterval(timer)
      removeHooksNote(dataFolder)
      await handOver.stop()
    },
  }
}

function sentenceOf(names: readonly string[], { insecureDev, intakeFile }: Settings): string {
  if (names.length === 0) return `no hooks (there is no \`${intakeFile}\` with their secrets)`
  return `hooks for ${names.join(', ')}${insecureDev ? ' WITHOUT SECRETS (--insecure-dev)' : ''}`
}

async function readSenders(settings: Settings): Promise<IntakeSettings> {
  const { insecureDev, intakeFile, server, dataFolder } = settings
  const written = existsSync(intakeFile) ? readFile(intakeFile) : {}
  if (insecureDev) {
    if (!isLoopback(server.host))
      throw new SettingError(
        `hooks without secrets (--insecure-dev) are for this machine only, and the server listens on \`${server.host}\`; configure secrets, or listen on 127.0.0.1`,
      )
    return Object.fromEntries(SENDERS.map((name) => [name, { ...UNGUARDED, ...written[name], secrets: [] }]))
  }
  const source = createSecretSource((name) => variable(name) ?? undefined, join(dataFolder, 'secrets'))
  const masker = createMasker()
  try {
    return await resolveIntake(written, async (reference) => {
      const { secret } = await resolveSecrets({ secret: reference }, source, masker)
      return typeof secret === 'string' ? secret : ''
    })
  } catch (error) {
    throw new SettingError(`\`${intakeFile}\`: ${(error as Error).message}`)
  }
}

function readFile(path: string): IntakeSettings {
  const source = readSource(path)
  const read = isSource(source) ? readIntake(source) : ({ ok: false, errors: [source] } as const)
  if (read.ok) return read.settings
  const told = read.errors.map(({ message, at }) => `${at.path}:${at.line}:${at.column} ${message}`)
  throw new SettingError(told.join('\n'))
}
