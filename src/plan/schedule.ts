// What a runbook's `schedule` trigger asks of Temporal, and what is known of those that are there. Plain data.
import type { RunInput } from './run.ts'

/** One schedule as it has to be: its identity is its trigger and its cluster. */
export interface WantedSchedule {
  readonly id: string
  readonly cluster: string
  readonly cron: string
  readonly timezone: string
  /** Id of the runs that it starts; the server adds the time. */
  readonly workflowId: string
  /** What it starts: the plan as it was compiled, with its inputs bound. */
  readonly input: RunInput
}

/** Every schedule of ours begins so; what does not is somebody else's. */
export const SCHEDULE_PREFIX = 'phix/'
export const scheduleId = (cluster: string, runbook: string, trigger: number): string =>
  `${SCHEDULE_PREFIX}${cluster}/${runbook}/${trigger}`

/** What a schedule is seen to be. */
export interface ScheduleSummary {
  readonly id: string
  readonly cluster: string
  readonly runbook: string
  readonly target: string
  readonly cron: string
  readonly timezone: string
  readonly paused: boolean
  /** Epoch ms; null where it does not fire again, or is paused. */
  readonly nextAt: number | null
  readonly lastAt: number | null
  readonly lastRun: string | null
}

/** What was done to make them as they have to be, by id. */
export interface Reconciled {
  readonly created: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}
