// The registry as Prometheus reads it.
import type { Context } from 'hono'
import type { ApiDeps } from '../api-deps.ts'

/** Answers the exposition. */
export const readMetrics = async ({ metrics }: ApiDeps, context: Context): Promise<Response> =>
  context.body(await metrics.text(), 200, { 'content-type': metrics.contentType })
