import type { Journal, JournalRecord } from '../../../src/journal/journal.ts'

/** A journal in memory that can be told to fail or to be silent. */
export function createMemoryJournal() {
  const records: (JournalRecord & { sequence: number })[] = []
  const mood: { is: 'well' | 'failing' | 'silent' } = { is: 'well' }
  const asMood = async (): Promise<void> => {
    if (mood.is === 'failing') throw new Error('disk full')
    if (mood.is === 'silent') await new Promise(() => undefined)
  }
  const journal: Journal = {
    async append(more) {
      await asMood()
      const fresh = more.filter(({ id, kind }) => !records.some((record) => record.id === id && record.kind === kind))
      for (const record of fresh) records.push({ ...record, sequence: records.length })
      return fresh.length
    },
    async read({ kind, id, cluster, target, workflowId, since, limit = 100 }) {
      await asMood()
      return records
        .filter(
          (record) =>
            (kind === undefined || record.kind === kind) &&
            (id === undefined || record.id === id) &&
            (cluster === undefined || record.cluster === cluster) &&
            (target === undefined || record.target === target) &&
            (workflowId === undefined || record.workflowId === workflowId) &&
            (since === undefined || record.at >= since),
        )
        .toSorted((a, b) => b.at - a.at || b.sequence - a.sequence)
        .slice(0, limit)
    },
    close: async () => undefined,
  }
  return { journal, records, mood }
}
