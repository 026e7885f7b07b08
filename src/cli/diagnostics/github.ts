// Diagnostics as GitHub Actions workflow commands: they become annotations at the line.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
import type { Diagnostic } from '../cli-deps.ts'

const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** Renders one diagnostic as one line. */
export function renderGithub({ at, code, severity, message, help }: Diagnostic): string {
  const place = `file=${escapeProperty(at.path)},line=${at.line},endLine=${at.endLine},col=${at.column},endColumn=${at.endColumn}`
  const text = help === null ? message : `${message}\n${help}`
  return `::${severity} ${place},title=${escapeProperty(code)}::${escapeData(text)}`
}
