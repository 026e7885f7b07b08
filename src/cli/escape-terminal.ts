// Texts from the world (outputs, titles, alerts, file names) may carry terminal commands: move the cursor, change the
// title, fake a green tick, turn the line around. They are shown, never obeyed (reliability.md, T16).

// C0 but the line feed, DEL and C1; zero-width and bidi controls; line and paragraph separators; lone surrogates; the
// byte order mark; the tag characters, which are invisible.
const COMMANDS =
  // eslint-disable-next-line no-control-regex -- these characters are the very thing that is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

const show = (character: string): string => {
  if (character === '\t') return '\\t'
  if (character === '\r') return '\\r'
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Shows every character that a terminal would obey as an escape; keeps line feeds, which the writer of lines settles. */
export const escapeTerminal = (text: string): string => text.replace(COMMANDS, show)

/** Shows a text as one line: a line feed in it must not begin a line that we seem to have written. */
export const oneLine = (text: string): string => text.replaceAll('\n', '\\n')

/** Escapes every text of a plain value, keys too, so that whatever is rendered from it is safe. */
export function escapeDeep<T>(value: T): T {
  return walk(value) as T
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return escapeTerminal(value)
  if (Array.isArray(value)) return value.map(walk)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escapeTerminal(key), walk(item)]))
}

/** Replaces every character that a terminal would obey by as many blanks, so that columns stay where they are. */
export const blankTerminal = (text: string): string =>
  text.replace(COMMANDS, (character) => ' '.repeat(character.length))

/** Writes JSON that equals the value when it is read, and that no terminal obeys when it is shown. */
export const toSafeJson = (value: unknown): string => escapeJson(JSON.stringify(value))

/** Makes JSON text safe to show; it still equals the same value. */
export const escapeJson = (json: string): string =>
  json.replace(COMMANDS, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  )
