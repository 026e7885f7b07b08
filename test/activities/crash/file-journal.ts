import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Journal, JournalRecord } from '../../../src/journal/journal.ts'

/** A journal that two processes can share one after the other: one record a line. */
export function openFileJournal(file: string): Journal {
  const all = (): (JournalRecord & { sequence: number })[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line, sequence) => ({ ...(JSON.parse(line) as JournalRecord), sequence }))
      : []
  return {
    async append(records) {
      const known = new Set(all().map(({ id }) => id))
      const fresh = records.filter(({ id }) => !known.has(id))
      for (const record of fresh) appendFileSync(file, `${JSON.stringify(record)}\n`)
      return fresh.length
    },
    read: async ({ kind }) =>
      all()
        .filter((record) => kind === undefined || record.kind === kind)
        .toReversed(),
    close: async () => undefined,
  }
}
