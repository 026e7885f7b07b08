// The activity `record`: decisions, ends of runs and marks into the journal. Twice is once.
import type { RecordCall } from '../../src/guard/protocol.ts'
import type { WatchingDeps } from './create-watching.ts'

/** Appends; answers how many were new. Fails where the journal cannot be written: Temporal tries again. */
export const record = ({ records }: RecordCall, { journal }: WatchingDeps): Promise<number> => journal.append(records)
