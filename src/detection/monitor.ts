// One node's monitor by the name of its model: the calibrated detector, or one of the classical formulas. What was learned
// is a text that only the same model reads. Read next: calibrated.ts, heart-monitor.ts.
import { bytesFromText, bytesInText, textFromBytes } from './bytes-text.ts'
import { createCalibratedMonitor, type CalibratedMonitor } from './calibrated.ts'
import { decodeGaps, encodeGaps } from './checkpoint.ts'
import { createHeartMonitor, type MonitorSettings } from './heart-monitor.ts'

export interface AnyMonitorSettings extends Omit<MonitorSettings, 'model'> {
  /** `calibrated` looks at the interval and the thresholds only, and wants 4 and 6. */
  readonly model: MonitorSettings['model'] | 'calibrated'
}

export interface Monitor extends Omit<CalibratedMonitor, 'learned'> {
  /** What a replacement of this process goes on with, in at most this many characters. */
  learned(maxLength: number): string
}

/** Creates the monitor of one node; text of another model, of another interval, or none: it starts anew. */
export function createMonitor(settings: AnyMonitorSettings, learned: string): Monitor {
  const { model, intervalMs, suspectPhi, failedPhi } = settings
  if (model === 'calibrated') {
    const monitor = createCalibratedMonitor({ intervalMs, suspectPhi, failedPhi }, bytesFromText(learned))
    return writingText(monitor, (maxLength) => textFromBytes(monitor.learned(bytesInText(maxLength))))
  }
  const monitor = createHeartMonitor({ ...settings, model }, decodeGaps(learned) ?? [])
  return writingText(monitor, (maxLength) => encodeGaps(monitor.gaps(), maxLength))
}

const writingText = (monitor: Omit<Monitor, 'learned'>, learned: Monitor['learned']): Monitor => ({
  beat: (atMs) => monitor.beat(atMs),
  phi: (atMs) => monitor.phi(atMs),
  verdict: (atMs) => monitor.verdict(atMs),
  forgive: (stallMs) => monitor.forgive(stallMs),
  confirmOutage: () => monitor.confirmOutage(),
  learned,
  get beats() {
    return monitor.beats
  },
})
