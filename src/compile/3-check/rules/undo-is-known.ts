import type { Rule } from '../context.ts'

/** A change that cannot be taken back is a decision somebody has written down. */
export const undoIsKnown: Rule = ({ places, catalogue, report }) => {
  for (const { step } of places.all) {
    const { part } = step
    if (step.broken || part.kind !== 'act') continue
    const manifest = catalogue.get(part.action.name)
    if (manifest === undefined || manifest.effect === 'read') continue
    const undo = step.undo ?? manifest.undo
    if (undo === 'impossible' && !step.irreversible && !step.told.has('irreversible') && !step.told.has('undo'))
      report('RB317', part.action.at, { action: part.action.name })
    if (step.undo === null && typeof manifest.undo === 'object' && !catalogue.has(manifest.undo.action))
      report('RB310', part.action.at, { name: manifest.undo.action }, `it would undo \`${manifest.name}\``)
  }
}
