// Which run a person means: an id, an id's beginning, or nothing at all where only one can be meant.
import type { Engine, RunSummary } from '../temporal/engine.ts'
import { CliError } from './cli-error.ts'

/** Finds the run of this id or beginning; the newest one where `latest` is set. Fails: notFound, usage. */
export async function findRun(engine: Engine, idOrPrefix: string | undefined, latest: boolean): Promise<RunSummary> {
  if (idOrPrefix !== undefined) return engine.findRun(idOrPrefix)
  if (!latest) throw new CliError('usage', 'Which run? None was named.', 'Name one of `phix list`, or say --latest.')
  const [newest] = await engine.listRuns({ limit: 1 })
  if (newest === undefined)
    throw new CliError('notFound', 'No run was ever started here.', 'Start one: `phix run RUNBOOK --input KEY=VALUE`.')
  return newest
}

/** Finds the run that waits for a person: the one named, or the only one there is. Fails: notFound, usage. */
export async function findWaitingRun(
  engine: Engine,
  idOrPrefix: string | undefined,
  verb: string,
): Promise<RunSummary> {
  if (idOrPrefix !== undefined) return engine.findRun(idOrPrefix)
  const waiting = await engine.listRuns({ open: true, waiting: true, limit: 20 })
  const [only] = waiting
  if (only === undefined)
    throw new CliError('notFound', 'No run waits for a person.', 'See what runs: `phix list --open`.')
  if (waiting.length > 1)
    throw new CliError(
      'usage',
      `${waiting.length} runs wait for a person; say which one.`,
      waiting.map(({ workflowId }) => `phix ${verb} ${workflowId}`).join('\n      '),
    )
  return only
}
