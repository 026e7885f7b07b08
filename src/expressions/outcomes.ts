// Finds conditions that name something and still can go one way only: `true || x`, `x == x`, a status that is no word of
// the list. Pure. Whatever cannot be told from the text alone may go both ways: silence is never a false alarm.
import type { ASTNode } from '@marcbachmann/cel-js'
import { walk } from './environment.ts'

export interface OneWay {
  readonly kind: 'constant' | 'status'
  readonly value: boolean
  /** The word that is no status. */
  readonly status: string
  readonly start: number
  readonly end: number
}

/** Answers the first part of a condition that always has the same outcome; null where every part may go both ways. */
export function findOneWay(source: string, ast: ASTNode, statuses: readonly string[]): OneWay | null {
  let found: OneWay | null = null
  walk(ast, 0, (node) => {
    found ??= oneWayComparison(node, statuses)
  })
  const part = found ?? oneWayLogic(ast)
  return part === null ? null : { ...part, ...withBrackets(source, part) }
}

/** The range of a node begins inside of its own brackets: those that it cuts apart are taken in. */
function withBrackets(source: string, { start, end }: OneWay): Pick<OneWay, 'start' | 'end'> {
  const bare = source.slice(start, end).replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')
  let open = 0
  let missing = 0
  for (const character of bare) {
    if (character === '(') open += 1
    else if (character === ')' && open > 0) open -= 1
    else if (character === ')') missing += 1
  }
  let from = start
  for (; missing > 0 && from > 0; missing -= 1) from = source.lastIndexOf('(', from - 1)
  let to = end
  for (; open > 0; open -= 1) to = source.indexOf(')', to) + 1
  return { start: Math.max(from, 0), end: to }
}

const oneWay = (node: ASTNode, value: boolean): OneWay => ({
  kind: 'constant',
  value,
  status: '',
  start: node.start,
  end: node.end,
})

/** Outcomes where both sides are the same. */
const SAME_SIDES: Readonly<Record<string, boolean>> = {
  '==': true,
  '<=': true,
  '>=': true,
  '!=': false,
  '<': false,
  '>': false,
}
const MIRRORED: Readonly<Record<string, string>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
}

function oneWayComparison(node: ASTNode, statuses: readonly string[]): OneWay | null {
  if (node.op === 'in') return oneWayMembership(node, statuses)
  if (!Object.hasOwn(SAME_SIDES, node.op)) return null
  const [left, right] = node.args as [ASTNode, ASTNode]
  if (readsSomething(left) && keyOf(left) === keyOf(right)) return oneWay(node, SAME_SIDES[node.op] === true)
  const [of, other, op] = isLiteral(left) ? [right, left, MIRRORED[node.op] ?? node.op] : [left, right, node.op]
  if (!isLiteral(other)) return null
  const isEquality = op === '==' || op === '!='
  const { args: word } = other as { readonly args: unknown }
  if (isEquality && isStatus(of) && typeof word === 'string' && !statuses.includes(word))
    return { kind: 'status', value: op === '!=', status: word, start: other.start, end: other.end }
  const against = numberOf(other)
  if (against === null || !isSize(of)) return null
  const always = outcomeOfSize(op, against)
  return always === null ? null : oneWay(node, always)
}

/** A size is a whole number from 0 on. */
function outcomeOfSize(op: string, against: number): boolean | null {
  const isNever = !Number.isInteger(against) || against < 0
  switch (op) {
    case '>=':
      return against <= 0 ? true : null
    case '>':
      return against < 0 ? true : null
    case '<':
      return against <= 0 ? false : null
    case '<=':
      return against < 0 ? false : null
    case '==':
      return isNever ? false : null
    case '!=':
      return isNever ? true : null
    default:
      return null
  }
}

/** `steps.a.status in ["done"]`: a word of such a list that is no status. */
function oneWayMembership(node: ASTNode, statuses: readonly string[]): OneWay | null {
  const [of, list] = node.args as [ASTNode, ASTNode]
  if (!isStatus(of) || list.op !== 'list') return null
  for (const item of list.args) {
    if (item.op !== 'value' || typeof item.args !== 'string' || statuses.includes(item.args)) continue
    return { kind: 'status', value: false, status: item.args, start: item.start, end: item.end }
  }
  return null
}

const isLiteral = (node: ASTNode): boolean => node.op === 'value' || node.op === '-_'

function numberOf(node: ASTNode): number | null {
  if (node.op === '-_') {
    const inner = numberOf(node.args)
    return inner === null ? null : -inner
  }
  if (node.op !== 'value') return null
  return typeof node.args === 'number' || typeof node.args === 'bigint' ? Number(node.args) : null
}

/** `steps.X.status`. */
function isStatus(node: ASTNode): boolean {
  if (node.op !== '.' || node.args[1] !== 'status') return false
  const [step] = node.args
  if (step.op !== '.' && step.op !== '[]') return false
  const [root] = step.args
  return root.op === 'id' && root.args === 'steps'
}

const isSize = (node: ASTNode): boolean =>
  (node.op === 'call' && node.args[0] === 'size') || (node.op === 'rcall' && node.args[0] === 'size')

function readsSomething(node: ASTNode): boolean {
  let reads = false
  walk(node, 0, ({ op }) => {
    reads ||= op === 'id'
  })
  return reads
}

/** The same text for the same meaning: the node without its places. */
function keyOf(node: ASTNode): string {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value !== 'object' || value === null) return value
    return 'op' in value ? [value.op, plain((value as ASTNode).args)] : JSON.stringify(value)
  }
  return JSON.stringify(plain(node))
}

/** So many different parts are tried in all their outcomes; a longer condition may go both ways. */
const MOST_PARTS = 10

/** The innermost `&&`, `||`, `!` or `?:` that has one outcome, whatever its parts are. */
function oneWayLogic(node: ASTNode): OneWay | null {
  const parts = partsOf(node)
  if (parts.length === 0) return null
  for (const part of parts) {
    const inner = oneWayLogic(part)
    if (inner !== null) return inner
  }
  const atoms = [...atomsOf(node)]
  if (atoms.length === 0 || atoms.length > MOST_PARTS) return null
  const outcomes = new Set<boolean>()
  for (let row = 0; row < 2 ** atoms.length; row += 1) {
    outcomes.add(outcomeOf(node, (atom) => ((row >> atoms.indexOf(atom)) & 1) === 1))
    if (outcomes.size > 1) return null
  }
  return oneWay(node, outcomes.has(true))
}

/** What a node of logic is made of; nothing where it is no logic. */
function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case '&&':
    case '||':
    case '?:':
      return node.args as readonly ASTNode[]
    case '!_':
      return [node.args]
    default:
      return []
  }
}

/** The different parts that are no logic and no literal. */
function atomsOf(node: ASTNode): ReadonlySet<string> {
  const parts = partsOf(node)
  if (parts.length > 0) return new Set(parts.flatMap((part) => [...atomsOf(part)]))
  return node.op === 'value' ? new Set() : new Set([keyOf(node)])
}

function outcomeOf(node: ASTNode, holds: (atom: string) => boolean): boolean {
  switch (node.op) {
    case '&&':
      return outcomeOf(node.args[0], holds) && outcomeOf(node.args[1], holds)
    case '||':
      return outcomeOf(node.args[0], holds) || outcomeOf(node.args[1], holds)
    case '!_':
      return !outcomeOf(node.args, holds)
    case '?:':
      return outcomeOf(node.args[outcomeOf(node.args[0], holds) ? 1 : 2], holds)
    case 'value':
      return node.args === true
    default:
      return holds(keyOf(node))
  }
}
