// A Host in virtual time with scripted answers: tests and rehearsals run the very interpreter that production runs.
// The world outlives a crash: what was done stays done, and the same key is never done twice.
import type { Json } from '../plan/json.ts'
import type { PagingPolicy, RunResult, Verb } from '../plan/run.ts'
import type { ActAnswer, ActRequest, GateRequest, Host, Told } from '../../workflows/interpreter/host.ts'
import type { Verified } from '../../workflows/interpreter/state.ts'
import { createScope, currentScope, runInScope } from './simulated-scope.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Vote {
  /** After the gate opened. */
  readonly afterMs: number
  readonly verb: Verb
  readonly by: string
  readonly why?: string
  readonly value?: Json
}

/** What the world answers. Whatever is left out goes well. */
export interface Script {
  act?(request: ActRequest): ActAnswer
  takesMs?(request: ActRequest): number
  /** What a running action does when it is cancelled. */
  onCancel?(request: ActRequest): 'stop' | 'finish'
  verify?(): Verified
  vote?(gate: GateRequest): Vote | null
  child?(path: string): RunResult
  notify?(path: string): string | null
  /** How a page goes on; nothing: it does not. */
  readonly paging?: PagingPolicy
  /** Until then (epoch ms) nobody is called. */
  readonly quietUntil?: number
}

export interface World {
  readonly clock: VirtualClock
  /** One line for whatever happened, in order. */
  readonly journal: string[]
  /** What was done, by key, and when its answer is due. */
  readonly done: Map<string, { readonly answer: ActAnswer; readonly dueAt: number }>
}

export interface SimulatedHost {
  readonly host: Host
  /** Calls that are open and could still do something. */
  busy(): number
  /** The process dies: what runs in the world goes on to its end, and nobody hears of it. */
  crash(): void
}

export interface Hooks {
  /** Called before each call leaves. A promise holds the call back for ever: the run will continue elsewhere. */
  onCall(name: string): Promise<never> | null
}

const ACT_MS = 100
/** How often one that is held looks whether it still is. */
const LOOK_MS = 1_000

