// The four ways to tell diagnostics; `phix check --format` chooses.
import type { Diagnostic } from '../diagnostics.ts'
import { formatGithub } from './github.ts'
import { formatJson } from './json.ts'
import { formatPretty, type Paint } from './pretty.ts'
import { formatSarif } from './sarif.ts'

export const FORMATS = ['pretty', 'json', 'github', 'sarif'] as const
export type Format = (typeof FORMATS)[number]

export function formatDiagnostics(
  format: Format,
  diagnostics: readonly Diagnostic[],
  textOf: (path: string) => string | null,
  paint?: Paint,
): string {
  switch (format) {
    case 'pretty':
      return formatPretty(diagnostics, textOf, paint)
    case 'json':
      return formatJson(diagnostics)
    case 'github':
      return formatGithub(diagnostics)
    case 'sarif':
      return formatSarif(diagnostics)
  }
}
