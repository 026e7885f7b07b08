import type { Rule } from '../context.ts'

/** Somebody must hear of it when nothing happens: every wait has an end. */
export const everyWaitEnds: Rule = ({ places, report }) => {
  for (const { step } of places.all) {
    if (step.broken) continue
    const { part, keyAt } = step
    // Where a key is written in a wrong way, that has been told.
    const endless = (what: string, key: string, example: string): void => {
      if (step.told.has(key) || step.told.has(what.replaceAll('`', ''))) return
      report('RB315', keyAt, { what, key }, `add \`${key}: ${example}\``)
    }
    if (part.kind === 'waitUntil' && step.timeoutMs === null) endless('`waitUntil`', 'timeout', '30s')
    if (part.kind === 'approve' && part.deadlineMs === null) endless('`approve`', 'deadline', '15m')
    if (part.kind === 'manual' && part.deadlineMs === null) endless('`manual`', 'deadline', '4h')
    if (part.kind === 'repeat' && part.maxIterations === null) endless('`repeat`', 'max', '10')
    if (step.needsApproval !== null && step.needsApproval.deadlineMs === null)
      endless('`needsApproval`', 'deadline', '15m')
  }
}
