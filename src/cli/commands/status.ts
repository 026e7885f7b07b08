// `phix status`: what is healthy, what is being done about the rest, and whether anything here can be believed.
import { EXIT } from '../exit-codes.ts'
import { renderStatus } from '../status/render-status.ts'
import { readStatus, type Status } from '../status/read-status.ts'
import type { Verb } from '../verb.ts'

export const status: Verb<{ readonly cluster?: string }> = {
  name: 'status',
  summary: 'Show every node, every open run and the engine’s health.',
  examples: [
    ['phix status', 'everything'],
    ['phix status --cluster ollama --json', 'one cluster, for scripts'],
  ],
  declare: (command) => command.option('--cluster <name>', 'only this cluster'),
  async run(context, { cluster }) {
    const { io, out } = context
    const found: Status = await out.progress('Asking the engine', readStatus(context, cluster))
    out.answer(
      found,
      (safe) => renderStatus(safe, io.now(), out.paint),
      (safe) =>
        safe.clusters.flatMap(({ name, nodes }) =>
          nodes.map((node) => [name, node.name, node.verdict, node.phi, node.desired, node.attemptsLeft, node.lock]),
        ),
    )
    if (found.engine.problem === null) return EXIT.ok
    out.warn(`phix: ${found.engine.problem}`)
    out.warn(
      found.engine.server === null
        ? '      Is it running? Start it with `phix up`, then see what is missing with `phix doctor`.'
        : '      See what is missing with: phix doctor',
    )
    return EXIT.unreachable
  },
}
