// One member of the lab's cluster: the election over real HTTP, and whom this member can reach. The thin edge around
// election.ts: it brings time, chance, disk and sockets.
import { ask } from '../ask.ts'
import { say } from '../say.ts'
import { readBallot, writeBallot } from './ballot-file.ts'
import { MEMBER_HEADER, isDenied } from './deny-list.ts'
import {
  firstState,
  learn,
  receive,
  tick,
  viewAt,
  type ElectionSettings,
  type ElectionState,
  type Moved,
  type Reply,
  type Request,
} from './election.ts'

const TICK_MS = 50
const PING_EVERY_MS = 1_000
const TIMEOUT_MS = 500
const TIMINGS = { beatEveryMs: 300, leaseMs: 1_000, electionMs: { least: 1_200, most: 2_400 } } as const

export interface Member {
  readonly name: string
  readonly address: string
  readonly spare: boolean
}

export interface ClusterMember {
  status(): {
    readonly node: string
    readonly role: ElectionState['role']
    readonly term: number
    readonly leader: string | null
    readonly members: readonly { readonly name: string; readonly reachable: boolean }[]
  }
  /** Answers a request of another member. */
  receive(request: Request): Reply
  isCutOffFrom(peer: string): boolean
}

export function joinCluster({
  self,
  members,
  quorum,
  ballotFile,
  denyFile,
}: {
  readonly self: string
  readonly members: readonly Member[]
  readonly quorum: () => number
  readonly ballotFile: string
  readonly denyFile: string
}): ClusterMember {
  const others = members.filter(({ name }) => name !== self)
  const reachable = new Set<string>()
  const settings = (): ElectionSettings => ({
    ...TIMINGS,
    self,
    voters: members.filter(({ spare }) => !spare).map(({ name }) => name),
    learners: members.filter(({ spare }) => spare).map(({ name }) => name),
    quorum: quorum(),
  })
  const now = (): number => performance.now()
  let state = firstState(readBallot(ballotFile), now(), Math.random(), settings())
  let lastTold = ''

  function keep(next: ElectionState): void {
    if (next.term !== state.term || next.votedFor !== state.votedFor) writeBallot(ballotFile, next)
    state = next
    const told = `term ${state.term}: ${state.role}, leader ${state.leader ?? 'unknown'}`
    if (told !== lastTold) say(told)
    lastTold = told
  }

  function apply({ state: next, requests }: Moved): void {
    keep(next)
    for (const { to, request } of requests) void send(to, request)
  }

  async function send(to: string, request: Request): Promise<void> {
    const answer = await exchange(to, '/cluster/election', JSON.stringify(request))
    if (answer === null) return
    apply(learn(state, to, request, JSON.parse(answer) as Reply, now(), Math.random(), settings()))
  }

  /** Sends to a peer unless it is cut off; whether an answer came is what reachable means. */
  async function exchange(to: string, path: string, body: string | null): Promise<string | null> {
    const peer = others.find(({ name }) => name === to)
    if (peer === undefined) return null
    try {
      if (isDenied(denyFile, to)) throw new Error('cut off')
      const headers = { [MEMBER_HEADER]: self }
      const request = body === null ? {} : { method: 'POST', body }
      const { status, text } = await ask(`${peer.address}${path}`, { ...request, headers, timeoutMs: TIMEOUT_MS })
      if (status !== 200) throw new Error(`answered ${status}`)
      reachable.add(to)
      return text
    } catch {
      reachable.delete(to)
      return null
    }
  }

  setInterval(() => apply(tick(state, now(), Math.random(), settings())), TICK_MS)
  setInterval(() => {
    for (const { name } of others) void exchange(name, '/cluster/ping', null)
  }, PING_EVERY_MS)

  return {
    status: () => ({
      node: self,
      ...viewAt(state, now(), settings()),
      // A spare is a member while it runs.
      members: members
        .filter(({ name, spare }) => !spare || name === self || reachable.has(name))
        .map(({ name }) => ({ name, reachable: name === self || reachable.has(name) })),
    }),
    receive(request) {
      const { state: next, reply } = receive(state, request, now(), Math.random(), settings())
      keep(next)
      return reply
    },
    isCutOffFrom: (peer) => isDenied(denyFile, peer),
  }
}
