// The escalation: tells people when a runbook cannot help, takes too long or waits for them, and goes on calling until
// somebody is on it. A timer is started only when the next thing the run does could take it past a level, or once people
// were called; so a short run pays nothing, and a run that waits for days is still told in time.
import type { EscalationLevel } from '../../src/plan/plan.ts'
import type { NotifyForm } from '../../src/plan/run.ts'
import type { ActRequest, Host, Told } from './host.ts'
import { afterWord, heldUntilThen, nextWord, peopleFor, withPage, type NextWord } from './paging.ts'
import { addNote, rowsOf, type State } from './state.ts'

export interface Escalation {
  /** The host whose calls keep an eye on the clock, and whose pages are followed up. */
  readonly host: Host
  /** Tells the levels `after: failure`; `stage` keeps what is told while the run is open apart from its end. */
  tellFailure(stage: string, message: string): Promise<void>
  /** Waits until what is being told is told, and tells no more but the last word to those who were called. */
  close(lastWord: string | null): Promise<void>
}

export interface EscalationOptions {
  readonly host: Host
  readonly state: State
  readonly levels: readonly EscalationLevel[]
  /** Told that the run waits for a person, where there are no levels. */
  readonly page: readonly string[]
  /** Id of the run. */
  readonly who: string
}

/** `stage` of what is told at the end of the run. */
export const END = 'end'

