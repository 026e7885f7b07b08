import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  firstState,
  learn,
  receive,
  tick,
  viewAt,
  type Ballot,
  type ElectionSettings,
  type ElectionState,
  type Moved,
  type Request,
} from '../../../src/lab/node/election.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e']
const settingsOf = (self: string, more: Partial<ElectionSettings> = {}): ElectionSettings => ({
  self,
  voters: NAMES,
  learners: [],
  quorum: 3,
  beatEveryMs: 300,
  leaseMs: 1_000,
  electionMs: { least: 1_200, most: 2_400 },
  ...more,
})

/** A cluster in virtual time: messages take random time, get lost, meet partitions, pauses and restarts. */
class Simulation {
  now = 0
  readonly states = new Map<string, ElectionState>()
  readonly ballots = new Map<string, Ballot>()
  readonly asleep = new Set<string>()
  /** Members that are cut off together from all others, both ways. */
  readonly cut = new Set<string>()
  /** Single links that are cut one way, as `from>to`. */
  readonly cutLinks = new Set<string>()
  readonly terms: Record<number, Set<string>> = {}
  readonly inFlight: { at: number; deliver: () => void }[] = []
  readonly #random: () => number
  readonly #delayMs: number
  readonly #loss: number

  constructor(seed: number, delayMs: number, loss: number) {
    this.#random = mulberry(seed)
    this.#delayMs = delayMs
    this.#loss = loss
    for (const name of NAMES) this.restart(name)
  }

  restart(name: string): void {
    const ballot = this.ballots.get(name) ?? { term: 0, votedFor: null }
    this.states.set(name, firstState(ballot, this.now, this.#random(), settingsOf(name)))
  }

  leaders(): string[] {
    return NAMES.filter(
      (name) => !this.asleep.has(name) && viewAt(this.state(name), this.now, settingsOf(name)).role === 'leader',
    )
  }

  state(name: string): ElectionState {
    const state = this.states.get(name)
    if (state === undefined) throw new Error(name)
    return state
  }

  advance(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += 50) {
      for (const due of this.inFlight.filter(({ at }) => at <= this.now)) {
        this.inFlight.splice(this.inFlight.indexOf(due), 1)
        due.deliver()
        this.#check()
      }
      for (const name of NAMES) {
        if (this.asleep.has(name)) continue
        this.#apply(name, tick(this.state(name), this.now, this.#random(), settingsOf(name)))
        this.#check()
      }
    }
  }

  #check(): void {
    expect(this.leaders().length).toBeLessThanOrEqual(1)
    for (const name of this.leaders()) (this.terms[this.state(name).term] ??= new Set()).add(name)
  }

