// What people were told, in the journal: `phix history` and `phix show` read it there.
import type { JournalRecord } from '../src/journal/journal.ts'
import type { Json } from '../src/plan/json.ts'
import type { NotifyCall } from '../src/plan/run.ts'
import { within } from './wrapping/within.ts'
import type { WorkerParts } from './wrapping/worker-parts.ts'

const JOURNAL_LIMIT_MS = 2_000

/** Writes a record of one message; `part` names what of it. A journal that is away is a note: nobody is kept from knowing. */
export async function writeNotification(
  worker: WorkerParts,
  { idempotencyKey, run }: NotifyCall,
  part: string,
  body: Json,
): Promise<{ readonly added: boolean; readonly notes: readonly string[] }> {
  const { cluster, target, workflowId } = run
  const record: JournalRecord = {
    ...{ id: `${idempotencyKey}${part}`, kind: 'notification', at: worker.now() },
    ...{ cluster, target, workflowId, body },
  }
  try {
    const added = await within(JOURNAL_LIMIT_MS, 'it did not answer', worker.journal.append([record]))
    return { added: added > 0, notes: [] }
  } catch (error) {
    return { added: true, notes: [`not in the journal: ${error instanceof Error ? error.message : String(error)}`] }
  }
}

export const listOf = (names: readonly string[]): string => (names.length === 0 ? 'nobody by name' : names.join(', '))
