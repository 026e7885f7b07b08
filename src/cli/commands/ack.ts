// `phix ack`: says that somebody is on it, to one run or to every open run on a target; nobody else is called then.
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import type { Engine, RunSummary } from '../../temporal/engine.ts'
import type { Verb } from '../verb.ts'

interface Options {
  readonly why?: string
}

export const ack: Verb<Options> = {
  name: 'ack',
  summary: 'Say that you are on it; the escalation stops.',
  examples: [
    ['phix ack node-2', 'every open run on it'],
    ['phix ack node-drain/node-2', 'one run'],
  ],
  declare: (command) =>
    command
      .argument('<run-or-target>', 'the id of a run or its beginning, or a node, service or cluster')
      .option('--why <text>', 'a note to keep'),
  async run(context, { why }, word) {
    const { out, settings } = context
    const engine = await context.engine()
    const { person } = await settings()
    const runs = await out.progress('Finding the run', runsOf(engine, String(word)))
    for (const { workflowId } of runs)
      await engine.say(workflowId, 'ack', { by: person, ...(why === undefined ? {} : { why }) })
    out.answer({ acknowledged: runs.map(({ workflowId }) => workflowId), by: person }, (safe) =>
      safe.acknowledged.map((workflowId) => `${safe.by} is on ${workflowId}; nobody else is called`),
    )
    return EXIT.ok
  },
}

/** The open runs on a target of this name, else the one run of this id. Fails: notFound, refused. */
async function runsOf(engine: Engine, word: string): Promise<readonly RunSummary[]> {
  const onTarget = await engine.listRuns({ open: true, target: word })
  if (onTarget.length > 0) return onTarget
  const run = await engine.findRun(word)
  if (run.status === 'open') return [run]
  throw new CliError('refused', `\`${run.workflowId}\` has ended already.`, `See it with: phix show ${run.workflowId}`)
}
