// The episodes of alerts that a cluster's guard remembers: which of them still ask for something. Decides nothing; read
// next: decide-alert.ts.
import type { Alert } from './protocol.ts'
import type { AlertEpisode, GuardState } from './state.ts'
import type { Effect } from './step.ts'

export const episodesOf = (state: GuardState): Readonly<Record<string, AlertEpisode>> => state.alerts ?? {}

export const episodeIn = (state: GuardState, id: string): AlertEpisode | null =>
  Object.hasOwn(episodesOf(state), id) ? (episodesOf(state)[id] ?? null) : null

/** Forgets one episode, so that another has room: what is over and settled goes first. Answers whether one could go. */
export function forgetOne(alerts: Record<string, AlertEpisode>): boolean {
  const goes = firstOf(alerts, isOver) ?? firstOf(alerts, ({ isSettled }) => isSettled)
  if (goes === null) return false
  delete alerts[goes]
  return true
}

const isOver = ({ isSettled, status }: AlertEpisode): boolean => isSettled && status === 'resolved'

function firstOf(
  alerts: Readonly<Record<string, AlertEpisode>>,
  is: (episode: AlertEpisode) => boolean,
): string | null {
  for (const id in alerts) {
    const episode = alerts[id]
    if (episode !== undefined && is(episode)) return id
  }
  return null
}

/** Answers the undecided episodes that fire, for one runbook and target, oldest first. */
export const askingFor = (
  state: GuardState,
  { runbook, target }: Pick<AlertEpisode, 'runbook' | 'target'>,
): readonly (readonly [string, AlertEpisode])[] =>
  Object.entries(episodesOf(state)).filter(
    ([, each]) => isAsking(each) && each.runbook === runbook && each.target === target,
  )

const isAsking = ({ isSettled, status }: AlertEpisode): boolean => !isSettled && status === 'firing'

/** Asks to match the first episode of each runbook and target that is due. */
export function alertsToMatch(state: GuardState, now: number): readonly Effect[] {
  const due = new Map<string, Effect>()
  for (const { alert, runbook, target, lookAgainAt, ...rest } of Object.values(episodesOf(state))) {
    const key = `${runbook} ${target}`
    if (!isAsking({ alert, runbook, target, lookAgainAt, ...rest }) || alert === null) continue
    if (lookAgainAt > now || due.has(key)) continue
    const trigger = { kind: 'alert', target, runbook, alert, at: now, evidence: sentenceOf(alert) } as const
    due.set(key, { kind: 'match', trigger })
  }
  return [...due.values()]
}

/** Answers when time alone may change something for an alert. */
export const alertLooks = (state: GuardState): readonly number[] =>
  Object.values(episodesOf(state)).flatMap((each) =>
    isAsking(each) && each.lookAgainAt < Number.MAX_SAFE_INTEGER ? [each.lookAgainAt] : [],
  )

/** A run has closed: whatever waits for an answer may get another one now. */
export function wakeAlerts(state: GuardState): GuardState {
  if (state.alerts === undefined) return state
  const woken = Object.entries(state.alerts).map(([id, each]) => [
    id,
    isAsking(each) ? { ...each, lookAgainAt: 0 } : each,
  ])
  return { ...state, alerts: Object.fromEntries(woken) as Readonly<Record<string, AlertEpisode>> }
}

/** Answers whether this is an alert: what reaches the detector past intake is not believed. */
export function isAlert(value: unknown): value is Alert {
  if (typeof value !== 'object' || value === null) return false
  const { fingerprint, status, labels, annotations, starts_at: startsAt, delivery } = value as Partial<Alert>
  return (
    (status === 'firing' || status === 'resolved') &&
    [fingerprint, startsAt, delivery].every((text) => typeof text === 'string' && text !== '') &&
    [labels, annotations].every(isTextMap)
  )
}
const isTextMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')

const SENTENCE_LENGTH = 300

/** Says in a line what an alert says. */
export function sentenceOf({ labels, annotations }: Alert): string {
  const summary = annotations['summary'] ?? annotations['description'] ?? ''
  const name = `the alert \`${labels['alertname'] ?? 'without a name'}\``
  return (summary === '' ? name : `${name}: ${summary}`).slice(0, SENTENCE_LENGTH)
}
