// What a person did to the guard, as a record that `phix history` shows.
import type { GuardState } from './state.ts'
import type { Effect } from './step.ts'
import type { JsonObject } from '../plan/json.ts'

/** Writes one audit record; `key` makes saying it twice one record. `text` is the sentence that is read. */
export const audit = (
  { cluster }: Pick<GuardState, 'cluster'>,
  body: JsonObject & { readonly what: string; readonly text: string },
  target: string | null,
  key: string,
  now: number,
): Effect => ({
  kind: 'record',
  record: { id: `${cluster}/${body.what}/${key}`, kind: 'audit', at: now, cluster, target, workflowId: null, body },
})
