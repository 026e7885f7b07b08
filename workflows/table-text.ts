// A table for Temporal's UI, which renders Markdown but no HTML and no entities, and gives the columns no padding.

// Blanks at the ends of a cell are cut off; a character without width keeps them where they are.
const KEEP = '\u200b'
const AIR = `\u2003${KEEP}`

/** Writes a GFM table whose columns stand apart. Cells must hold no line feed and no bar. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cellText = (cell: string): string => (cell.startsWith('\u2003') ? `${KEEP}${cell}` : cell) + AIR
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`
  return [line(head), `|${head.map(() => ':---').join('|')}|`, ...rows.map(line)].join('\n')
}
