import type { StepAst } from '../../2-shape/ast.ts'
import type { CheckContext, Rule } from '../context.ts'
import { alwaysEnds, holdersOf, outwards, type Placed } from '../places.ts'

/** `recovered` is not claimed after a change, and nothing ends the run inside `finally`. */
export const endingsAreHonest: Rule = (context) => {
  const { places, report } = context
  for (const end of places.all) {
    const { part } = end.step
    if (end.step.broken || part.kind !== 'end') continue
    if ([...outwards(end.scope)].some(({ role }) => role === 'finally'))
      report('RB319', end.step.keyAt, { where: '`finally`' })
    else if (part.outcome === 'recovered') {
      const change = places.all.find(
        (each) => each.order < end.order && mayChange(each.step, context) && mayComeBefore(each, end),
      )
      if (change !== undefined) report('RB318', end.step.keyAt, { id: change.step.id })
    }
  }
}

function mayChange({ part, broken }: StepAst, { catalogue }: CheckContext): boolean {
  if (broken) return false
  if (part.kind === 'act') return (catalogue.get(part.action.name)?.effect ?? 'read') !== 'read'
  return (
    part.kind === 'run' ||
    part.kind === 'undoLeft' ||
    part.kind === 'manual' ||
    part.kind === 'degrade' ||
    part.kind === 'restore'
  )
}

/** False where the change stands in another case of the same `switch`, or in a block that always ends after it. */
function mayComeBefore(change: Placed, end: Placed): boolean {
  const aroundEnd = new Set(outwards(end.scope))
  for (const scope of outwards(change.scope)) {
    if (aroundEnd.has(scope)) return true
    if (scope.steps.some(alwaysEnds)) return false
    const isCase = scope.role === 'case' || scope.role === 'otherwise'
    if (isCase && scope.owner !== null && [...holdersOf(end.scope)].includes(scope.owner)) return false
  }
  return true
}