export function createEscalation({ host, state, levels, page, who }: EscalationOptions): Escalation {
  const timed = new Set<number>()
  const telling = new Set<Promise<unknown>>()
  /** Titles of what waits for a person. */
  const asked: string[] = []
  let open = true
  let isCalling = false
  // A run that goes on from its state first walks to where it was: before, it could not say how it stands.
  const notBefore = state.paging === undefined ? 0 : host.now() + WALK_MS

  const notify = async (path: string, to: readonly string[], message: string, form: NotifyForm): Promise<Told> => {
    const told = await host.notify(path, to, message, form)
    if (form !== 'page' || told.paging === null) return told
    state.paging = withPage(state.paging, told.paging, { to, message, path, at: host.now(), heldUntil: told.heldUntil })
    keepCalling()
    return told
  }
  const tell = async (path: string, to: readonly string[], message: string, form: NotifyForm): Promise<Told> => {
    const told = await notify(path, to, message, form)
    if (told.problem !== null) addNote(state, host.now(), `${path}: nobody was told: ${told.problem}`)
    return told
  }
  const tellInTime = async (index: number, level: EscalationLevel, ms: number): Promise<void> => {
    const path = `escalate-${index + 1}`
    const left = state.startedAt + ms - host.now()
    if (left > 0) await host.sleep(path, left, `Tell ${level.notify.join(', ')} if it takes that long`)
    if (!open || state.acked !== undefined || state.told.includes(index)) return
    await beingTold(tell(path, level.notify, `${who} is still going after ${Math.round(ms / 1000)} s.`, 'page'))
    state.told.push(index)
  }
  /** What is on its way when the run ends is waited for. */
  const beingTold = async (told: Promise<unknown>): Promise<void> => {
    telling.add(told)
    await told
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

  const next = (): NextWord | null =>
    state.paging === undefined ? null : nextWord(state.paging, state.acked !== undefined)
  /** Goes on where it was, also in the next run of the chain. */
  const keepCalling = (): void => {
    if (isCalling || next() === null) return
    isCalling = true
    void host.shielded(callOn)
  }
  const callOn = async (): Promise<void> => {
    for (let word = next(); open && word !== null; word = next()) {
      const { paging, acked } = state
      const isStale = (): boolean => !open || state.paging !== paging || state.acked !== acked
      const at = Math.max(word.at, notBefore)
      if (at > host.now()) await host.hold(isStale, at, TITLES[word.kind])
      if (!isStale()) await beingTold(say(word.kind))
    }
    isCalling = false
  }
  const say = async (kind: NextWord['kind']): Promise<void> => {
    const before = state.paging
    if (before === undefined) return
    if (kind === 'page') {
      // The page that was not heard, under its own key: the books are kept where every page is taken into them.
      await tell(before.path, before.to, before.message, kind)
      if (state.paging === before) state.paging = afterWord(before, kind, host.now())
      return
    }
    const count = { level: before.levels + 2, repeat: before.repeats + 1, update: before.updates + 1 }[kind]
    const message = {
      level: `Level ${count}: nobody is on it since ${minutesText(host.now() - before.since)}. ${before.message}`,
      repeat: `Still nobody is on it (call ${count + 1}). ${before.message}`,
      update: standing(),
    }[kind]
    const { heldUntil } = await tell(`run#${kind}-${count}`, peopleFor(before, kind), message, kind)
    // Another page may have come meanwhile: it is in the books already.
    const { paging = before } = state
    state.paging = heldUntil === null ? afterWord(paging, kind, host.now()) : heldUntilThen(paging, heldUntil)
  }
  /** Says in a sentence how the run stands. */
  const standing = (): string => {
    const running = rowsOf(state).filter(({ status }) => status === 'running')
    const at = running.length === 0 ? '' : ` It is at: ${running.map(({ title }) => title).join('; ')}.`
    const waits = asked.length === 0 ? '' : ` It waits for a person: ${asked.join('; ')}.`
    const on = state.acked === undefined ? 'Nobody has said to be on it.' : `\`${state.acked.by}\` is on it.`
    return `${who} is open for ${minutesText(host.now() - state.startedAt)}.${at}${waits} ${on}`
  }

  keepCalling()
  return {
    host: {
      ...host,
      notify,
      act: (request) => (mayTake(longest(request)), host.act(request)),
      verify: (path, title, call) => (mayTake(call.withinMs), host.verify(path, title, call)),
      sleep: (path, ms, title) => (mayTake(ms), host.sleep(path, ms, title)),
      child: (...call) => (mayTake(null), host.child(...call)),
      async ask(gate) {
        mayTake(gate.deadlineAt - host.now())
        asked.push(gate.title)
        const answer = await host.ask(gate)
        asked.splice(asked.indexOf(gate.title), 1)
        // Who answers has seen it.
        if (answer.kind === 'said' && state.paging !== undefined) state.paging = { ...state.paging, isAnswered: true }
        return answer
      },
    },
    async tellFailure(stage, message) {
      for (const [index, level] of levels.entries())
        if (level.after.kind === 'failure')
          await tell(`escalate-${index + 1}/${stage}`, level.notify, message, stage === END ? END : 'page')
      // How it ended is the detector's to tell: it knows whether another runbook comes next.
      if (levels.length === 0 && page.length > 0 && stage !== END)
        await tell(`run#page/${stage}`, page, message, 'page')
    },
    async close(lastWord) {
      open = false
      if (telling.size > 0) await Promise.all(telling)
      if (state.paging !== undefined && lastWord !== null)
        await tell('run#end', state.paging.to, `${who} ended. ${lastWord}`, 'end')
    },
  }
}

const WALK_MS = 1_000

const TITLES: Readonly<Record<NextWord['kind'], string>> = {
  page: 'Call people when the quiet hours are over',
  level: 'Call the next level if nobody is on it',
  repeat: 'Call again if nobody is on it',
  update: 'Tell how the run stands',
}

const minutesText = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`

/** The longest that an action can take while its workers live. */
function longest({ action, retry, totalTimeoutMs }: ActRequest): number {
  if (totalTimeoutMs !== null) return totalTimeoutMs
  if (retry === null) return action.attemptTimeoutMs
  let waits = 0
  for (let n = 0; n < retry.attempts - 1; n++)
    waits += Math.min(retry.backoffMs * retry.factor ** n * (1 + retry.jitter), retry.capMs ?? Number.POSITIVE_INFINITY)
  return Math.min(retry.attempts * action.attemptTimeoutMs + waits, retry.budgetMs ?? Number.POSITIVE_INFINITY)
}
