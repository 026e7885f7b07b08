// Type-checks expressions at compile time: which names they read, what type they have, what is wrong and where.
// Types come from JSON Schemas; a number is a double (decision 0101). Pure; offsets count in the expression's own text.
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import type { JsonObject } from '../plan/json.ts'
import type { JsonSchema } from '../plan/manifest.ts'
import { createEnvironment, findForbidden, walk } from './environment.ts'
import { inWords } from './in-words.ts'

export type ExpressionType = 'bool' | 'string' | 'number' | 'list' | 'map' | 'unknown'

export interface ExpressionProblem {
  readonly kind: 'syntax' | 'root' | 'field' | 'type' | 'pattern' | 'cost'
  readonly why: string
  /** For `root` and `field`: the name, what it was looked for in, and the names there are. */
  readonly name: string
  readonly of: string
  readonly candidates: readonly string[]
  readonly start: number
  readonly end: number
}

/** `steps.a.output.b`: a path of names from a root. */
export interface Path {
  readonly root: string
  readonly fields: readonly { readonly name: string; readonly start: number; readonly end: number }[]
  readonly start: number
  readonly end: number
  /** Inside `has(…)`. */
  readonly tested: boolean
  /** `steps.X.ok` of these X is known to be true where this path is read. */
  readonly guardedBy: ReadonlySet<string>
}

export interface ParsedExpression {
  readonly ast: ASTNode
  readonly paths: readonly Path[]
}

const environment = createEnvironment({ closed: false })

const KEPT = 2_000
const parsed = new Map<string, ParsedExpression | ExpressionProblem>()

/** Parses an expression and lists the paths it reads; keeps the last ones, which several rules ask for. */
export function parseExpression(source: string): ParsedExpression | ExpressionProblem {
  const kept = parsed.get(source)
  if (kept !== undefined) return kept
  const result = parseAnew(source)
  if (parsed.size >= KEPT) parsed.clear()
  parsed.set(source, result)
  return result
}

function parseAnew(source: string): ParsedExpression | ExpressionProblem {
  try {
    const { ast } = environment.parse(source)
    const forbidden = findForbidden(ast)
    if (forbidden !== null)
      return { ...problem(forbidden.kind, forbidden.message), start: forbidden.start, end: forbidden.end }
    return { ast, paths: pathsOf(ast) }
  } catch (error) {
    return syntaxProblem(error, source)
  }
}

function syntaxProblem(error: unknown, source: string): ExpressionProblem {
  const range = rangeOf(error, source)
  const there = source.slice(range.start, range.end)
  const { code } = error as EngineError
  const why =
    (code === 'unexpected_token' || code === 'unexpected_character') && there !== ''
      ? `unexpected \`${there}\``
      : inWords(error)
  return { ...problem(code === 'limit_exceeded' ? 'cost' : 'syntax', why), ...range }
}

export const isProblem = (result: ParsedExpression | ExpressionProblem): result is ExpressionProblem => 'why' in result

const problem = (kind: ExpressionProblem['kind'], why: string): ExpressionProblem => ({
  kind,
  why,
  name: '',
  of: '',
  candidates: [],
  start: 0,
  end: 0,
})

export type Roots = Readonly<Record<string, JsonSchema>>

/** Checks types against roots. Create one for a whole runbook: preparing it costs more than a check. */
export interface Checker {
  /** `more` are the roots of this place only: `output`, `item`, … Where there is no problem, the type. */
  check(source: string, more?: Roots): ExpressionProblem | { readonly type: ExpressionType }
}

export function createChecker(roots: Roots): Checker {
  const base = declare(createEnvironment({ closed: true }), roots)
  const extended = new WeakMap<Roots, Environment>()
  const environmentWith = (more: Roots | undefined): Environment => {
    if (more === undefined || Object.keys(more).length === 0) return base
    const known = extended.get(more)
    if (known !== undefined) return known
    const created = declare(base.clone(), more)
    extended.set(more, created)
    return created
  }
  return {
    check(source, more) {
      const expression = parseExpression(source)
      if (isProblem(expression)) return expression
      const unknown = firstUnknown(expression.paths, more === undefined ? roots : { ...roots, ...more })
      if (unknown !== null) return unknown
      const result = environmentWith(more).check(source)
      if (result.valid) return { type: typeFrom(result.type ?? 'dyn') }
      return { ...problem('type', inWords(result.error)), ...rangeOf(result.error, source) }
    },
  }
}

