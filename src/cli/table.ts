// Columns of text. Widths count code points as a terminal draws the ones we meet; colours are put on afterwards.

// oxlint-disable-next-line no-control-regex -- colours that paint.ts put on take no width
const COLOR = /\u001b\[\d+(;\d+)*m/g

/** Answers how many columns a text takes, colours not counted. */
export const widthOf = (text: string): number => Array.from(text.replace(COLOR, '')).length

export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** Lays rows out under their headings; the last column is never padded. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => (column === headings.length - 1 ? cell : padTo(cell, widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
