// Tells what is written into the journal: one log line for each decision and each end of a run, with the ids that tie the
// lines of a run together; and counts what could not be written.
import type { Journal, JournalRecord } from '../journal/journal.ts'
import type { Metrics } from './create-metrics.ts'

interface Log {
  info(fields: object, message: string): void
}

/** Wraps a journal; what it writes and answers stays as it is. */
export function tellJournal(journal: Journal, log: Log, metrics: Metrics): Journal {
  return {
    ...journal,
    async append(records) {
      try {
        const added = await journal.append(records)
        // Written again after a lost answer: it was told the first time.
        if (added > 0) for (const record of records) tell(record, log)
        return added
      } catch (error) {
        metrics.add('phix_journal_failures_total', {})
        throw error
      }
    },
  }
}

function tell({ id, kind, cluster, target, workflowId, body }: JournalRecord, log: Log): void {
  const { reason, message, runbook, outcome } = body as Readonly<Record<string, unknown>>
  const ids = { ...(workflowId !== null && { run: workflowId }), cluster, ...(target !== null && { target }) }
  if (kind === 'decision')
    log.info({ decision: id, ...ids, runbook, what: (body as { kind?: unknown }).kind, reason }, String(message))
  if (kind === 'run') log.info({ ...ids, runbook, outcome }, `the run ended as ${String(outcome)}`)
}
