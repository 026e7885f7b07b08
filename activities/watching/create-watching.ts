// The detector's activities, bound to what they need. Read next: watch.ts, match.ts.
import type { DetectorPort, RunFollower } from '../../src/guard/detector-port.ts'
import type {
  FollowCall,
  FollowReport,
  GrantReply,
  GrantRequest,
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
import type { Inventory } from '../../src/inventory/inventory.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Log } from '../wrapping/log.ts'
import { follow } from './follow.ts'
import { grant } from './grant.ts'
import { learn } from './learn.ts'
import { match } from './match.ts'
import { record } from './record.ts'
import { route } from './route.ts'
import { watch } from './watch.ts'

/** A compiled runbook, as far as starting it goes. */
export interface KnownRunbook {
  readonly plan: Plan
  readonly planHash: string
}

export interface WatchingDeps {
  /** The last good one; the same object for as long as nothing has changed. */
  readonly inventory: () => Inventory
  readonly runbooks: () => readonly KnownRunbook[]
  readonly journal: Journal
  readonly detector: DetectorPort
  readonly follower: RunFollower
  readonly log: Log
  /** Epoch ms. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly clock: () => number
}

export interface Watching {
  watch(call: WatchCall): Promise<WatchCheckpoint>
  match(call: MatchCall): Promise<MatchReport>
  route(call: RouteCall): Promise<RouteReport>
  follow(call: FollowCall): Promise<FollowReport>
  record(call: RecordCall): Promise<number>
  grant(request: GrantRequest): Promise<GrantReply>
  learn(call: LearnCall): Promise<LearnReport>
}

export const createWatching = (deps: WatchingDeps): Watching => ({
  watch: (call) => watch(call, deps),
  match: (call) => match(call, deps),
  route: (call) => route(call, deps),
  follow: (call) => follow(call, deps),
  record: (call) => record(call, deps),
  grant: (request) => grant(request, deps),
  learn: (call) => learn(call, deps),
})
