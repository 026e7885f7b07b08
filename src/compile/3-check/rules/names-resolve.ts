import type { Named, StepAst } from '../../2-shape/ast.ts'
import { didYouMean } from '../../did-you-mean.ts'
import type { CheckContext, Rule } from '../context.ts'
import { outwards } from '../places.ts'

/** Actions are in the catalogue, child runbooks are compiled, `recheck` is a read that came before. */
export const namesResolve: Rule = (context) => {
  for (const placed of context.places.all) {
    const { step } = placed
    if (step.broken) continue
    const { part } = step
    if (part.kind === 'act' || part.kind === 'waitUntil') actionExists(part.action, context)
    if (part.kind === 'waitUntil') isRead(part.action, context)
    if (part.kind === 'run' && part.runbook.name !== '' && !context.runbooks.has(part.runbook.name))
      context.report(
        'RB311',
        part.runbook.at,
        { name: part.runbook.name },
        didYouMean(part.runbook.name, context.runbooks.keys()),
      )
    if (part.kind === 'approve' && part.recheck !== null) {
      const { name, at } = part.recheck
      const found = context.places.byId.get(name)
      if (name === '' || (found === undefined && !context.places.knowsIds)) continue
      if (found === undefined) context.report('RB306', at, { id: name }, didYouMean(name, context.places.byId.keys()))
      else if (found.order >= placed.order || ![...outwards(placed.scope)].includes(found.scope))
        context.report('RB307', at, { id: name, line: context.report.lineOf(found.step.idAt) })
      else if (!isReading(found.step, context)) context.report('RB325', at, { id: name })
    }
    if (step.undo !== null && typeof step.undo === 'object') actionExists(step.undo.action, context)
  }
}

function actionExists({ name, at }: Named, { catalogue, report }: CheckContext): void {
  // A name that could not be read has been told.
  if (name === '' || catalogue.has(name)) return
  report('RB310', at, { name }, didYouMean(name, catalogue.keys()) ?? sameDriver(name, catalogue.keys()))
}

/** The other actions of the driver that was named. */
function sameDriver(name: string, known: Iterable<string>): string | undefined {
  const driver = `${name.split('.')[0] ?? ''}.`
  const found = [...known].filter((each) => each.startsWith(driver))
  return found.length === 0 ? undefined : `there is: ${found.map((each) => `\`${each}\``).join(', ')}`
}

function isRead({ name, at }: Named, { catalogue, report }: CheckContext): void {
  const effect = catalogue.get(name)?.effect
  if (effect !== undefined && effect !== 'read') report('RB327', at, { action: name, effect })
}

const isReading = ({ part }: StepAst, { catalogue }: CheckContext): boolean =>
  part.kind === 'waitUntil' ||
  (part.kind === 'act' && (part.action.name === '' || catalogue.get(part.action.name)?.effect === 'read'))