function declare(target: Environment, roots: Roots): Environment {
  const named = new Map<JsonSchema, string>()
  for (const [name, schema] of Object.entries(roots)) target.registerVariable(name, typeName(schema, target, named))
  return target
}

let typesMade = 0

/**
 * A JSON Schema as a type of CEL. What cannot be said there is `dyn`: it is judged when the run gets there.
 * Why `named`: the steps of a long runbook have few different outputs, and each is declared once.
 */
function typeName(schema: JsonSchema, target: Environment, named: Map<JsonSchema, string>): string {
  switch (schema['type']) {
    case 'string':
      return 'string'
    case 'number':
    case 'integer':
      return 'double'
    case 'boolean':
      return 'bool'
    case 'array':
      return `list<${isSchema(schema['items']) ? innerType(schema['items']) : 'dyn'}>`
    case 'object':
      return objectType(schema, target, named)
    default:
      return 'dyn'
  }
}

function objectType(schema: JsonSchema, target: Environment, named: Map<JsonSchema, string>): string {
  const fields = fieldsOf(schema)
  if (fields === null || Object.keys(fields).length === 0) {
    const values = schema['additionalProperties']
    const isMap = schema['properties'] === undefined
    return isMap ? `map<string, ${isSchema(values) ? innerType(values) : 'dyn'}>` : 'dyn'
  }
  const known = named.get(schema)
  if (known !== undefined) return known
  typesMade += 1
  const name = `Known${typesMade}`
  named.set(schema, name)
  const types = Object.entries(fields).map(([key, each]) => [key, typeName(each, target, named)])
  target.registerType(name, { schema: Object.fromEntries(types) as Record<string, string> })
  return name
}

/** Types inside lists and maps: the simple ones. */
const innerType = (schema: JsonSchema): string => {
  const { type } = schema
  return type === 'string'
    ? 'string'
    : type === 'boolean'
      ? 'bool'
      : type === 'number' || type === 'integer'
        ? 'double'
        : 'dyn'
}

/** The declared fields where the list is complete; null for an open map. */
function fieldsOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> | null {
  const { properties, additionalProperties } = schema
  if (schema['type'] !== 'object' || !isSchema(properties)) return null
  if (Object.keys(properties).length === 0 && additionalProperties !== false) return null
  return additionalProperties === true || isSchema(additionalProperties)
    ? null
    : (properties as Readonly<Record<string, JsonSchema>>)
}

const isSchema = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first name that no root and no field has: found here, because the engine cannot tell what would be there. */
function firstUnknown(paths: readonly Path[], roots: Roots): ExpressionProblem | null {
  for (const { root, fields, start, end } of paths) {
    let schema: JsonSchema | undefined = Object.hasOwn(roots, root) ? roots[root] : undefined
    if (schema === undefined)
      return {
        ...problem('root', ''),
        name: root,
        candidates: Object.keys(roots),
        start,
        end: start + root.length || end,
      }
    let of = root
    for (const field of fields) {
      const known: Roots | null = schema === undefined ? null : fieldsOf(schema)
      if (known === null) break
      schema = Object.hasOwn(known, field.name) ? known[field.name] : undefined
      if (schema === undefined) return { ...problem('field', ''), ...field, of, candidates: Object.keys(known) }
      of = `${of}.${field.name}`
    }
  }
  return null
}

const LOOPS = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])

