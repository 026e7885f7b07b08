// Leader election with terms: the election part of Raft, with a trial round (Ongaro's dissertation §9.6: pre-vote), voters
// that keep to a leader they hear (§4.2.3) and a leader that counts only while it holds a lease of a majority. No log.
// Pure: time and chance are arguments. Read next: cluster-member.ts (the HTTP edge).

export interface ElectionSettings {
  readonly self: string
  /** Members that vote. Others follow and never lead. */
  readonly voters: readonly string[]
  readonly learners: readonly string[]
  /** Votes that make a leader. More than half of the voters, or there can be two leaders. */
  readonly quorum: number
  readonly beatEveryMs: number
  /** How long after the last majority of answers a leader still leads. Must be less than `electionMs.least`. */
  readonly leaseMs: number
  /** A follower that heard nothing for a random time in here asks for votes. */
  readonly electionMs: { readonly least: number; readonly most: number }
}

/** What must survive a restart, or a voter could vote twice in one term. */
export interface Ballot {
  readonly term: number
  readonly votedFor: string | null
}

export interface ElectionState extends Ballot {
  readonly role: 'follower' | 'candidate' | 'leader'
  readonly leader: string | null
  /** When it last heard a leader or gave its vote; until `electionMs.least` later it votes for nobody. */
  readonly heardAt: number
  /** When to act next: as leader send beats, else ask for votes. */
  readonly actAt: number
  readonly poll: { readonly request: Ask; readonly granted: readonly string[] } | null
  /** Per voter, when the last request that it agreed to was sent. */
  readonly agreedAt: Readonly<Record<string, number>>
}

export interface Ask {
  readonly kind: 'ask'
  readonly from: string
  readonly term: number
  /** A trial binds nobody: it finds out whether a vote could be won, before a term is spent. */
  readonly trial: boolean
  readonly sentAt: number
}
export interface Beat {
  readonly kind: 'beat'
  readonly from: string
  readonly term: number
  readonly sentAt: number
}
export type Request = Ask | Beat
export interface Reply {
  readonly term: number
  readonly agreed: boolean
}
export interface Moved {
  readonly state: ElectionState
  readonly requests: readonly { readonly to: string; readonly request: Request }[]
}

/** Starts as a follower that has just heard a leader: before the restart it may have promised one its lease. */
export const firstState = (ballot: Ballot, now: number, random: number, settings: ElectionSettings): ElectionState => ({
  ...ballot,
  role: 'follower',
  leader: null,
  heardAt: now,
  actAt: now + electionWait(random, settings),
  poll: null,
  agreedAt: {},
})

/** Answers what a member is at this moment: who has not heard from a majority in time is no leader, whatever it thinks. */
export function viewAt(
  state: ElectionState,
  now: number,
  settings: ElectionSettings,
): { readonly role: ElectionState['role']; readonly term: number; readonly leader: string | null } {
  const { role, term, leader } = settle(state, now, settings)
  return { role, term, leader: now - state.heardAt > settings.electionMs.most && role !== 'leader' ? null : leader }
}

/** Does what time demands: a leader beats, one who misses its leader asks for votes. `random` is in [0, 1). */
export function tick(state: ElectionState, now: number, random: number, settings: ElectionSettings): Moved {
  const current = settle(state, now, settings)
  if (now < current.actAt) return { state: current, requests: [] }
  if (current.role === 'leader') return beat(current, now, settings)
  return settings.voters.includes(settings.self)
    ? askForVotes(current, true, now, random, settings)
    : { state: { ...current, leader: null, actAt: now + electionWait(random, settings) }, requests: [] }
}

/** Answers another member's request. */
export function receive(
  state: ElectionState,
  request: Request,
  now: number,
  random: number,
  settings: ElectionSettings,
): { readonly state: ElectionState; readonly reply: Reply } {
  const current = settle(state, now, settings)
  const next =
    request.kind === 'beat'
      ? hear(current, request, now, random, settings)
      : vote(current, request, now, random, settings)
  return { state: next.state, reply: { term: next.state.term, agreed: next.agreed } }
}

/** Takes the reply to an own request. */
export function learn(
  state: ElectionState,
  to: string,
  request: Request,
  reply: Reply,
  now: number,
  random: number,
  settings: ElectionSettings,
): Moved {
  const current = settle(state, now, settings)
  if (reply.term > current.term) return { state: followerOf(current, reply.term, null), requests: [] }
  if (!reply.agreed) return { state: current, requests: [] }
  if (request.kind === 'beat') {
    const counts = current.role === 'leader' && request.term === current.term
    return { state: counts ? agree(current, to, request.sentAt) : current, requests: [] }
  }
  return countVote(current, to, request, now, random, settings)
}

