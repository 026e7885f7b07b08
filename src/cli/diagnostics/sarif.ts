// Diagnostics as SARIF 2.1.0, which code hosts and editors read.
import type { Diagnostic } from '../cli-deps.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/** Makes one SARIF log of all diagnostics. */
export function toSarif(diagnostics: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort()
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'phix', version, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => toResult(diagnostic, codes)),
      },
    ],
  }
}

function toResult({ at, code, severity, message, help }: Diagnostic, codes: readonly string[]): object {
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: help === null ? message : `${message}\n${help}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(at.path.replaceAll('\\', '/')) },
          region: { startLine: at.line, startColumn: at.column, endLine: at.endLine, endColumn: at.endColumn },
        },
      },
    ],
  }
}
