// Degraded modes and emergency values as lines: above everything else, as a freeze is.
import { settingText } from '../../guard/adapt.ts'
import { formatDuration } from '../format-time.ts'
import type { Paint } from '../paint.ts'
import type { ClusterStatus, ModeStatus } from './read-status.ts'

type Held = Pick<ClusterStatus, 'name' | 'modes' | 'adapted' | 'heldSince'>

/** Renders what users do without, what differs from the inventory, and how to end it. */
export function renderHeld({ name, modes, adapted, heldSince }: Held, nowMs: number, paint: Paint): readonly string[] {
  const asOf = heldSince === null ? '' : ` (as of ${formatDuration(Math.max(0, nowMs - heldSince))} ago)`
  return [
    ...modes.flatMap((mode) => renderMode(name, mode, asOf, nowMs, paint)),
    ...adapted.map(({ setting, value, usual, because }) =>
      paint.yellow(
        `! cluster ${name}: ${setting} is ${settingText(setting, value)} instead of ${settingText(setting, usual)}, for ${because}${asOf}`,
      ),
    ),
  ]
}

function renderMode(cluster: string, mode: ModeStatus, asOf: string, nowMs: number, paint: Paint): readonly string[] {
  const { lost, kept, since, heldBy } = mode
  const means = [
    lost.length === 0 ? '' : `lost: ${lost.join(', ')}`,
    kept.length === 0 ? '' : `kept: ${kept.join(', ')}`,
  ]
  const told = means.filter((each) => each !== '').join('; ')
  const forLong = formatDuration(Math.max(0, nowMs - since))
  return [
    paint.yellow(
      `! cluster ${cluster} is in degraded mode ${mode.mode} for ${forLong}${asOf}${told === '' ? '' : `; ${told}`}`,
    ),
    ...heldBy.map(({ kind, name, why }) => `    held by ${kind === 'many' ? name : `${kind} ${name}`}: ${why}`),
    `    phix mode off ${cluster} ${mode.mode} --why "…"`,
  ]
}
