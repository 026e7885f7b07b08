// The one error that a verb throws on purpose: what failed, on what, and what to do about it.
import type { Diagnostic } from '../compile/diagnostics.ts'
import { EXIT, exitOfEngineError, type ExitName } from './exit-codes.ts'

export class CliError extends Error {
  readonly exit: number
  /** What the person can do now; a command to type wherever there is one. */
  readonly help: string | null
  constructor(exit: ExitName, message: string, help: string | null = null) {
    super(message)
    this.name = 'CliError'
    this.exit = EXIT[exit]
    this.help = help
  }
}

export interface Complaint {
  readonly exit: number
  readonly message: string
  readonly help: string | null
  /** Every mistake of a file that is no runbook; told with frames, like those of runbooks. */
  readonly diagnostics?: readonly Diagnostic[]
}

/** `not-found` has none: each of its messages says what there is instead. */
const ENGINE_HELP: Readonly<Record<string, string>> = {
  unreachable: 'Is it running? Start it with `phix up`, then see what is missing with `phix doctor`.',
  stuck: 'A worker cannot go on with this run; the reason is in its log. The run itself is not lost.',
}

/** Turns whatever was thrown into what a person is told. Matches by name and kind: errors cross module copies. */
export function toComplaint(error: unknown): Complaint {
  if (error instanceof CliError) return { exit: error.exit, message: error.message, help: error.help }
  if (isEngineError(error))
    return { exit: exitOfEngineError(error.kind), message: error.message, help: ENGINE_HELP[error.kind] ?? null }
  if (error instanceof Error && error.name === 'LabRefusal') {
    const isUnknown = 'kind' in error && error.kind === 'not-found'
    return { exit: isUnknown ? EXIT.notFound : EXIT.refused, message: error.message, help: null }
  }
  if (hasDiagnostics(error))
    return { exit: EXIT.invalid, message: error.message, help: null, diagnostics: error.diagnostics }
  // A flag or a variable; a file with mistakes has diagnostics.
  if (error instanceof Error && error.name === 'SettingError')
    return { exit: EXIT.usage, message: error.message, help: null }
  const message = error instanceof Error ? error.message : String(error)
  return { exit: EXIT.failed, message, help: 'See where it happened with --debug.' }
}

/** A file that is no runbook (inventory, settings) with its mistakes. */
const hasDiagnostics = (error: unknown): error is Error & { readonly diagnostics: readonly Diagnostic[] } =>
  error instanceof Error && 'diagnostics' in error && Array.isArray(error.diagnostics)

type EngineErrorKind = Parameters<typeof exitOfEngineError>[0]

export const isEngineError = (error: unknown): error is Error & { readonly kind: EngineErrorKind } =>
  error instanceof Error && error.name === 'EngineError' && 'kind' in error
