import { holds, type Row } from './row.ts'

const HEAD = ['what', 'reference', 'measured', 'ratio', 'limit', ''] as const

/** Writes rows as a Markdown table, as wide as its texts: what the terminal shows can be pasted into the docs. */
export function toTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(toCells)]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(HEAD), rule, ...cells.slice(1).map(line)].join('\n')
}

const toCells = (row: Row): readonly string[] => [
  row.what,
  row.reference,
  row.measured,
  row.ratio.toFixed(2),
  `≤ ${row.limit.toFixed(2)}`,
  holds(row) ? '✓' : '✗',
]