function hear(state: ElectionState, { from, term }: Beat, now: number, random: number, settings: ElectionSettings) {
  if (term < state.term) return { state, agreed: false }
  // Two leaders of one term exist only where a quorum was set too small; a new term ends both.
  if (state.role === 'leader' && term === state.term) return { state: followerOf(state, term + 1, null), agreed: false }
  const follower = followerOf(state, term, from)
  return { state: { ...follower, heardAt: now, actAt: now + electionWait(random, settings) }, agreed: true }
}

function vote(state: ElectionState, asked: Ask, now: number, random: number, settings: ElectionSettings) {
  const isBound = state.role === 'leader' || now - state.heardAt < settings.electionMs.least
  const isFree = asked.term > state.term || (asked.term === state.term && state.votedFor === null)
  if (isBound || !isFree) return { state, agreed: false }
  if (asked.trial) return { state, agreed: true }
  const voted = { ...followerOf(state, asked.term, null), votedFor: asked.from }
  return { state: { ...voted, heardAt: now, actAt: now + electionWait(random, settings) }, agreed: true }
}

function countVote(
  state: ElectionState,
  from: string,
  asked: Ask,
  now: number,
  random: number,
  settings: ElectionSettings,
): Moved {
  const { poll } = state
  if (poll === null || poll.request.term !== asked.term || poll.request.sentAt !== asked.sentAt)
    return { state, requests: [] }
  const granted = [...new Set([...poll.granted, from])]
  const counted = { ...state, poll: { ...poll, granted } }
  if (granted.length < settings.quorum) return { state: counted, requests: [] }
  if (asked.trial) return askForVotes(counted, false, now, random, settings)
  // The lease begins where the votes were asked for: since then no voter has promised itself to another.
  const agreedAt = Object.fromEntries(granted.map((voter) => [voter, asked.sentAt]))
  return beat({ ...counted, role: 'leader', leader: settings.self, poll: null, agreedAt }, now, settings)
}

function askForVotes(
  state: ElectionState,
  trial: boolean,
  now: number,
  random: number,
  settings: ElectionSettings,
): Moved {
  const { self, voters } = settings
  const request: Ask = { kind: 'ask', from: self, term: state.term + 1, trial, sentAt: now }
  const next: ElectionState = {
    ...state,
    role: 'candidate',
    leader: null,
    ...(trial ? {} : { term: request.term, votedFor: self }),
    actAt: now + electionWait(random, settings),
    poll: { request, granted: [] },
  }
  const others = voters.filter((name) => name !== self)
  const own = countVote(next, self, request, now, random, settings)
  // With a quorum of one the own vote has already decided.
  if (own.state.poll?.request !== request) return own
  return { state: own.state, requests: others.map((to) => ({ to, request })) }
}

function beat(state: ElectionState, now: number, { self, voters, learners, beatEveryMs }: ElectionSettings): Moved {
  const request: Beat = { kind: 'beat', from: self, term: state.term, sentAt: now }
  const others = [...voters, ...learners].filter((name) => name !== self)
  return { state: { ...state, actAt: now + beatEveryMs }, requests: others.map((to) => ({ to, request })) }
}

/** A leader whose lease is over steps down before anything else happens. */
function settle(state: ElectionState, now: number, settings: ElectionSettings): ElectionState {
  if (state.role !== 'leader' || now < leaseEnd(state, now, settings)) return state
  return followerOf(state, state.term, null)
}

function leaseEnd(
  { agreedAt }: ElectionState,
  now: number,
  { self, voters, quorum, leaseMs }: ElectionSettings,
): number {
  const times = voters.map((name) => (name === self ? now : (agreedAt[name] ?? -Infinity))).sort((a, b) => b - a)
  return (times[quorum - 1] ?? -Infinity) + leaseMs
}

const followerOf = (state: ElectionState, term: number, leader: string | null): ElectionState => ({
  ...state,
  term,
  votedFor: term > state.term ? null : state.votedFor,
  role: 'follower',
  leader,
  poll: null,
  agreedAt: {},
})

const agree = (state: ElectionState, voter: string, sentAt: number): ElectionState => ({
  ...state,
  agreedAt: { ...state.agreedAt, [voter]: Math.max(sentAt, state.agreedAt[voter] ?? -Infinity) },
})

const electionWait = (random: number, { electionMs }: ElectionSettings): number =>
  electionMs.least + random * (electionMs.most - electionMs.least)
