// The closed list of exit codes: what a script may rely on. Printed by `phix help exit-codes`, tested as a table.
import type { Outcome } from '../plan/run.ts'
import type { EngineError } from '../temporal/engine.ts'

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  refused: 4,
  timedOut: 5,
  notFound: 6,
  unreachable: 7,
  changes: 8,
  interrupted: 130,
  terminated: 143,
} as const
export type ExitName = keyof typeof EXIT

export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  ok: 'done; of a run: effective or recovered',
  failed: 'the run or the step failed (also: ineffective, cancelled, needs-human)',
  usage: 'the command line is wrong, or needs an answer that nobody can give here',
  invalid: 'a file is invalid: a runbook or the inventory',
  refused: 'refused: by a guard, by people, or by the run itself',
  timedOut: 'waiting took longer than --timeout',
  notFound: 'no such run, runbook, node, gate or code',
  unreachable: 'the engine or the target cannot be reached',
  changes: 'changes were found',
  interrupted: 'interrupted by Ctrl-C; the run goes on',
  terminated: 'ended by SIGTERM',
}

/** Answers the exit code of a run that ended so. A run that left no result was ended from outside. */
export function exitOfOutcome(outcome: Outcome | null): number {
  switch (outcome) {
    case 'effective':
    case 'recovered':
      return EXIT.ok
    case 'rejected':
    case 'refused':
      return EXIT.refused
    case 'ineffective':
    case 'failed':
    case 'cancelled':
    case 'needs-human':
    case 'timed-out':
    case 'terminated':
    case null:
      return EXIT.failed
  }
}

/** Answers the exit code of a call that the engine could not answer. */
export function exitOfEngineError(kind: EngineError['kind']): number {
  switch (kind) {
    case 'unreachable':
      return EXIT.unreachable
    case 'not-found':
      return EXIT.notFound
    case 'refused':
    case 'too-large':
      return EXIT.refused
    case 'stuck':
      return EXIT.failed
  }
}
