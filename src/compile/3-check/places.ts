// Where each step stands: its block, what is around it, what is known there. Made once, read by all rules.
import type { BlockAst, RunbookAst, StepAst } from '../2-shape/ast.ts'
import { isProblem, notOkSteps, okSteps, parseExpression } from '../../expressions/check.ts'
import type { Expression } from '../2-shape/ast.ts'

/** A list of steps and the one around it. */
export interface Scope {
  readonly parent: Scope | null
  readonly role: BlockAst['role'] | 'top'
  readonly steps: readonly StepAst[]
  /** The step that holds the block; null at the top. */
  readonly owner: Placed | null
}

export interface Placed {
  readonly step: StepAst
  /** Position in the order of the text. */
  readonly order: number
  readonly scope: Scope
  /** Ids of the steps known to be `ok` when this step's own values are read. */
  readonly guards: ReadonlySet<string>
  /** The same when its `if` is read. */
  readonly guardsBefore: ReadonlySet<string>
}

export interface Places {
  readonly all: readonly Placed[]
  /** The first step of each written id. */
  readonly byId: ReadonlyMap<string, Placed>
  /** False where a step may have an id that could not be read. */
  readonly knowsIds: boolean
  readonly top: Scope
  /** The scope of each block of a step. */
  readonly scopes: ReadonlyMap<BlockAst, Scope>
}

export function placesOf(ast: RunbookAst): Places {
  const all: Placed[] = []
  const byId = new Map<string, Placed>()
  const scopes = new Map<BlockAst, Scope>()

  const placeAll = (scope: Scope, known: ReadonlySet<string>): void => {
    let guardsBefore = known
    for (const step of scope.steps) {
      const placed = { step, order: all.length, scope, guards: withOk(guardsBefore, step.condition), guardsBefore }
      all.push(placed)
      if (step.named && !byId.has(step.id)) byId.set(step.id, placed)
      placeBlocks(placed, scope)
      // `- if: "!steps.x.ok"` with an ending: whoever comes after knows that x is ok.
      if (step.condition !== null && endsInside(step)) guardsBefore = withNotOk(guardsBefore, step.condition)
    }
  }
  const placeBlocks = (placed: Placed, around: Scope): void => {
    let tried: Scope | null = null
    for (const block of placed.step.blocks) {
      // A handler sees what was tried; what is there may have failed.
      const parent = block.role === 'catch' || block.role === 'finally' ? (tried ?? around) : around
      const scope: Scope = { parent, role: block.role, steps: block.steps, owner: placed }
      scopes.set(block, scope)
      if (block.role === 'steps') tried = scope
      placeAll(scope, withOk(placed.guards, block.when))
    }
  }
  const top: Scope = { parent: null, role: 'top', steps: ast.steps, owner: null }
  placeAll(top, NONE)
  placeAll({ parent: top, role: 'finally', steps: ast.finally, owner: null }, NONE)
  return { all, byId, knowsIds: !all.some(({ step }) => step.told.has('id')), top, scopes }
}

const NONE: ReadonlySet<string> = new Set()

const withOk = (known: ReadonlySet<string>, condition: Expression | null): ReadonlySet<string> =>
  learn(known, condition, okSteps)
const withNotOk = (known: ReadonlySet<string>, condition: Expression): ReadonlySet<string> =>
  learn(known, condition, notOkSteps)

function learn(known: ReadonlySet<string>, condition: Expression | null, from: typeof okSteps): ReadonlySet<string> {
  if (condition === null) return known
  const parsed = parseExpression(condition.source)
  if (isProblem(parsed)) return known
  const learned = from(parsed.ast)
  return learned.size === 0 ? known : new Set([...known, ...learned])
}

/** True where nothing after the step runs, once the step itself runs. */
export function endsInside(step: StepAst): boolean {
  switch (step.part.kind) {
    case 'end':
      return true
    case 'fail':
      return step.onFailure === null || step.onFailure === 'abort'
    case 'do':
      return step.blocks.some(({ steps }) => steps.some(alwaysEnds)) && step.onFailure !== 'continue'
    case 'switch': {
      const otherwise = step.blocks.at(-1)
      return (
        otherwise !== undefined &&
        step.blocks.every(({ steps }) => steps.some(alwaysEnds)) &&
        step.onFailure !== 'continue'
      )
    }
    default:
      return false
  }
}

/** True where the step ends its block whenever the block gets there. */
export const alwaysEnds = (step: StepAst): boolean =>
  step.condition === null && !step.told.has('if') && !step.told.has('onFailure') && endsInside(step)

/** The scopes from this one outwards. */
export function* outwards(scope: Scope): Generator<Scope> {
  for (let here: Scope | null = scope; here !== null; here = here.parent) yield here
}

/** The steps that hold this place, innermost first. */
export function* holdersOf(scope: Scope): Generator<Placed> {
  for (const each of outwards(scope)) if (each.owner !== null) yield each.owner
}
