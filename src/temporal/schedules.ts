// Makes the schedules on the server what the runbooks say. Idempotent: any number of workers may do it at once, and what
// others have made is left alone. Whether a schedule is paused is a person's word and stays.
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSummary as Listed,
} from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { hashOf } from '../plan/hash.ts'
import { TASK_QUEUE } from '../plan/ids.ts'
import type { Json } from '../plan/json.ts'
import { LIMITS } from '../plan/run.ts'
import { SCHEDULE_PREFIX, type Reconciled, type ScheduleSummary, type WantedSchedule } from '../plan/schedule.ts'
import { SERVER_MS, sized, type Calls } from './calls.ts'

/** What a schedule says of itself; it never changes, so it is enough to know whose it is. */
interface Marker {
  readonly cluster: string
  readonly runbook: string
}
const MARKER = 'phixSchedule'
/** Of what it is to be, in the memo of the runs that it starts. */
const DIGEST = 'phixScheduleDigest'
/** What could not be started in time because the server was away is started so much later, and else left out. */
const CATCH_UP = '10 minutes'
const SUMMARY_LENGTH = 200

/** Creates, changes and removes schedules of these clusters. Fails: unreachable, too-large. */
export async function reconcileSchedules(
  calls: Calls,
  wanted: readonly WantedSchedule[],
  clusters: readonly string[],
): Promise<Reconciled> {
  const created: string[] = []
  const changed: string[] = []
  const removed: string[] = []
  const there = await listOurs(calls, clusters)
  for (const schedule of wanted) {
    const answer = await ensure(calls, schedule, there.has(schedule.id))
    if (answer === 'created') created.push(schedule.id)
    if (answer === 'changed') changed.push(schedule.id)
  }
  const kept = new Set(wanted.map(({ id }) => id))
  for (const id of there.keys()) if (!kept.has(id) && (await remove(calls, id))) removed.push(id)
  return { created, changed, removed }
}

/** Lists the schedules of these clusters; null: of all. Fails: unreachable. */
export async function listSchedules(
  calls: Calls,
  clusters: readonly string[] | null,
): Promise<readonly ScheduleSummary[]> {
  const ours = await listOurs(calls, clusters)
  const described = await Promise.all(
    [...ours].map(async ([id, marker]) => {
      const found = await describe(calls, id)
      return found === null ? [] : [toSummary(found, marker)]
    }),
  )
  return described.flat().sort((a, b) => (a.nextAt ?? Infinity) - (b.nextAt ?? Infinity) || (a.id < b.id ? -1 : 1))
}

async function listOurs(
  { client, within }: Calls,
  clusters: readonly string[] | null,
): Promise<ReadonlyMap<string, Marker>> {
  return within(SERVER_MS, { doing: 'list the schedules' }, async () => {
    const ours = new Map<string, Marker>()
    for await (const listed of client.schedule.list({ pageSize: 200 })) {
      const marker = markerOf(listed)
      if (marker !== null && (clusters === null || clusters.includes(marker.cluster)))
        ours.set(listed.scheduleId, marker)
    }
    return ours
  })
}

/** Ours is what has our name and says so itself: a prefix alone may be an accident. */
function markerOf({ scheduleId, memo }: Pick<Listed, 'scheduleId' | 'memo'>): Marker | null {
  const marker = memo?.[MARKER] as Partial<Marker> | undefined
  const isOurs = typeof marker?.cluster === 'string' && typeof marker.runbook === 'string'
  return scheduleId.startsWith(SCHEDULE_PREFIX) && isOurs ? (marker as Marker) : null
}

async function ensure(
  calls: Calls,
  schedule: WantedSchedule,
  isThere: boolean,
): Promise<'created' | 'changed' | 'same'> {
  const { client, within } = calls
  const { id, cluster, input } = schedule
  sized(input, LIMITS.planBytes, `the schedule \`${id}\``)
  const attempt = { doing: `make the schedule \`${id}\`` }
  const options = optionsOf(schedule)
  if (!isThere) {
    // The list lags a little, and another worker may be faster: then it is looked at like any other.
    const marker: Marker = { cluster, runbook: input.plan.name }
    const isNew = await within(SERVER_MS, attempt, async () => {
      try {
        await client.schedule.create({ scheduleId: id, memo: { [MARKER]: marker }, ...options })
        return true
      } catch (error) {
        if (error instanceof ScheduleAlreadyRunning) return false
        throw error
      }
    })
    if (isNew) return 'created'
  }
  const found = await describe(calls, id)
  if (found === null || markerOf(found) === null || found.action.memo?.[DIGEST] === digestOf(schedule)) return 'same'
  await within(SERVER_MS, attempt, () => client.schedule.getHandle(id).update(({ state }) => ({ ...options, state })))
  return 'changed'
}

async function remove({ client, within }: Calls, id: string): Promise<boolean> {
  return within(SERVER_MS, { doing: `remove the schedule \`${id}\`` }, async () => {
    try {
      await client.schedule.getHandle(id).delete()
      return true
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false
      throw error
    }
  })
}

async function describe({ client, within }: Calls, id: string): Promise<ScheduleDescription | null> {
  return within(SERVER_MS, { doing: `look at the schedule \`${id}\`` }, async () => {
    try {
      return await client.schedule.getHandle(id).describe()
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return null
      throw error
    }
  })
}

/** Without a grant: what the clock starts asks the detector for leave in its first task, like everyone. */
function optionsOf(schedule: WantedSchedule): Omit<ScheduleOptions, 'scheduleId' | 'memo' | 'state'> {
  const { cron, timezone, workflowId, input, cluster } = schedule
  const { plan, target } = input
  const keyword = (name: string, value: string) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value })
  return {
    spec: { cronExpressions: [cron], timezone },
    policies: { overlap: 'SKIP', catchupWindow: CATCH_UP, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: plan.name,
      taskQueue: TASK_QUEUE,
      workflowId,
      args: [input],
      memo: { [DIGEST]: digestOf(schedule), phixCron: cron, phixTimezone: timezone, phixTarget: target },
      staticSummary: `${target}: ${plan.summary}`.slice(0, SUMMARY_LENGTH),
      typedSearchAttributes: [
        keyword('PhixRunbook', plan.name),
        keyword('PhixCluster', cluster),
        keyword('PhixTarget', target),
        keyword('PhixSeverity', plan.severity),
      ],
    },
  }
}

const digestOf = ({ cron, timezone, workflowId, input }: WantedSchedule): string =>
  hashOf({ cron, timezone, workflowId, input: { ...input, plan: null } as unknown as Json })

function toSummary({ scheduleId: id, action, state, info }: ScheduleDescription, marker: Marker): ScheduleSummary {
  const text = (name: string): string => {
    const value = action.memo?.[name]
    return typeof value === 'string' ? value : ''
  }
  const last = info.recentActions.at(-1)
  return {
    ...{ id, ...marker, paused: state.paused },
    target: text('phixTarget'),
    cron: text('phixCron'),
    timezone: text('phixTimezone'),
    nextAt: state.paused ? null : (info.nextActionTimes[0]?.getTime() ?? null),
    lastAt: last?.takenAt.getTime() ?? null,
    lastRun: last?.action.workflow.workflowId ?? null,
  }
}
