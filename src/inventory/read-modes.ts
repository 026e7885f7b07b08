// The degraded modes and the adaptations of one cluster, out of their maps. What is wrong with them is in check-modes.ts.
import type { Fields } from '../compile/2-shape/fields.ts'
import { SETTINGS, type AdaptationSpec, type Setting } from '../guard/protocol.ts'
import { DEFAULT_BACK_AFTER_MS, DEFAULT_MODE_CLEAR_MS } from './defaults.ts'
import type { Mode } from './inventory.ts'

const millis = (fields: Fields, key: string): number | null => fields.number(key) ?? fields.ms(key)

export const modeFrom = (fields: Fields): Mode => ({
  name: fields.text('name') ?? '',
  summary: fields.text('summary') ?? '',
  lost: fields.texts('lost'),
  kept: fields.texts('kept'),
  clearWhen: fields.expression('clearWhen')?.source ?? null,
  forMs: millis(fields, 'forMs') ?? DEFAULT_MODE_CLEAR_MS,
  longestMs: millis(fields, 'longestMs'),
})

/** Where the state is missing or there are two, check-modes has said so. */
export function adaptationFrom(fields: Fields): readonly AdaptationSpec[] {
  const state = fields.inside('while')
  const [mode, symptom] = [state?.text('mode') ?? null, state?.text('symptom') ?? null]
  const set = fields.inside('set')
  if (set === null || (mode === null && symptom === null)) return []
  const values = SETTINGS.flatMap((setting) => {
    const value = valueIn(set, setting)
    return value === null ? [] : [[setting, value] as const]
  })
  return [
    {
      while: mode === null ? { symptom: symptom ?? '' } : { mode },
      set: Object.fromEntries(values),
      backAfterMs: millis(fields, 'backAfterMs') ?? DEFAULT_BACK_AFTER_MS,
    },
  ]
}

function valueIn(set: Fields, setting: Setting): number | null {
  switch (setting) {
    case 'guard.keepHealthy':
    case 'trend.confidence':
      return set.ratio(setting)
    case 'guard.cooldownMs':
    case 'breaker.openMs':
      return millis(set, setting)
    case 'guard.runsInFlight':
    case 'guard.startsPerMinute':
    case 'breaker.failures':
      return set.number(setting)
  }
}
