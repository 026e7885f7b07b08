// Runs: the list from visibility alone, one run with its step table where a worker can tell it.
import type { Context } from 'hono'
import type { RunFilter } from '../../temporal/engine.ts'
import type { ApiDeps } from '../api-deps.ts'
import { flagOf, limitOf, textsOf } from '../read-query.ts'

/** `GET /runs?open&waiting&runbook&cluster&target&limit`, newest first. */
export async function listRuns({ engine }: ApiDeps, context: Context): Promise<Response> {
  const filter: RunFilter = {
    ...textsOf(context, ['runbook', 'cluster', 'target']),
    ...flagOf(context, 'open'),
    ...flagOf(context, 'waiting'),
    limit: limitOf(context, 50),
  }
  return context.json({ v: 1, runs: await engine.listRuns(filter) })
}

/** `GET /runs/:id`; the slashes of an id are written as %2F. */
export async function showRun({ engine }: ApiDeps, context: Context): Promise<Response> {
  const run = await engine.findRun(context.req.param('id') ?? '')
  const [state, result] = await Promise.all([
    // A run whose worker is away still has its summary.
    engine.runState(run.workflowId).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'EngineError') return null
      throw error
    }),
    run.status === 'open' ? null : engine.runResult(run.workflowId),
  ])
  return context.json({ v: 1, run, state, result })
}
