// What a lock covers.
import type { Candidate } from './protocol.ts'

/** Answers the nodes a candidate's lock covers; none where it takes no lock. */
export const coversOf = ({ lock, covers }: Pick<Candidate, 'lock' | 'covers'>): readonly string[] =>
  lock === null ? [] : (covers ?? [lock])
