// For load balancers and supervisors: open, so they say as little as possible.
import type { Context } from 'hono'
import type { ApiDeps } from '../api-deps.ts'

/** This process lives, and because it listens last of all, it has started. */
export const readVitalSign = (_deps: ApiDeps, context: Context): Response => context.json({ v: 1, ok: true })

/** The engine answers and somebody works. Why not, is told only to those who may read /status. */
export async function readReadiness({ engine }: ApiDeps, context: Context): Promise<Response> {
  const { problem } = await engine.health()
  return problem === null ? context.json({ v: 1, ready: true }) : context.json({ v: 1, ready: false }, 503)
}