export function simulateHost(world: World, script: Script, hooks: Hooks): SimulatedHost {
  const { clock, journal } = world
  const flying = new Set<() => void>()
  let working = 0
  let dead = false
  const log = (line: string): void => {
    if (!dead) journal.push(line)
  }

  /** Waits for a time or the scope's cancellation, whichever comes first. */
  const until = (time: number, onCancel: 'stop' | 'finish'): Promise<'time' | 'cancelled'> =>
    new Promise((resolve) => {
      const scope = currentScope()
      if (scope?.isCancelled === true && onCancel === 'stop') return resolve('cancelled')
      const forget =
        onCancel === 'finish'
          ? undefined
          : scope?.onCancel(() => {
              takeBack()
              forget?.()
              resolve('cancelled')
            })
      const takeBack = clock.at(time, () => {
        forget?.()
        resolve('time')
      })
    })

  const work = async (): Promise<'time' | 'cancelled'> => {
    working++
    const end = await until(clock.now() + ACT_MS, 'stop')
    working--
    return end
  }

  const act = async (request: ActRequest): Promise<ActAnswer> => {
    if (currentScope()?.isCancelled === true) return { kind: 'cancelled' }
    const key = `${request.path}#${request.operatorRetry}`
    await hooks.onCall(key)
    if (currentScope()?.isCancelled === true) return { kind: 'cancelled' }
    const before = world.done.get(key)
    const name = `${key} ${request.action.name}`
    const finish = (): ActAnswer => {
      const answer = script.act?.(request) ?? { kind: 'ok' as const, output: {}, attempts: 1 }
      world.done.set(key, { answer, dueAt: clock.now() })
      if (answer.kind !== 'failed') journal.push(`did ${name} ${JSON.stringify(request.args)}`)
      else journal.push(`failed ${name} ${answer.failure.code}`)
      return answer
    }
    if (before !== undefined) {
      journal.push(`again ${name}`)
      await until(before.dueAt, 'finish')
      return before.answer
    }
    log(`start ${name}`)
    flying.add(finish)
    const end = await until(clock.now() + (script.takesMs?.(request) ?? ACT_MS), script.onCancel?.(request) ?? 'stop')
    if (!flying.delete(finish)) return await new Promise<never>(() => {})
    if (end === 'time') return finish()
    log(`stopped ${name}`)
    return { kind: 'cancelled' }
  }

  const host: Host = {
    now: () => clock.now(),
    act,
    async verify(path) {
      if (currentScope()?.isCancelled === true) return { kind: 'cancelled' }
      await hooks.onCall(path)
      if ((await work()) === 'cancelled') return { kind: 'cancelled' }
      const verified = script.verify?.() ?? { kind: 'report', report: { held: true, unmet: [], evidence: null } }
      log(`verified ${verified.kind === 'report' ? String(verified.report.held) : verified.kind}`)
      return verified
    },
    async notify(path, to, message, form) {
      if (currentScope()?.isCancelled === true) return told('cancelled')
      await hooks.onCall(path)
      const { quietUntil = 0, paging = null } = script
      if (clock.now() < quietUntil && form !== 'note' && form !== 'end')
        return { problem: null, paging, heldUntil: quietUntil }
      // The key of a message makes the second one no message.
      if (world.done.has(path)) return told(null)
      world.done.set(path, { answer: { kind: 'cancelled' }, dueAt: clock.now() })
      log(`told ${to.join(',')}: ${message}`)
      return { ...told(script.notify?.(path) ?? null), paging }
    },
    async sleep(path, ms) {
      if (currentScope()?.isCancelled === true) return 'cancelled'
      await hooks.onCall(`sleep ${path}`)
      return (await until(clock.now() + ms, 'stop')) === 'cancelled' ? 'cancelled' : 'slept'
    },
    async hold(isOver, time) {
      while (!isOver() && clock.now() < time)
        if ((await until(Math.min(time, clock.now() + LOOK_MS), 'stop')) === 'cancelled') return 'cancelled'
      return 'over'
    },
    async ask(gate) {
      if (currentScope()?.isCancelled === true) return { kind: 'cancelled' }
      await hooks.onCall(`ask ${gate.id}`)
      const vote = script.vote?.(gate) ?? null
      const votedAt = vote === null ? Number.POSITIVE_INFINITY : gate.openedAt + vote.afterMs
      const end = await until(Math.min(votedAt, gate.deadlineAt), 'stop')
      if (end === 'cancelled') return { kind: 'cancelled' }
      if (vote === null || votedAt > gate.deadlineAt) return { kind: 'deadline' }
      const { verb, by, why = null, value = null } = vote
      return { kind: 'said', verb, by, why, value }
    },
    async child(path, _title, plan) {
      if (currentScope()?.isCancelled === true) return { kind: 'cancelled' }
      await hooks.onCall(path)
      if ((await work()) === 'cancelled') return { kind: 'cancelled' }
      log(`ran ${path} ${plan.name}`)
      return { kind: 'ended', result: script.child?.(path) ?? effective(clock.now()) }
    },
    scope(body, { timeoutMs, cancelled }) {
      const scope = createScope({ shield: false })
      let timedOut = false
      const timeOut = (): void => {
        timedOut = true
        scope.cancel()
      }
      if (cancelled) scope.cancel()
      else if (timeoutMs !== null && timeoutMs <= 0) timeOut()
      const takeBack = timeoutMs === null ? null : clock.at(clock.now() + timeoutMs, timeOut)
      const result = runInScope(scope, body).then((value) => {
        takeBack?.()
        return { value, timedOut }
      })
      return { result, cancel: () => scope.cancel() }
    },
    shielded: (body) => runInScope(createScope({ shield: true }), body),
    isCancelled: () => currentScope()?.isCancelled === true,
    changed() {},
  }
  return {
    host,
    busy: () => flying.size + working,
    crash() {
      for (const finish of flying) finish()
      flying.clear()
      dead = true
    },
  }
}

const told = (problem: string | null): Told => ({ problem, paging: null, heldUntil: null })

const effective = (now: number): RunResult => ({
  outcome: 'effective',
  code: 'verified',
  message: 'Verified.',
  failure: null,
  left: [],
  startedAt: now,
  endedAt: now,
})
