import type { Diagnostic } from '../diagnostics.ts'

/** Formats diagnostics as one JSON object for programs: `{"diagnostics": [...]}`. */
export const formatJson = (diagnostics: readonly Diagnostic[]): string =>
  `${JSON.stringify({ diagnostics }, null, 2)}\n`
