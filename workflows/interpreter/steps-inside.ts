import type { Step } from '../../src/plan/plan.ts'

/** Answers the blocks of steps directly inside a step of this plan; a child's plan is its own. */
export function blocksOf(step: Step): readonly (readonly Step[])[] {
  switch (step.kind) {
    case 'do':
    case 'forEach':
    case 'repeat':
      return [step.steps]
    case 'parallel':
      return step.branches.map(({ steps }) => steps)
    case 'switch':
      return [...step.cases.map(({ steps }) => steps), step.otherwise]
    case 'try':
      return [step.steps, ...step.catches.map(({ steps }) => steps), step.finally]
    default:
      return []
  }
}

/** Finds a step by its id at any depth; ids are unique in a runbook. */
export function findStep(steps: readonly Step[], id: string): Step | null {
  for (const step of steps) {
    if (step.id === id) return step
    const inside = blocksOf(step)
      .map((block) => findStep(block, id))
      .find((found) => found !== null)
    if (inside !== undefined) return inside
  }
  return null
}
