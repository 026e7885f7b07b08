// Writes queries for Temporal's visibility store (https://docs.temporal.io/list-filter): only parts that SQLite and
// PostgreSQL both know, every value quoted. No ORDER BY: the embedded store has none.
import { SYSTEM_WORKFLOWS, TASK_QUEUE } from '../plan/ids.ts'
import { EngineError, type RunFilter } from './engine.ts'

/**
 * Answers a text as a literal. Fails: refused.
 * Why: the store's reading of `\\` and `"` inside a literal differs from its writing, so such a text would silently match
 * nothing or something else. No name or id of ours has them.
 */
export function quoted(text: string): string {
  if (/["\\]|\p{Cc}/u.test(text)) {
    throw new EngineError(
      'refused',
      `cannot look for ${JSON.stringify(text)}: no name has quotes, backslashes or control characters`,
    )
  }
  return `'${text.replaceAll("'", "''")}'`
}

/** Every run of a runbook, once: what was continued as new lives on in its successor. */
const RUNS = [
  `TaskQueue = ${quoted(TASK_QUEUE)}`,
  ...SYSTEM_WORKFLOWS.map((name) => `WorkflowType != ${quoted(name)}`),
  "ExecutionStatus != 'ContinuedAsNew'",
]

/** Answers the query for the runs that a filter lets through. */
export function runsQuery({ open, runbook, cluster, target, waiting }: RunFilter): string {
  const equals = (attribute: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${attribute} = ${quoted(value)}`]
  return [
    ...RUNS,
    ...(open === undefined ? [] : [`CloseTime IS ${open ? '' : 'NOT '}NULL`]),
    ...equals('WorkflowType', runbook),
    ...equals('PhixCluster', cluster),
    ...equals('PhixTarget', target),
    ...(waiting === undefined ? [] : [`PhixWaiting = ${waiting}`]),
  ].join(' AND ')
}

/** Answers the query for the runs whose id begins like this. */
export const prefixQuery = (prefix: string): string =>
  [...RUNS, `WorkflowId STARTS_WITH ${quoted(prefix)}`].join(' AND ')
