// SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
import { CATALOGUE, type CatalogueEntry, type Diagnostic } from '../diagnostics.ts'

export function formatSarif(diagnostics: readonly Diagnostic[]): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'phix',
            rules: codes.map((code) => ruleOf(code, CATALOGUE[code])),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, codes.indexOf(diagnostic.code))),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

const ruleOf = (id: string, { explanation, severity }: CatalogueEntry): unknown => ({
  id,
  shortDescription: { text: explanation },
  defaultConfiguration: { level: severity },
})

const resultOf = ({ code, severity, message, help, at }: Diagnostic, ruleIndex: number): unknown => ({
  ruleId: code,
  ruleIndex,
  level: severity,
  message: { text: help === null ? message : `${message}: ${help}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: at.path.split('/').map(encodeURIComponent).join('/') },
        region: { startLine: at.line, startColumn: at.column, endLine: at.endLine, endColumn: at.endColumn },
      },
    },
  ],
})
