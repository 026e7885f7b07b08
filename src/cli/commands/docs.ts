// `phix docs`: a runbook, or the action catalogue, as Markdown.
import { EXIT } from '../exit-codes.ts'
import { findRunbook } from '../find-runbook.ts'
import { readPlan } from '../read-plan.ts'
import type { Verb } from '../verb.ts'

export const docs: Verb = {
  name: 'docs',
  summary: 'Write Markdown: of a runbook, or of all actions.',
  examples: [
    ['phix docs', 'every action that a step can use'],
    ['phix docs single-node-recovery > page.md', 'one runbook'],
  ],
  declare: (command) => command.argument('[runbook]', 'the name of a runbook, or a file'),
  async run(context, _options, word) {
    const { deps, out } = context
    const compiler = await deps.compiler()
    if (word === undefined) {
      const { toCatalogueMarkdown } = await import('../plan-view/catalogue-markdown.ts')
      out.answer({ markdown: toCatalogueMarkdown(compiler.catalogue) }, (safe) => safe.markdown.trimEnd().split('\n'))
      return EXIT.ok
    }
    const { plan, planHash } = readPlan(
      await findRunbook(compiler, (await context.settings()).runbooksFolder, String(word)),
    )
    const { toRunbookMarkdown } = await import('../plan-view/runbook-markdown.ts')
    out.answer({ runbook: plan.name, markdown: toRunbookMarkdown(plan, planHash) }, (safe) =>
      safe.markdown.trimEnd().split('\n'),
    )
    return EXIT.ok
  },
}
