// `phix graph`: the flow of a runbook as Mermaid or DOT text.
import { EXIT } from '../exit-codes.ts'
import { findRunbook } from '../find-runbook.ts'
import { choice } from '../program-options.ts'
import { readPlan } from '../read-plan.ts'
import type { Verb } from '../verb.ts'

interface Options {
  readonly format: 'mermaid' | 'dot'
}

export const graph: Verb<Options> = {
  name: 'graph',
  summary: 'Draw the flow of a runbook.',
  examples: [
    ['phix graph single-node-recovery', 'Mermaid, for Markdown'],
    ['phix graph my.yaml --format dot | dot -Tsvg > my.svg', 'with Graphviz'],
  ],
  declare: (command) =>
    command
      .argument('<runbook>', 'the name of a runbook, or a file')
      .addOption(choice('--format <format>', 'how to draw', ['mermaid', 'dot']).default('mermaid')),
  async run(context, { format }, word) {
    const { deps, out } = context
    const { plan } = readPlan(
      await findRunbook(await deps.compiler(), (await context.settings()).runbooksFolder, String(word)),
    )
    const text =
      format === 'dot'
        ? (await import('../plan-view/dot.ts')).toDot(plan)
        : (await import('../plan-view/mermaid.ts')).toMermaid(plan)
    out.answer({ runbook: plan.name, format, text }, (safe) => safe.text.trimEnd().split('\n'))
    return EXIT.ok
  },
}
