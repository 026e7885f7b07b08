// `phix reset`: a target's attempts and cooldowns are forgotten, so that the automation may try again.
import { CliError } from '../cli-error.ts'
import { demandWhy, sayToClusters } from '../say-to-fleet.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verb } from '../verb.ts'

interface Options {
  readonly cluster?: string
  readonly why?: string
}

export const reset: Verb<Options> = {
  name: 'reset',
  summary: 'Forget a target’s attempts and cooldown.',
  examples: [['phix reset node-2 --why "new disk"', 'it may be healed again']],
  declare: (command) =>
    command
      .argument('<target>', 'a node, service or cluster')
      .option('--cluster <name>', 'which cluster, where several have it')
      .option('--why <text>', 'the reason; it is kept'),
  async run(context, { cluster, why }, word) {
    const reason = demandWhy(why, `phix reset ${String(word)} --why "…"`)
    const { findTargets } = await import('../../inventory/find-target.ts')
    const found = findTargets(await context.deps.inventory(), String(word), cluster)
    const [target] = found
    if (target === undefined || found.length > 1)
      throw new CliError(
        target === undefined ? 'notFound' : 'usage',
        target === undefined
          ? `There is no target \`${String(word)}\` in the inventory.`
          : `\`${String(word)}\` names ${found.length} targets.`,
        target === undefined ? 'See all nodes with: phix status' : 'Say which with --cluster.',
      )
    await sayToClusters(context, [target.cluster.name], reason, (said) => ({
      ...said,
      kind: 'reset',
      target: target.name,
    }))
    return EXIT.ok
  },
}
