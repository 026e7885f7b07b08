// The one place that knows the CEL engine: its limits, our operators and our one function. Ring 0: runs in the workflow
// sandbox too. Read next: evaluate.ts (values at run time), check.ts (types at compile time).
import { Environment, type ASTNode } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'

/** Structural limits, so that no expression can cost more than about a millisecond (reliability.md, T6). */
const LIMITS = { maxAstNodes: 500, maxDepth: 32, maxListElements: 1_000, maxMapEntries: 1_000, maxCallArguments: 16 }

/** More than this many loops inside each other are refused: the cost is the product of their lists. */
const MAX_NESTED_LOOPS = 2

const LOOPS = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])

const PATTERNS_KEPT = 200
const patterns = new Map<string, RE2JS>()

/** Compiles a pattern by RE2, which has no exponential case; keeps the last ones. Fails on a malformed pattern. */
export function compilePattern(source: string): RE2JS {
  const kept = patterns.get(source)
  if (kept !== undefined) return kept
  const compiled = RE2JS.compile(source)
  if (patterns.size >= PATTERNS_KEPT) patterns.clear()
  patterns.set(source, compiled)
  return compiled
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

/**
 * Creates the CEL environment of all of Phix's expressions.
 * Why the operators: a JSON number is a double, an integer literal is an int, and `n + 1` must work (decision 0101).
 */
export function createEnvironment(options: { readonly closed: boolean }): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: !options.closed,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  })
  for (const [operator, apply] of Object.entries(ARITHMETIC)) {
    const mixed = (a: unknown, b: unknown): number => apply(Number(a), Number(b))
    environment.registerOperator(`double ${operator} int`, mixed).registerOperator(`int ${operator} double`, mixed)
  }
  environment.registerOperator('double % double', (a: number, b: number) => a % b)
  environment.registerOperator('double == int', (a: number, b: bigint) => a === Number(b))
  environment.registerFunction('re(string, string): bool', (text: string, pattern: string) =>
    compilePattern(pattern).matcher(text).find(),
  )
  return environment
}

/** What is no mistake of syntax or types and must not run all the same. */
export interface Forbidden {
  readonly kind: 'pattern' | 'cost'
  readonly message: string
  readonly start: number
  readonly end: number
}

/** What is wrong with a parsed expression beyond syntax and types, with its place; null where nothing is. */
export function findForbidden(ast: ASTNode): Forbidden | null {
  let found: Forbidden | null = null
  walk(ast, 0, (node, loops) => {
    if (found !== null) return
    const { start, end } = node
    if ((node.op === 'call' || node.op === 'rcall') && node.args[0] === 'matches')
      found = {
        kind: 'pattern',
        message: '`matches` can hang on a hostile text; use `re(text, "pattern")`',
        start,
        end,
      }
    if (loops > MAX_NESTED_LOOPS)
      found = {
        kind: 'cost',
        message: `more than ${MAX_NESTED_LOOPS} loops (all, exists, filter, map) inside each other`,
        start,
        end,
      }
    if (node.op === 'call' && node.args[0] === 're') {
      const pattern = node.args[1][1]
      if (pattern?.op === 'value' && typeof pattern.args === 'string') {
        try {
          compilePattern(pattern.args)
        } catch (error) {
          found = {
            kind: 'pattern',
            message: (error as Error).message.replace(/^error parsing regexp: /, ''),
            start: pattern.start,
            end: pattern.end,
          }
        }
      }
    }
  })
  return found
}

/** Names of the variables that an expression reads, loop variables included. */
export function rootsOf(ast: ASTNode): ReadonlySet<string> {
  const roots = new Set<string>()
  walk(ast, 0, (node) => {
    if (node.op === 'id') roots.add(node.args)
  })
  return roots
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value

/** Visits every node, parents first, with the number of loops around it. */
export function walk(node: ASTNode, loops: number, visit: (node: ASTNode, loops: number) => void): void {
  const inside = node.op === 'rcall' && LOOPS.has(node.args[0]) ? loops + 1 : loops
  visit(node, inside)
  const descend = (value: unknown): void => {
    if (isNode(value)) walk(value, inside, visit)
    else if (Array.isArray(value)) value.forEach(descend)
  }
  descend(node.args)
}
