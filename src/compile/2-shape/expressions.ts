// Finds the expressions in texts: bare ones as a whole, `${{ }}` inside values.
import { toJson, type ScalarTree, type Tree } from '../1-read/tree.ts'
import type { Report } from '../report.ts'
import type { Expression, ValueAst } from './ast.ts'

/** A bare expression: `if`, `until`, `that`, `when`. Fails: RB207 where it is wrapped. */
export function bareExpression(tree: Tree | undefined, report: Report): Expression | null {
  if (tree?.kind !== 'scalar') return null
  if (typeof tree.value === 'boolean') return { source: String(tree.value), scalar: tree, from: 0 }
  if (typeof tree.value !== 'string' || tree.value.trim() === '') return null
  if (tree.value.includes('${{')) {
    const inner = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(tree.value)?.[1]?.trim()
    report('RB207', tree.at, {}, inner === undefined ? undefined : `write \`${inner}\` without \`\${{ }}\``)
    // What is wrapped is the expression that was meant.
    return inner === undefined || inner === ''
      ? null
      : { source: inner, scalar: tree, from: tree.value.indexOf(inner, tree.value.indexOf('${{') + 3) }
  }
  return { source: tree.value, scalar: tree, from: 0 }
}

/** A value with what it holds of expressions. Fails: RB208. */
export function valueFrom(tree: Tree, report: Report): ValueAst {
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'string'
        ? textValue(tree, tree.value, report)
        : { kind: 'lit', value: tree.value, tree }
    case 'list': {
      const items = tree.items.map((item) => valueFrom(item, report))
      return items.every(({ kind }) => kind === 'lit')
        ? { kind: 'lit', value: toJson(tree), tree }
        : { kind: 'list', items, tree }
    }
    case 'map': {
      const entries = tree.entries.map(({ key, keyAt, value }) => ({ key, keyAt, value: valueFrom(value, report) }))
      return entries.every(({ value }) => value.kind === 'lit')
        ? { kind: 'lit', value: toJson(tree), tree }
        : { kind: 'map', entries, tree }
    }
  }
}

function textValue(tree: ScalarTree, text: string, report: Report): ValueAst {
  const parts: (string | Expression)[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('${{', at)
    if (open === -1) break
    const close = closeOf(text, open + 3)
    if (close === -1) {
      report('RB208', report.within(tree, open, open + 3))
      return { kind: 'lit', value: text, tree }
    }
    if (open > at) parts.push(text.slice(at, open))
    const inner = text.slice(open + 3, close)
    const lead = inner.length - inner.trimStart().length
    parts.push({ source: inner.trim(), scalar: tree, from: open + 3 + lead })
    at = close + 2
  }
  if (parts.length === 0) return { kind: 'lit', value: text, tree }
  if (at < text.length) parts.push(text.slice(at))
  const only = parts.length === 1 ? parts[0] : undefined
  if (only !== undefined && typeof only !== 'string') return { kind: 'cel', expression: only, tree }
  return { kind: 'text', parts, tree }
}

/** The `}}` that closes, not one inside a text or a map of the expression; -1 where there is none. */
function closeOf(text: string, from: number): number {
  let quote = ''
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string
    if (quote !== '') {
      if (character === '\\') at += 1
      else if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '{') depth += 1
    else if (character === '}') {
      if (depth === 0) return text[at + 1] === '}' ? at : -1
      depth -= 1
    }
  }
  return -1
}
