// A file's text with its lines: turns offsets into places, and places in a text's value into places in the file.
import type { Place } from '../diagnostics.ts'
import type { ScalarTree, Span } from './tree.ts'

export interface SourceText {
  readonly path: string
  readonly text: string
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[]
}

/** Prepares a text for finding places in it. */
export function sourceText(path: string, text: string): SourceText {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { path, text, lineStarts }
}

/** Answers where a span of the text is. */
export function placeOf(source: SourceText, span: Span): Place {
  const [line, column] = lineAndColumn(source, span.start)
  const [endLine, endColumn] = lineAndColumn(source, Math.max(span.start, span.end))
  return { path: source.path, line, column, endLine, endColumn }
}

function lineAndColumn(source: SourceText, offset: number): readonly [number, number] {
  const { lineStarts } = source
  const within = Math.min(Math.max(offset, 0), source.text.length)
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lineStarts[middle] ?? 0) <= within) low = middle
    else high = middle - 1
  }
  return [low + 1, within - (lineStarts[low] ?? 0) + 1]
}

/**
 * Answers where a part of a scalar's value stands in the file, whatever its style (plain, quoted, block, folded).
 * Why: an expression's mistake is shown at its own column, not at the beginning of the text that holds it.
 */
export function spanWithin(source: SourceText, scalar: ScalarTree, start: number, end: number): Span {
  if (typeof scalar.value !== 'string') return scalar.at
  const offsets = offsetsOf(source.text.slice(scalar.at.start, scalar.at.end), scalar.value)
  const at = (index: number): number =>
    scalar.at.start + (offsets[Math.min(index, scalar.value?.toString().length ?? 0)] ?? 0)
  const first = at(start)
  return { start: first, end: end > start ? at(end - 1) + 1 : first }
}

const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** Offset in the raw text of each character of the value, and of its end. */
function offsetsOf(raw: string, value: string): readonly number[] {
  const quote = raw[0] === '"' || raw[0] === "'" ? raw[0] : ''
  const isBlock = raw[0] === '|' || raw[0] === '>'
  let at = quote !== '' ? 1 : isBlock ? raw.indexOf('\n') + 1 : 0
  const offsets: number[] = []
  for (const character of value.split('')) {
    const isBlank = character === '\n' || character === ' '
    // Indentation and folded line ends are in the raw text only.
    while (at < raw.length && raw[at] !== character && /\s/.test(raw[at] ?? '') && !(isBlank && raw[at] === '\n'))
      at += 1
    offsets.push(Math.min(at, raw.length))
    if (quote === '"' && raw[at] === '\\') at += 2 + (HEX_LENGTHS[raw[at + 1] ?? ''] ?? 0)
    else if (quote === "'" && character === "'") at += 2
    else at += 1
  }
  offsets.push(Math.min(at, raw.length))
  return offsets
}
