// The escalation: tells people when a runbook cannot help, or takes too long. A timer is started only when the next thing the
// run does could take it past a level; so a short run pays nothing, and a run that waits for days is still told in time.
import type { EscalationLevel } from '../../src/plan/plan.ts'
import type { ActRequest, Host } from './host.ts'
import type { State } from './state.ts'
import { addNote } from './state.ts'

export interface Escalation {
  /** The host whose calls keep an eye on the clock. */
  readonly host: Host
  /** Tells the levels `after: failure`; `stage` keeps what is told while the run is open apart from its end. */
  tellFailure(stage: string, message: string): Promise<void>
  /** Waits until what is being told is told, and tells no more. */
  close(): Promise<void>
}

export function createEscalation(
  host: Host,
  state: State,
  levels: readonly EscalationLevel[],
  who: string,
): Escalation {
  const timed = new Set<number>()
  const telling = new Set<Promise<void>>()
  let open = true

  const tell = async (path: string, level: EscalationLevel, message: string): Promise<void> => {
    const problem = await host.notify(path, level.notify, message)
    if (problem !== null) addNote(state, host.now(), `${path}: nobody was told: ${problem}`)
  }
  const tellInTime = async (index: number, level: EscalationLevel, ms: number): Promise<void> => {
    const path = `escalate-${index + 1}`
    const left = state.startedAt + ms - host.now()
    if (left > 0) await host.sleep(path, left, `Tell ${level.notify.join(', ')} if it takes that long`)
    if (!open || state.acked !== undefined || state.told.includes(index)) return
    const told = tell(path, level, `${who} is still going after ${Math.round(ms / 1000)} s.`)
    telling.add(told)
    await told
    state.told.push(index)
    telling.delete(told)
  }
  const mayTake = (ms: number | null): void => {
    for (const [index, level] of levels.entries()) {
      if (level.after.kind !== 'elapsed' || timed.has(index) || state.told.includes(index)) continue
      if (ms !== null && host.now() + ms < state.startedAt + level.after.ms) continue
      timed.add(index)
      const limitMs = level.after.ms
      void host.shielded(() => tellInTime(index, level, limitMs))
    }
  }

  return {
    host: {
      ...host,
      act: (request) => (mayTake(longest(request)), host.act(request)),
      verify: (path, title, call) => (mayTake(call.withinMs), host.verify(path, title, call)),
      sleep: (path, ms, title) => (mayTake(ms), host.sleep(path, ms, title)),
      ask: (gate) => (mayTake(gate.deadlineAt - host.now()), host.ask(gate)),
      child: (...call) => (mayTake(null), host.child(...call)),
    },
    async tellFailure(stage, message) {
      for (const [index, level] of levels.entries())
        if (level.after.kind === 'failure') await tell(`escalate-${index + 1}/${stage}`, level, message)
    },
    async close() {
      open = false
      if (telling.size > 0) await Promise.all(telling)
    },
  }
}

/** The longest that an action can take while its workers live. */
function longest({ action, retry, totalTimeoutMs }: ActRequest): number {
  if (totalTimeoutMs !== null) return totalTimeoutMs
  if (retry === null) return action.attemptTimeoutMs
  let waits = 0
  for (let n = 0; n < retry.attempts - 1; n++)
    waits += Math.min(retry.backoffMs * retry.factor ** n * (1 + retry.jitter), retry.capMs ?? Number.POSITIVE_INFINITY)
  return Math.min(retry.attempts * action.attemptTimeoutMs + waits, retry.budgetMs ?? Number.POSITIVE_INFINITY)
}
