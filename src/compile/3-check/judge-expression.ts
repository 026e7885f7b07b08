// Judges one expression at its place: syntax, names, references, types; at most one message each.
import {
  isConstant,
  isProblem,
  parseExpression,
  type Checker,
  type ExpressionProblem,
  type ExpressionType,
  type ParsedExpression,
  type Path,
} from '../../expressions/check.ts'
import { evaluateCel } from '../../expressions/evaluate.ts'
import { findOneWay } from '../../expressions/outcomes.ts'
import { STEP_STATUSES } from '../../plan/run.ts'
import type { Span } from '../1-read/tree.ts'
import type { Expression } from '../2-shape/ast.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { Report } from '../report.ts'
import type { CheckContext } from './context.ts'
import { holdersOf, outwards, type Placed, type Scope } from './places.ts'
import type { Read } from './reads.ts'

/** Judges a read; answers its type, null where something was wrong. */
export function judgeRead(read: Read, checker: Checker, context: CheckContext): ExpressionType | null {
  const { report } = context
  const parsed = parseExpression(read.expression.source)
  if (isProblem(parsed)) return reportProblem(parsed, read.expression, report)
  if (read.only === null && reportReferences(read, parsed, context)) return null
  const result = checker.check(read.expression.source, read.more)
  if (isProblem2(result)) return reportProblem(result, read.expression, report)
  if (reportWanted(read, result.type, report)) return null
  if (read.wants === 'condition') reportConstant(read, parsed, report)
  return result.type
}

/** Judges a condition that stands outside of any runbook. Fails: RB301–RB305, RB313. */
export function judgeLoneCondition(expression: Expression, where: string, checker: Checker, report: Report): void {
  const read: Read = { ...ALONE, expression, where }
  const parsed = parseExpression(expression.source)
  if (isProblem(parsed)) return void reportProblem(parsed, expression, report)
  const result = checker.check(expression.source)
  if (isProblem2(result)) return void reportProblem(result, expression, report)
  if (!reportWanted(read, result.type, report)) reportConstant(read, parsed, report)
}

const ALONE = {
  wants: 'condition',
  scope: null,
  order: 0,
  reader: null,
  guards: new Set<string>(),
  more: {},
  only: {},
} as const

const isProblem2 = (result: ExpressionProblem | { readonly type: ExpressionType }): result is ExpressionProblem =>
  'kind' in result

export const spanOf = (expression: Expression, start: number, end: number, report: Report): Span =>
  report.within(expression.scalar, expression.from + start, expression.from + end)

function reportProblem(problem: ExpressionProblem, expression: Expression, report: Report): null {
  const at = spanOf(expression, problem.start, problem.end, report)
  const { name, of, why, candidates } = problem
  switch (problem.kind) {
    case 'syntax':
      report('RB301', at, { why })
      break
    case 'root':
      report('RB302', at, { name }, didYouMean(name, candidates) ?? `known here: ${[...candidates].sort().join(', ')}`)
      break
    case 'field':
      report('RB303', at, { name, of }, didYouMean(name, candidates) ?? known(candidates))
      break
    case 'type':
      report('RB304', at, { why })
      break
    case 'pattern':
      report('RB320', at, { why })
      break
    case 'cost':
      report('RB332', at, { why })
      break
  }
  return null
}

const known = (candidates: readonly string[]): string =>
  candidates.length === 0 ? 'it has no fields' : `it has: ${candidates.slice(0, 20).join(', ')}`

/** References to steps: first whether there is such a step, then whether it can be seen, then whether it has an output. */
function reportReferences(read: Read, parsed: ParsedExpression, context: CheckContext): boolean {
  for (const path of parsed.paths) {
    const field = path.fields[0]
    if (path.root !== 'steps' || field === undefined) continue
    const at = spanOf(read.expression, field.start, field.end, context.report)
    if (reportReference(read, field.name, at, context)) return true
    if (reportMissingOutput(read, path, field.name, context)) return true
  }
  return false
}

