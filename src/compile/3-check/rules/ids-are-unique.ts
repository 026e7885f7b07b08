import type { Rule } from '../context.ts'

/** Gates, records and references name steps by their ids. */
export const idsAreUnique: Rule = ({ places, report }) => {
  for (const { step } of places.all) {
    const first = step.named ? places.byId.get(step.id) : undefined
    if (first !== undefined && first.step !== step)
      report('RB309', step.idAt, { id: step.id, line: report.lineOf(first.step.idAt) })
  }
}
