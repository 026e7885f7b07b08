// The detector's activities as the workflow calls them; activities/watching implements them.
import { proxyActivities } from '@temporalio/workflow'
import type {
  FollowCall,
  FollowReport,
  LearnCall,
  MatchCall,
  MatchReport,
  RecordCall,
  RouteCall,
  RouteReport,
  WatchCall,
  WatchCheckpoint,
} from '../../src/guard/protocol.ts'
import type { LearnReport } from '../../src/guard/recall.ts'
import type { NotifyCall, NotifyReport } from '../../src/plan/run.ts'

interface Watching {
  watch(call: WatchCall): Promise<WatchCheckpoint>
  match(call: MatchCall): Promise<MatchReport>
  route(call: RouteCall): Promise<RouteReport>
  follow(call: FollowCall): Promise<FollowReport>
  record(call: RecordCall): Promise<number>
  learn(call: LearnCall): Promise<LearnReport>
  notify(call: NotifyCall): Promise<NotifyReport | null>
}

const DAY_MS = 86_400_000
// A lost worker is noticed by its heartbeat; the long limits only say that these have no end of their own.
const endless = proxyActivities<Watching>({
  startToCloseTimeout: 365 * DAY_MS,
  heartbeatTimeout: 2_000,
  retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 2_000 },
  // A watch that is asked to end answers with what it has learned.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
})
const unyielding = proxyActivities<Watching>({
  startToCloseTimeout: 10_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 },
})
const patient = proxyActivities<Watching>({
  startToCloseTimeout: 60_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 10_000 },
})
const prompt = proxyActivities<Watching>({
  startToCloseTimeout: 5_000,
  retry: { initialInterval: 200, backoffCoefficient: 2, maximumAttempts: 3 },
})
const telling = proxyActivities<Watching>({
  startToCloseTimeout: 15_000,
  retry: { initialInterval: 200, backoffCoefficient: 2, maximumAttempts: 3 },
})

/** Runs until it is cancelled, then answers what it had learned. */
export const watch = (call: WatchCall, summary: string): Promise<WatchCheckpoint> =>
  endless.watch.executeWithOptions({ summary }, [call])
/** Answers the first run that is really closed. */
export const follow = (call: FollowCall): Promise<FollowReport> =>
  endless.follow.executeWithOptions({ summary: `Follow ${call.open.length} open run(s)` }, [call])
/** Retried for ever: a decision that was made will be in the journal. */
export const record = (call: RecordCall): Promise<number> =>
  unyielding.record.executeWithOptions({ summary: `Write ${call.records.length} record(s) to the journal` }, [call])
/** Retried for ever: nothing starts before it is known what runs already. */
export const learn = (call: LearnCall): Promise<LearnReport> =>
  patient.learn.executeWithOptions({ summary: 'Learn which runs are open and what nodes are meant to be' }, [call])
/** What nobody waits for is matched as soon as a worker can. */
export const matchStanding = (call: MatchCall): Promise<MatchReport> =>
  unyielding.match.executeWithOptions({ summary: matchSummary(call) }, [call])
/** Retried for ever: what intake has acknowledged is answered. */
export const route = (call: RouteCall): Promise<RouteReport> =>
  unyielding.route.executeWithOptions({ summary: `Route ${call.alerts.length} alert(s)` }, [call])
/** A person waits: three tries, then the truth. */
export const matchForPerson = (call: MatchCall): Promise<MatchReport> =>
  prompt.match.executeWithOptions({ summary: matchSummary(call) }, [call])
/** Several channels with a deadline each; what they cannot take is not waited for. */
export const notify = (call: NotifyCall): Promise<NotifyReport | null> =>
  telling.notify.executeWithOptions({ summary: `Tell ${call.to.join(', ')}` }, [call])

const matchSummary = ({ trigger }: MatchCall): string =>
  trigger.kind === 'person'
    ? `May ${trigger.runbook} start? ${trigger.by} asks`
    : `Which runbook helps ${trigger.target}?`