/** Lists the paths that an expression reads; names bound by a loop of the expression itself are none. */
function pathsOf(ast: ASTNode): readonly Path[] {
  const paths: Path[] = []
  const visit = (node: ASTNode, bound: ReadonlySet<string>, tested: boolean, guards: ReadonlySet<string>): void => {
    const chain = chainOf(node)
    if (chain !== null) {
      if (!bound.has(chain.root)) paths.push({ ...chain, tested, guardedBy: guards })
      return
    }
    switch (node.op) {
      case '&&':
        visit(node.args[0], bound, tested, guards)
        visit(node.args[1], bound, tested, union(guards, okSteps(node.args[0])))
        return
      case '||':
        visit(node.args[0], bound, tested, guards)
        visit(node.args[1], bound, tested, union(guards, notOkSteps(node.args[0])))
        return
      case '?:':
        visit(node.args[0], bound, tested, guards)
        visit(node.args[1], bound, tested, union(guards, okSteps(node.args[0])))
        visit(node.args[2], bound, tested, union(guards, notOkSteps(node.args[0])))
        return
      case 'call':
        for (const each of node.args[1]) visit(each, bound, tested || node.args[0] === 'has', guards)
        return
      case 'rcall': {
        const [name, receiver, args] = node.args
        visit(receiver, bound, tested, guards)
        const variable = args[0]
        const inner = LOOPS.has(name) && variable?.op === 'id' ? new Set([...bound, variable.args]) : bound
        for (const each of inner === bound ? args : args.slice(1)) visit(each, inner, tested, guards)
        return
      }
      case '.?':
        visit(node.args[0], bound, true, guards)
        return
      default:
        for (const each of childrenOf(node)) visit(each, bound, tested, guards)
    }
  }
  visit(ast, new Set(), false, new Set())
  return paths
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = []
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect)
    else if (typeof value === 'object' && value !== null && 'op' in value) found.push(value as ASTNode)
  }
  collect(node.args)
  return found
}

type Chain = Pick<Path, 'root' | 'fields' | 'start' | 'end'>

/** `a.b.c` and `a["b"]`, from the root on; null for anything else. */
function chainOf(node: ASTNode): Chain | null {
  if (node.op === 'id') return { root: node.args, fields: [], start: node.start, end: node.end }
  if (node.op === '.') {
    const before = chainOf(node.args[0])
    if (before === null) return null
    // The node's own range is the field's name.
    const start = node.end - node.args[1].length
    return { ...before, fields: [...before.fields, { name: node.args[1], start, end: node.end }], end: node.end }
  }
  if (node.op === '[]') {
    const [of, index] = node.args
    const before = chainOf(of)
    if (before === null || index.op !== 'value' || typeof index.args !== 'string') return null
    const field = { name: index.args, start: index.start, end: index.end }
    return { ...before, fields: [...before.fields, field], end: node.end }
  }
  return null
}

const union = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  b.size === 0 ? a : new Set([...a, ...b])

/** Ids of the steps that are `ok` wherever this condition is true. */
export function okSteps(node: ASTNode): ReadonlySet<string> {
  if (node.op === '&&') return union(okSteps(node.args[0]), okSteps(node.args[1]))
  if (node.op === '!_') return notOkSteps(node.args)
  const chain = chainOf(node)
  const [step, field] = chain?.fields ?? []
  return chain?.root === 'steps' && chain.fields.length === 2 && field?.name === 'ok' && step !== undefined
    ? new Set([step.name])
    : new Set()
}

/** Ids of the steps that are `ok` wherever this condition is false. */
export function notOkSteps(node: ASTNode): ReadonlySet<string> {
  if (node.op === '||') return union(notOkSteps(node.args[0]), notOkSteps(node.args[1]))
  return node.op === '!_' ? okSteps(node.args) : new Set()
}

/** True where the expression reads nothing: it has the same value every time. */
export const isConstant = ({ ast, paths }: ParsedExpression): boolean => {
  let isPure = paths.length === 0
  walk(ast, 0, (node) => {
    if (node.op === 'call' && node.args[0] === 'now') isPure = false
  })
  return isPure
}

function typeFrom(name: string): ExpressionType {
  if (name === 'bool' || name === 'string') return name
  if (name === 'double' || name === 'int' || name === 'uint') return 'number'
  if (name.startsWith('list')) return 'list'
  if (name.startsWith('map') || name.startsWith('Known')) return 'map'
  return 'unknown'
}

interface EngineError {
  readonly code?: string
  readonly range?: { readonly start: number; readonly end: number }
}

function rangeOf(error: unknown, source: string): { readonly start: number; readonly end: number } {
  const range = (error as EngineError | undefined)?.range
  const start = Math.min(range?.start ?? 0, source.length)
  return { start, end: Math.max(start, Math.min(range?.end ?? source.length, source.length)) }
}
