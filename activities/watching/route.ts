// The activity `route`: what each alert is for. Those that are for nothing get their decision here, in the journal, under
// an id made of their episode: told again, it is the same decision.
import { sentenceOf } from '../../src/guard/alerts.ts'
import { episodeOf, type Alert, type Decision, type RouteCall, type RouteReport } from '../../src/guard/protocol.ts'
import type { JournalRecord } from '../../src/journal/journal.ts'
import type { Json } from '../../src/plan/json.ts'
import type { WatchingDeps } from './create-watching.ts'
import { matchAlert } from './match-alert.ts'
import { rank, type Found } from './bind-candidate.ts'

type Refusal = Pick<Decision, 'reason' | 'message' | 'runbook' | 'target'>
type Routed = RouteReport['routed'][number]

/** Answers what is routed; resolves when every other alert's refusal is in the journal. */
export async function route({ cluster, alerts }: RouteCall, deps: WatchingDeps): Promise<RouteReport> {
  const routed: Routed[] = []
  const refused: JournalRecord[] = []
  for (const alert of alerts) {
    const found = routeOne(alert, cluster, deps)
    if ('episode' in found) routed.push(found)
    else refused.push(recordOf(alert, cluster, found, deps.now()))
  }
  await deps.journal.append(refused)
  return { routed }
}

function routeOne(alert: Alert, cluster: string, { runbooks, inventory, log }: WatchingDeps): Routed | Refusal {
  try {
    const found = runbooks().map((runbook) => ({
      runbook: runbook.plan.name,
      result: matchAlert(runbook, alert, inventory(), cluster),
    }))
    const [best] = rank(found.map(({ result }) => result))
    if (best !== undefined) return { episode: episodeOf(alert), runbook: best.plan.name, target: best.target }
    return refusalOf(found, cluster)
  } catch (error) {
    // One alert that cannot be judged must not hold up the others.
    log.error({ episode: episodeOf(alert), err: error }, 'an alert could not be routed')
    return { runbook: null, target: cluster, reason: 'bad-inputs', message: `It could not be judged: ${String(error)}` }
  }
}

function refusalOf(found: readonly { readonly runbook: string; readonly result: Found }[], cluster: string): Refusal {
  for (const { runbook, result } of found)
    if (result !== null && 'refused' in result)
      return {
        runbook,
        target: result.target ?? cluster,
        reason: result.reason ?? 'bad-inputs',
        message: `\`${runbook}\`: ${result.refused}`,
      }
  return { runbook: null, target: cluster, reason: 'no-runbook', message: 'No runbook is for this alert.' }
}

function recordOf(alert: Alert, cluster: string, refusal: Refusal, at: number): JournalRecord {
  const id = `${cluster}/alert/${episodeOf(alert)}`
  const decision: Decision = {
    ...{ id, at, cluster, kind: 'refused', workflowId: null, ...refusal },
    trigger: {
      ...{ kind: 'alert', target: refusal.target, runbook: refusal.runbook ?? '', alert, at },
      evidence: sentenceOf(alert),
    },
  }
  const body = decision as unknown as Json
  return { id, kind: 'decision', at, cluster, target: refusal.target, workflowId: null, body }
}
