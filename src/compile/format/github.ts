// Workflow commands of GitHub Actions: one annotation a diagnostic, shown in the diff.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
import type { Diagnostic } from '../diagnostics.ts'

export const formatGithub = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics.map((diagnostic) => `${formatOne(diagnostic)}\n`).join('')

function formatOne({ at, code, severity, message, help }: Diagnostic): string {
  const properties = [
    ['file', at.path],
    ['line', at.line],
    ['col', at.column],
    ['endLine', at.endLine],
    ['endColumn', at.endColumn],
    ['title', code],
  ] as const
  const written = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',')
  return `::${severity} ${written}::${escapeData(help === null ? message : `${message} (${help})`)}`
}

const escapeData = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const escapeProperty = (text: string): string => escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
