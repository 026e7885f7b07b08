// Text from outside on its way to people: alerts, error messages and names of nodes may be written by whoever breaks things.
// It stays readable, and is nothing but text: no line of its own where there is one line, no terminal or direction control.

// Marks that change the direction or the look of what stands around them, and those that nobody can see.
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/gu
const LONE_SURROGATES = /\p{Cs}/gu
const CONTROLS = /\p{Cc}/gu

/** Answers the text on one line. */
export const oneLine = (text: string, longest: number): string =>
  shorten(clean(text.replaceAll(LINE_ENDS, ' ').replaceAll('\t', ' ')).replaceAll(/ {2,}/g, ' ').trim(), longest)

/** Answers the text with its lines, ended by `\n` alone. */
export const manyLines = (text: string, longest: number): string =>
  shorten(
    text
      .replaceAll(LINE_ENDS, '\n')
      .split('\n')
      .map((line) => clean(line.replaceAll('\t', '  ')))
      .join('\n'),
    longest,
  )

const clean = (text: string): string =>
  text.replaceAll(INVISIBLE, '').replaceAll(LONE_SURROGATES, '\ufffd').replaceAll(CONTROLS, '')

const CUT = ' … (more: phix show)'

function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text
  return (
    text
      .slice(0, Math.max(0, longest - CUT.length))
      // Never half a character.
      .replace(/[\ud800-\udbff]$/u, '') + CUT
  )
}