function reportReference(read: Read, id: string, at: Span, { places, report }: CheckContext): boolean {
  const found = places.byId.get(id)
  if (found === undefined && !places.knowsIds) return true
  if (found === undefined) {
    report('RB306', at, { id }, didYouMean(id, places.byId.keys()) ?? 'give that step an `id`')
    return true
  }
  const isHolder =
    read.reader === found ||
    (read.scope !== null &&
      [...holdersOf(read.scope)].includes(found) &&
      read.scope !== null &&
      read.order !== Number.POSITIVE_INFINITY)
  if (isHolder) {
    report('RB331', at, { id })
    return true
  }
  if (!canSee(read.scope, found)) {
    report(found.order > read.order ? 'RB307' : 'RB308', at, { id, line: report.lineOf(found.step.idAt) })
    return true
  }
  if (found.order >= read.order) {
    report('RB307', at, { id, line: report.lineOf(found.step.idAt) })
    return true
  }
  return false
}

const canSee = (from: Scope | null, step: Placed): boolean =>
  from !== null && [...outwards(from)].some((scope) => scope === step.scope || scope.steps.includes(step.step))

function reportMissingOutput(read: Read, path: Path, id: string, { places, report }: CheckContext): boolean {
  const step = places.byId.get(id)
  const field = path.fields[1]
  if (step === undefined || (field?.name !== 'output' && field?.name !== 'results') || path.tested) return false
  if (path.fields.length === 2 && field.name === 'output') return false
  if (read.guards.has(id) || path.guardedBy.has(id) || !mayBeMissing(step, read)) return false
  const at = spanOf(read.expression, path.start, path.end, report)
  report('RB312', at, { id }, `write \`steps.${id}.ok && …\`, or give this step \`if: steps.${id}.ok\``)
  return true
}

/** Skipped by its `if`, failed and gone on, in a case or branch that may not have got there, or in what was tried. */
function mayBeMissing({ step, scope }: Placed, read: Read): boolean {
  if (step.condition !== null || step.onFailure === 'continue') return true
  if (read.order === Number.POSITIVE_INFINITY && isOneOfSeveral(scope)) return true
  const handlers =
    read.scope === null ? [] : [...outwards(read.scope)].filter(({ role }) => role === 'catch' || role === 'finally')
  return handlers.some(({ parent }) => parent === scope)
}

/** When the block around is done, this one may not have run, or may have failed. */
function isOneOfSeveral({ role, owner }: Scope): boolean {
  if (role === 'case' || role === 'otherwise') return true
  return role === 'branch' && owner?.step.part.kind === 'parallel' && owner.step.part.mode === 'collect'
}

const WANTED: Readonly<
  Record<'condition' | 'text' | 'list', { readonly type: ExpressionType; readonly says: string }>
> = {
  condition: { type: 'bool', says: 'true or false' },
  text: { type: 'string', says: 'a text' },
  list: { type: 'list', says: 'a list' },
}

export const TYPE_SAYS: Readonly<Record<ExpressionType, string>> = {
  bool: 'true or false',
  string: 'a text',
  number: 'a number',
  list: 'a list',
  map: 'a map',
  unknown: 'unknown',
}

function reportWanted(read: Read, type: ExpressionType, report: Report): boolean {
  if (read.wants === 'any' || type === 'unknown') return false
  const wanted = WANTED[read.wants]
  if (type === wanted.type) return false
  const at = spanOf(read.expression, 0, read.expression.source.length, report)
  report('RB305', at, { where: read.where, expected: wanted.says, found: TYPE_SAYS[type] })
  return true
}

function reportConstant(read: Read, parsed: ParsedExpression, report: Report): void {
  if (!isConstant(parsed)) {
    reportOneWay(read, parsed, report)
    return
  }
  try {
    const value = evaluateCel(read.expression.source, {})
    if (typeof value === 'boolean')
      report('RB313', spanOf(read.expression, 0, read.expression.source.length, report), { value: String(value) })
  } catch {
    // It has no value at all: the run would say so; here there is nothing that is always true or false.
  }
}

/** A condition that names something and still can go one way only; told at the part that makes it so. */
function reportOneWay(read: Read, parsed: ParsedExpression, report: Report): void {
  const found = findOneWay(read.expression.source, parsed.ast, STEP_STATUSES)
  if (found === null) return
  const at = spanOf(read.expression, found.start, found.end, report)
  if (found.kind === 'status') report('RB333', at, { status: found.status }, didYouMean(found.status, STEP_STATUSES))
  else report('RB313', at, { value: String(found.value) })
}
