import type { Rule } from '../context.ts'
import { outwards } from '../places.ts'

/** Whoever destroys what cannot be made again was told to by a person: an `approve` before it, in its block or around. */
export const destroyIsApproved: Rule = ({ places, catalogue, report }) => {
  for (const { step, scope, order } of places.all) {
    const { part } = step
    if (step.broken || part.kind !== 'act' || catalogue.get(part.action.name)?.effect !== 'destroy') continue
    const scopes = [...outwards(scope)]
    const before = places.all.filter((each) => each.order < order)
    const isAsked =
      step.needsApproval !== null ||
      scopes.some(({ owner }) => owner !== null && owner.step.needsApproval !== null) ||
      before.some(
        (each) => each.step.part.kind === 'approve' && each.step.condition === null && scopes.includes(each.scope),
      )
    if (!isAsked) report('RB316', part.action.at, { action: part.action.name })
  }
}
