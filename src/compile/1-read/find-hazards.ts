// Looks at the raw text before the YAML parser sees it. Why: some texts of a few kilobytes kill the parser's process
// (`- - - - …` a thousand times makes it build a regular expression that does not fit into memory), so what is that deep
// is refused by counting characters.
import type { Span } from './tree.ts'

export type Hazard =
  | { readonly kind: 'control'; readonly at: Span; readonly character: string }
  | { readonly kind: 'depth'; readonly at: Span }
  | { readonly kind: 'flood'; readonly at: Span; readonly what: string; readonly limit: number }

/** Far above the limit of the tree (read.ts), which gives the exact place; here only the process is protected. */
const MAX_FLOW_DEPTH = 64
const MAX_INDENT = 512

/** What a hand writes stays far below; what is above costs the parser half a second or more. */
const MAX_LINES = 10_000
const MAX_MARKS_ON_A_LINE = 2_000
const MARKS = new Set('[]{},:!&*"\'')

/** Finds what must not reach the YAML parser; null where nothing is. Linear in the text. */
export function findHazard(text: string): Hazard | null {
  return findControl(text) ?? findDeepFlow(text) ?? findDeepIndent(text) ?? findFlood(text)
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/

function findControl(text: string): Hazard | null {
  const found = CONTROL.exec(text)
  if (found === null) return null
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return { kind: 'control', at: { start: found.index, end: found.index + 1 }, character: `U+${code}` }
}

function findDeepFlow(text: string): Hazard | null {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1)
    if (depth > MAX_FLOW_DEPTH) return { kind: 'depth', at: { start: at, end: at + 1 } }
  }
  return null
}

function findDeepIndent(text: string): Hazard | null {
  let column = 0
  let isPrefix = true
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '\n') {
      column = 0
      isPrefix = true
    } else if (isPrefix && (character === ' ' || character === '-' || character === '?' || character === ':')) {
      column += 1
      if (column > MAX_INDENT) return { kind: 'depth', at: { start: at, end: at + 1 } }
    } else isPrefix = false
  }
  return null
}

function findFlood(text: string): Hazard | null {
  let lines = 1
  let marks = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    const here = { start: at, end: at + 1 }
    if (character === '\n') {
      lines += 1
      marks = 0
      if (lines > MAX_LINES) return { kind: 'flood', at: here, what: 'lines', limit: MAX_LINES }
    } else if (MARKS.has(character)) {
      marks += 1
      if (marks > MAX_MARKS_ON_A_LINE)
        return { kind: 'flood', at: here, what: 'marks of YAML on one line', limit: MAX_MARKS_ON_A_LINE }
    }
  }
  return null
}