  #keep(name: string, state: ElectionState): void {
    const before = this.ballots.get(name)
    if (before !== undefined) expect(state.term).toBeGreaterThanOrEqual(before.term)
    this.states.set(name, state)
    this.ballots.set(name, { term: state.term, votedFor: state.votedFor })
  }

  #apply(name: string, { state, requests }: Moved): void {
    this.#keep(name, state)
    for (const { to, request } of requests) this.#send(name, to, () => this.#arrive(name, to, request))
  }

  #arrive(from: string, to: string, request: Request): void {
    const { state, reply } = receive(this.state(to), request, this.now, this.#random(), settingsOf(to))
    this.#keep(to, state)
    this.#send(to, from, () =>
      this.#apply(from, learn(this.state(from), to, request, reply, this.now, this.#random(), settingsOf(from))),
    )
  }

  #send(from: string, to: string, deliver: () => void): void {
    if (this.#random() < this.#loss) return
    const attempt = (): void => {
      if (this.cut.has(from) !== this.cut.has(to) || this.cutLinks.has(`${from}>${to}`)) return
      // What arrives at a stopped process waits in its socket.
      if (this.asleep.has(to)) this.inFlight.push({ at: this.now + 50, deliver: attempt })
      else deliver()
    }
    this.inFlight.push({ at: this.now + this.#random() * this.#delayMs, deliver: attempt })
  }
}

function mulberry(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const nodes = fc.subarray(NAMES, { minLength: 1, maxLength: 4 })
const trouble = fc.record({
  kind: fc.constantFrom('cut', 'mend', 'cutLinks', 'mendLinks', 'sleep', 'wake', 'restart'),
  nodes,
  others: nodes,
  forMs: fc.integer({ min: 0, max: 4_000 }),
})

describe('election', () => {
  test('whatever happens to messages and members, there is at most one leader at a time and one a term', () => {
    const runs = fc.array(trouble, { maxLength: 12 })
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(20, 400, 2_000),
        fc.constantFrom(0, 0.2),
        runs,
        (seed, delay, loss, all) => {
          const cluster = new Simulation(seed, delay, loss)
          for (const { kind, nodes: some, others, forMs } of all) {
            for (const name of some) {
              if (kind === 'cut') cluster.cut.add(name)
              if (kind === 'mend') cluster.cut.delete(name)
              for (const other of others) if (kind === 'cutLinks') cluster.cutLinks.add(`${name}>${other}`)
              if (kind === 'mendLinks') cluster.cutLinks.clear()
              if (kind === 'sleep') cluster.asleep.add(name)
              if (kind === 'wake') cluster.asleep.delete(name)
              if (kind === 'restart') cluster.restart(name)
            }
            cluster.advance(forMs)
          }
          for (const names of Object.values(cluster.terms)) expect(names.size).toBe(1)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('a cluster that is left in peace has one leader that everyone follows', () => {
    fc.assert(
      fc.property(fc.integer(), nodes, (seed, some) => {
        const cluster = new Simulation(seed, 20, 0)
        for (const name of some) cluster.cut.add(name)
        cluster.advance(5_000)
        cluster.cut.clear()
        cluster.advance(15_000)
        const [leader] = cluster.leaders()
        expect(leader).toBeDefined()
        for (const name of NAMES) expect(viewAt(cluster.state(name), cluster.now, settingsOf(name)).leader).toBe(leader)
      }),
      { numRuns: 40 },
    )
  })

  test('a lost leader is replaced by one with a higher term', () => {
    const cluster = new Simulation(1, 20, 0)
    cluster.advance(10_000)
    const [first = ''] = cluster.leaders()
    const { term } = cluster.state(first)
    cluster.asleep.add(first)
    cluster.advance(8_000)
    const [second = ''] = cluster.leaders()
    expect(second).not.toBe(first)
    expect(cluster.state(second).term).toBeGreaterThan(term)
  })

  test('a side without a quorum spends no terms, so that its return disturbs nobody', () => {
    const cluster = new Simulation(2, 20, 0)
    cluster.advance(10_000)
    const [leader = ''] = cluster.leaders()
    const { term } = cluster.state(leader)
    for (const name of NAMES.filter((each) => each !== leader).slice(0, 2)) cluster.cut.add(name)
    cluster.advance(20_000)
    cluster.cut.clear()
    cluster.advance(3_000)
    expect(cluster.leaders()).toEqual([leader])
    expect(cluster.state(leader).term).toBe(term)
  })

  test('a leader that slept past its lease answers that it is none, before it has heard anything', () => {
    const cluster = new Simulation(3, 20, 0)
    cluster.advance(10_000)
    const [leader = ''] = cluster.leaders()
    expect(viewAt(cluster.state(leader), cluster.now + 5_000, settingsOf(leader))).toMatchObject({
      role: 'follower',
      leader: null,
    })
  })

  test('with a quorum that is too small both sides elect, and one beat between them ends it', () => {
    const wrong = settingsOf('a', { quorum: 1 })
    const { state } = tick(firstState({ term: 4, votedFor: null }, 0, 0, wrong), 1_300, 0, wrong)
    expect(viewAt(state, 1_300, wrong)).toMatchObject({ role: 'leader', term: 5 })
    const met = receive(state, { kind: 'beat', from: 'b', term: 5, sentAt: 1_300 }, 1_300, 0, wrong)
    expect(met.reply).toEqual({ term: 6, agreed: false })
    expect(met.state.role).toBe('follower')
  })

  test('a member without a vote follows and never asks for votes', () => {
    const learner = settingsOf('f', { learners: ['f'] })
    const start = firstState({ term: 0, votedFor: null }, 0, 0, learner)
    expect(tick(start, 60_000, 0, learner).requests).toEqual([])
    const heard = receive(start, { kind: 'beat', from: 'a', term: 3, sentAt: 5 }, 5, 0, learner)
    expect(viewAt(heard.state, 6, learner)).toEqual({ role: 'follower', term: 3, leader: 'a' })
  })

  test.each([true, false])('a voter that has just heard a leader gives its vote to nobody (trial: %s)', (trial) => {
    const settings = settingsOf('a')
    const start = firstState({ term: 1, votedFor: null }, 0, 0, settings)
    const { state } = receive(start, { kind: 'beat', from: 'b', term: 1, sentAt: 5_000 }, 5_000, 0, settings)
    const ask = (at: number): boolean =>
      receive(state, { kind: 'ask', from: 'c', term: 2, trial, sentAt: at }, at, 0, settings).reply.agreed
    expect(ask(6_000)).toBe(false)
    expect(ask(6_200)).toBe(true)
  })

  test('a voter that was started again waits as if it had just heard a leader: it may have, before', () => {
    const settings = settingsOf('a')
    const start = firstState({ term: 1, votedFor: null }, 5_000, 0, settings)
    const ask = (at: number): boolean =>
      receive(start, { kind: 'ask', from: 'c', term: 2, trial: false, sentAt: at }, at, 0, settings).reply.agreed
    expect(ask(5_100)).toBe(false)
    expect(ask(6_200)).toBe(true)
  })

  test('a voter votes once a term', () => {
    const settings = settingsOf('a')
    const voted = firstState({ term: 2, votedFor: 'b' }, 0, 0, settings)
    const asked = { kind: 'ask', from: 'c', term: 2, trial: false, sentAt: 9_000 } as const
    expect(receive(voted, asked, 9_000, 0, settings).reply).toEqual({ term: 2, agreed: false })
  })
})
