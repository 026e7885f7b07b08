// Adaptation: while a declared state of the cluster stands, named settings have their emergency values, and each change is
// written down. Only settings that are read where they are used, at run time, are in the list (`SETTINGS`).
// Invariant: nothing here starts anything, and what a person froze stays frozen: no state begins to adapt meanwhile.
import { holdersOf, recordOfMode } from './mode-words.ts'
import { recordOfModes } from './modes.ts'
import type { AdaptationSpec, AdaptedSetting, ClusterLimits, Setting } from './protocol.ts'
import { SETTINGS } from './protocol.ts'
import { freezeAt, type GuardState } from './state.ts'
import { andThen, still, type Step } from './step.ts'

/** A symptom that nobody has seen for this long is no reason any more: emergency values need evidence. */
const LONGEST_UNSEEN_MS = 600_000

/** What breakers have while nothing is adapted (activities/wrapping/breaker.ts). */
export const USUAL_BREAKER = { failures: 5, openMs: 10_000 } as const

/** Also what a person reads as the reason, and by which a new detector finds the state again. */
const identityOf = ({ while: state }: AdaptationSpec): string =>
  'mode' in state ? `mode ${state.mode}` : `symptom ${state.symptom}`

/** Brings the settings up to date with what stands now. */
export function adapt(state: GuardState, now: number): Step {
  const { adaptationSpecs: specs = [] } = state
  if (specs.length === 0 && (state.adapted ?? []).length === 0) return still(state)
  const adapting = Object.fromEntries(specs.flatMap((spec) => advanceOne(state, spec, now)))
  const adapted = settingsOf(specs, adapting, state)
  const next: GuardState = { ...state, adapting, adapted }
  return SETTINGS.reduce((step, setting) => andThen(step, (each) => tellChange(each, state, setting, now)), still(next))
}

type Adapting = NonNullable<GuardState['adapting']>

/** Answers whether and since when a state adapts settings; an empty list: it does not. */
function advanceOne(
  state: GuardState,
  spec: AdaptationSpec,
  now: number,
): readonly (readonly [string, Adapting[string]])[] {
  const key = identityOf(spec)
  const known = Object.hasOwn(state.adapting ?? {}, key) ? (state.adapting?.[key] ?? null) : null
  if (isStanding(state, spec, now)) {
    if (known === null) return freezeAt(state, now) === null ? [[key, { since: now, overSince: null }]] : []
    return [[key, { ...known, overSince: null }]]
  }
  if (known === null) return []
  const overSince = known.overSince ?? now
  return now - overSince >= spec.backAfterMs ? [] : [[key, { ...known, overSince }]]
}

function isStanding(state: GuardState, { while: cause }: AdaptationSpec, now: number): boolean {
  if ('mode' in cause) return holdersOf(recordOfMode(state.modes, cause.mode)).length > 0
  return Object.values(state.symptoms).some(
    ({ seen, isIll }) => isIll && seen.runbook === cause.symptom && now - seen.at < LONGEST_UNSEEN_MS,
  )
}

/** Of two states that name the same setting the one that is written first decides. */
function settingsOf(
  specs: readonly AdaptationSpec[],
  adapting: Adapting,
  state: GuardState,
): readonly AdaptedSetting[] {
  return SETTINGS.flatMap((setting): AdaptedSetting[] => {
    const spec = specs.find((each) => Object.hasOwn(adapting, identityOf(each)) && each.set[setting] !== undefined)
    const value = spec?.set[setting]
    if (spec === undefined || value === undefined) return []
    const { since = 0 } = adapting[identityOf(spec)] ?? {}
    return [{ setting, value, usual: usualOf(setting, state), since, because: identityOf(spec) }]
  })
}

function usualOf(setting: Setting, { limits }: GuardState): number | null {
  switch (setting) {
    case 'guard.runsInFlight':
      return limits.runsInFlight
    case 'guard.startsPerMinute':
      return limits.startsPerMinute
    case 'breaker.failures':
      return USUAL_BREAKER.failures
    case 'breaker.openMs':
      return USUAL_BREAKER.openMs
    case 'guard.keepHealthy':
    case 'guard.cooldownMs':
    case 'trend.confidence':
      return null
  }
}

function tellChange(state: GuardState, before: GuardState, setting: Setting, now: number): Step {
  const old = adaptedOf(before, setting)
  const present = adaptedOf(state, setting)
  if (old?.value === present?.value && old?.because === present?.because) return still(state)
  const from = settingText(setting, old?.value ?? present?.usual ?? null)
  const to = settingText(setting, present?.value ?? old?.usual ?? null)
  const because = present?.because ?? `${old?.because ?? 'what it was for'} is over`
  const text = `\`${setting}\` goes from ${from} to ${to}: ${because}.`
  const said = { what: 'adapt', setting, from, to, by: 'phix', why: because, text } as const
  return {
    state,
    decisions: [],
    effects: [recordOfModes(state, said, `${setting}/${now}/${present?.value ?? 'usual'}`, now)],
  }
}

const adaptedOf = ({ adapted = [] }: Pick<GuardState, 'adapted'>, setting: Setting): AdaptedSetting | null =>
  adapted.find((each) => each.setting === setting) ?? null

/** Writes a value as an inventory has it. */
export function settingText(setting: Setting, value: number | null): string {
  if (value === null) return 'what each runbook says'
  switch (setting) {
    case 'guard.keepHealthy':
    case 'trend.confidence':
      return `${Math.round(value * 1_000) / 10} %`
    case 'guard.cooldownMs':
    case 'breaker.openMs':
      return `${value / 1_000} s`
    case 'guard.runsInFlight':
    case 'guard.startsPerMinute':
    case 'breaker.failures':
      return String(value)
  }
}

/** Answers the emergency value of a setting; null while it has its usual one. */
export const valueOf = (state: Pick<GuardState, 'adapted'>, setting: Setting): number | null =>
  adaptedOf(state, setting)?.value ?? null

/** Answers the limits of the cluster as they are now. */
export const limitsNow = ({ limits, ...state }: Pick<GuardState, 'limits' | 'adapted'>): ClusterLimits => ({
  ...limits,
  runsInFlight: valueOf(state, 'guard.runsInFlight') ?? limits.runsInFlight,
  startsPerMinute: valueOf(state, 'guard.startsPerMinute') ?? limits.startsPerMinute,
})

/** Answers when time alone may end an adaptation. */
export const adaptationLooks = (state: GuardState): readonly number[] =>
  (state.adaptationSpecs ?? []).flatMap((spec) => {
    const known = Object.hasOwn(state.adapting ?? {}, identityOf(spec)) ? state.adapting?.[identityOf(spec)] : undefined
    if (known === undefined) return []
    if (known.overSince !== null) return [known.overSince + spec.backAfterMs]
    const { while: cause } = spec
    if ('mode' in cause) return []
    const seen = Object.values(state.symptoms).filter((each) => each.isIll && each.seen.runbook === cause.symptom)
    return seen.length === 0 ? [] : [Math.max(...seen.map((each) => each.seen.at)) + LONGEST_UNSEEN_MS]
  })
