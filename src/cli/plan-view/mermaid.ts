// A plan as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html). Labels are quoted and escaped.
import type { Plan } from '../../plan/plan.ts'
import { graphOf, type GraphNode } from './graph.ts'

const label = (text: string): string =>
  `"${text.replaceAll('#', '#35;').replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;').replaceAll('\n', ' ')}"`

const SHAPES: Readonly<Record<GraphNode['shape'], readonly [string, string]>> = {
  start: ['([', '])'],
  end: ['([', '])'],
  step: ['[', ']'],
  choice: ['{', '}'],
  gate: ['[/', '/]'],
}

/** Writes the flowchart. */
export function toMermaid(plan: Plan): string {
  const { nodes, edges } = graphOf(plan)
  const lines = nodes.map(({ id, text, shape }) => `  ${id}${SHAPES[shape][0]}${label(text)}${SHAPES[shape][1]}`)
  const arrows = edges.map(({ from, to, text }) => `  ${from} -->${text === null ? '' : `|${label(text)}|`} ${to}`)
  return ['flowchart TD', ...lines, ...arrows, ''].join('\n')
}
