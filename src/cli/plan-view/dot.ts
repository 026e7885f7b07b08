// A plan as a Graphviz digraph (https://graphviz.org/doc/info/lang.html).
import type { Plan } from '../../plan/plan.ts'
import { graphOf, type GraphNode } from './graph.ts'

const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

const SHAPES: Readonly<Record<GraphNode['shape'], string>> = {
  start: 'oval',
  end: 'oval',
  step: 'box',
  choice: 'diamond',
  gate: 'parallelogram',
}

/** Writes the digraph. */
export function toDot(plan: Plan): string {
  const { nodes, edges } = graphOf(plan)
  return [
    `digraph ${quote(plan.name)} {`,
    ...nodes.map(({ id, text, shape }) => `  ${id} [label=${quote(text)}, shape=${SHAPES[shape]}];`),
    ...edges.map(({ from, to, text }) => `  ${from} -> ${to}${text === null ? '' : ` [label=${quote(text)}]`};`),
    '}',
    '',
  ].join('\n')
}
