// Correlation as a rule of the guard: of several causes that are seen at once, the one that explains more is acted on.
// The others are held by name, so that three ill nodes are one cascade and not three restarts.
import { symptomOf } from './occasion.ts'
import type { Trigger } from './protocol.ts'
import { rankOf } from './rank.ts'
import type { GuardState, SymptomRecord } from './state.ts'
import type { Ask, Ruling, Stage } from './stages.ts'
import { phaseOf } from './symptoms.ts'

/** A cause that is just coming up is waited for: it may be the one that explains this. */
const SETTLE_MS = 1_000
/** The same symptom on several targets at once may be about to become a wider one. */
const COMPANY_SETTLES_MS = 4_000

/** Holds a trigger while a wider or graver cause stands on the same target or its cluster, or is coming up. */
export const isNoShadow: Stage = ({ state, trigger, candidate, isAutomatic, now }) => {
  if (!isAutomatic || trigger.kind === 'person' || trigger.kind === 'returned' || trigger.kind === 'schedule')
    return null
  const rival = gravest(state, trigger, rankOfTrigger(state, trigger, candidate.plan), now)
  if (rival !== null) return ruleFor(rival, candidate.plan.name, now)
  return waitForCompany(state, trigger, now)
}

const isSeen = (symptom: SymptomRecord, now: number): boolean => {
  const phase = phaseOf(symptom, now)
  return phase === 'pending' || phase === 'standing'
}

const rankOfTrigger = (state: GuardState, trigger: Trigger, plan: Ask['candidate']['plan']): number =>
  trigger.kind === 'condition' || trigger.kind === 'trend'
    ? (symptomOf(state, trigger.symptom)?.seen.rank ?? 0)
    : rankOf({ severity: plan.severity ?? 'low', guard: plan.guard, automation: plan.automation }, 'target')

function gravest(
  state: GuardState,
  trigger: Exclude<Trigger, { kind: 'person' }>,
  rank: number,
  now: number,
): SymptomRecord | null {
  const rivals = Object.values(state.symptoms)
    .filter((rival) => isSeen(rival, now))
    .filter(({ seen }) => seen.rank > rank && (seen.over === 'cluster' || seen.target === trigger.target))
  return rivals.toSorted((a, b) => b.seen.rank - a.seen.rank)[0] ?? null
}

function ruleFor({ seen }: SymptomRecord, runbook: string, now: number): Ruling {
  const what = `\`${seen.runbook}\` on \`${seen.target}\` (${seen.evidence})`
  if (seen.phase === 'standing')
    return { kind: 'shadowed', reason: 'wider-cause', message: `\`${runbook}\` is shadowed by ${what}.` }
  const message = `\`${runbook}\` waits a moment: the cause may be that of ${what}.`
  return { kind: 'held', reason: 'settling', message, lookAgainAt: now + SETTLE_MS }
}

function waitForCompany(state: GuardState, trigger: Trigger, now: number): Ruling | null {
  const own = trigger.kind === 'condition' ? symptomOf(state, trigger.symptom) : null
  if (own === null || now - own.episode >= COMPANY_SETTLES_MS) return null
  const company = Object.values(state.symptoms).filter(
    (other) => other.seen.runbook === own.seen.runbook && other.seen.target !== own.seen.target && isSeen(other, now),
  )
  if (company.length === 0) return null
  const names = company.map(({ seen }) => `\`${seen.target}\``).join(', ')
  const message = `The same is coming up on ${names}; whether it is one cause is seen in a moment.`
  return { kind: 'held', reason: 'settling', message, lookAgainAt: now + SETTLE_MS }
}
