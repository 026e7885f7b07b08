// The flow of a plan as nodes and edges, which mermaid.ts and dot.ts write out.
import type { Plan, Step } from '../../plan/plan.ts'

export interface GraphNode {
  readonly id: string
  readonly text: string
  readonly shape: 'start' | 'end' | 'step' | 'choice' | 'gate'
}
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly text: string | null
}
export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** An arrow that waits for its end. */
interface Loose {
  readonly from: string
  readonly text: string | null
}

/** Builds the graph: steps in order, a diamond for each condition, a fork for each block. */
export function graphOf(plan: Plan): Graph {
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const ends: Loose[] = []
  const checkedEnds: Loose[] = []
  // Ids of steps may hold anything that Mermaid reads as syntax; a number never does.
  const add = (text: string, shape: GraphNode['shape']): string => {
    const id = `n${nodes.length}`
    nodes.push({ id, text, shape })
    return id
  }
  const join = (loose: readonly Loose[], to: string): void => {
    for (const { from, text } of loose) edges.push({ from, to, text })
  }
  const sequence = (steps: readonly Step[], before: readonly Loose[]): readonly Loose[] =>
    steps.reduce((loose, step) => one(step, loose), before)

  function one(step: Step, before: readonly Loose[]): readonly Loose[] {
    if (step.if === null) return body(step, before)
    const choice = add(step.if, 'choice')
    join(before, choice)
    return [...body(step, [{ from: choice, text: 'yes' }]), { from: choice, text: 'no' }]
  }

  function body(step: Step, before: readonly Loose[]): readonly Loose[] {
    const node = add(
      textOf(step),
      step.kind === 'approve' || step.kind === 'manual' ? 'gate' : step.kind === 'switch' ? 'choice' : 'step',
    )
    join(before, node)
    const next = [{ from: node, text: null }]
    switch (step.kind) {
      case 'end':
      case 'fail':
        // Only the claim that nothing had to be done, and a failure, pass the check by.
        if (step.kind === 'end' && step.outcome === 'effective') checkedEnds.push({ from: node, text: null })
        else ends.push({ from: node, text: null })
        return []
      case 'do':
        return sequence(step.steps, next)
      case 'forEach':
      case 'repeat': {
        const last = sequence(step.steps, [{ from: node, text: step.kind === 'forEach' ? 'each' : null }])
        join(
          last.map(({ from }) => ({ from, text: step.kind === 'forEach' ? 'next' : 'again' })),
          node,
        )
        return [{ from: node, text: step.kind === 'forEach' ? 'all done' : step.until }]
      }
      case 'parallel':
        return step.branches.flatMap(({ id, steps }) => sequence(steps, [{ from: node, text: id }]))
      case 'switch':
        return [
          ...step.cases.flatMap(({ when, steps }) => sequence(steps, [{ from: node, text: when }])),
          ...sequence(step.otherwise, [{ from: node, text: 'else' }]),
        ]
      case 'try': {
        const tried = sequence(step.steps, next)
        const caught = step.catches.flatMap(({ codes, steps }) =>
          sequence(steps, [{ from: node, text: `on ${codes?.join(', ') ?? 'failure'}` }]),
        )
        return sequence(step.finally, [...tried, ...caught])
      }
      default:
        return next
    }
  }

  const start = add(plan.name, 'start')
  const last = [...sequence(plan.steps, [{ from: start, text: null }])]
  last.push(...checkedEnds)
  const checked = plan.verify === null ? last : verify(plan.verify.that)
  const finished = sequence(plan.finally, [...checked, ...ends])
  join(finished, add('end', 'end'))
  return { nodes, edges }

  function verify(that: readonly string[]): readonly Loose[] {
    const node = add(`verify: ${that.join(' and ')}`, 'step')
    join(last, node)
    return [{ from: node, text: null }]
  }
}

const textOf = (step: Step): string => (step.kind === 'act' ? `${step.title}\n${step.action.name}` : step.title)
