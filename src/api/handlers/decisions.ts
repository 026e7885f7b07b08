// Decisions out of the journal, newest first.
import type { Context } from 'hono'
import type { ApiDeps } from '../api-deps.ts'
import { limitOf, sinceOf, textsOf } from '../read-query.ts'

/** `GET /decisions?cluster&target&since&limit`; `since` is epoch ms. */
export async function readDecisions({ journal }: ApiDeps, context: Context): Promise<Response> {
  const records = await journal.read({
    kind: 'decision',
    ...textsOf(context, ['cluster', 'target']),
    ...sinceOf(context),
    limit: limitOf(context, 100),
  })
  return context.json({ v: 1, decisions: records.map(({ body }) => body) })
}
