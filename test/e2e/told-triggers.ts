// Every trigger that ever stood, read from the detector's histories: what it was told, not what it made of it. And whether
// each was answered.
import { Client, Connection } from '@temporalio/client'
import type { Decision, Observation } from '../../src/guard/protocol.ts'
import { detectorId } from '../../src/plan/ids.ts'

/** From when it stood until it was seen to end. Epoch ms. */
export interface ToldTrigger {
  readonly target: string
  /** A symptom, or `verdict`. */
  readonly what: string
  readonly from: number
  readonly until: number
}

/** An answer may be written this much after its trigger is over, and clocks of two processes differ. */
const SLACK_MS = 5_000

/** Reads the triggers of all runs of a cluster's detector. */
export async function readToldTriggers(address: string, cluster: string): Promise<readonly ToldTrigger[]> {
  const connection = await Connection.connect({ address })
  try {
    return standing(await readObservations(new Client({ connection }), detectorId(cluster)))
  } finally {
    await connection.close()
  }
}

async function readObservations(client: Client, workflowId: string): Promise<readonly Observation[]> {
  const told: Observation[] = []
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    for (const { workflowExecutionSignaledEventAttributes: signal } of events ?? []) {
      if (signal?.signalName !== 'observed') continue
      for (const { data } of signal.input?.payloads ?? [])
        told.push(...(JSON.parse(Buffer.from(data ?? []).toString()) as readonly Observation[]))
    }
  }
  return told.filter(({ kind }) => kind === 'verdict' || kind === 'symptom').toSorted((a, b) => a.at - b.at)
}

/** What is unknown neither begins a trigger nor ends one. */
function standing(told: readonly Observation[]): readonly ToldTrigger[] {
  const open = new Map<string, ToldTrigger>()
  const ended: ToldTrigger[] = []
  for (const each of told) {
    if (each.kind !== 'verdict' && each.kind !== 'symptom') continue
    const what = each.kind === 'symptom' ? each.symptom : 'verdict'
    const key = `${what} ${each.target}`
    const known = open.get(key)
    if (beginsIn(each) && known === undefined)
      open.set(key, { target: each.target, what, from: each.at, until: Number.POSITIVE_INFINITY })
    if (!endsIn(each) || known === undefined) continue
    open.delete(key)
    ended.push({ ...known, until: each.at })
  }
  return [...ended, ...open.values()]
}

const beginsIn = (each: Observation): boolean =>
  each.kind === 'symptom'
    ? each.phase === 'standing'
    : each.kind === 'verdict' &&
      each.spare !== true &&
      each.confirmed &&
      (each.verdict === 'suspect' || each.verdict === 'failed')

const endsIn = (each: Observation): boolean =>
  each.kind === 'symptom' ? each.phase === 'over' : each.kind === 'verdict' && each.verdict === 'healthy'

/** Answers the triggers that no decision is about. */
export const unanswered = (triggers: readonly ToldTrigger[], decisions: readonly Decision[]): readonly ToldTrigger[] =>
  triggers.filter(
    ({ target, what, from, until }) =>
      !decisions.some(
        ({ at, trigger }) =>
          at >= from - SLACK_MS &&
          at <= until + SLACK_MS &&
          trigger.kind !== 'person' &&
          trigger.target === target &&
          ('symptom' in trigger ? trigger.symptom : trigger.kind) === what,
      ),
  )
