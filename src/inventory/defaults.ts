// What an inventory means where it says nothing. Each is documented at its key in src/schema/inventory.ts.
import type { ClusterGuard, DetectorSettings, HeartbeatSource } from './inventory.ts'

export const DEFAULT_HEARTBEAT: HeartbeatSource = {
  kind: 'http',
  path: '/api/v1/health',
  intervalMs: 1_000,
  timeoutMs: 800,
}

export const DEFAULT_DETECTOR: DetectorSettings = {
  model: 'calibrated',
  windowSize: 200,
  minDeviationMs: 400,
  pauseMs: 0,
  suspectPhi: 4,
  failedPhi: 6,
}
const CLASSICAL_THRESHOLDS = { suspectPhi: 8, failedPhi: 16 } as const

/** Answers the thresholds that a model is used with: only the calibrated one means its φ literally. */
export const defaultThresholds = (model: string): Pick<DetectorSettings, 'suspectPhi' | 'failedPhi'> =>
  model === 'calibrated' ? DEFAULT_DETECTOR : CLASSICAL_THRESHOLDS

export const DEFAULT_GUARD: ClusterGuard = { runsInFlight: 3, startsPerMinute: 10, override: null }

export const DEFAULT_STOP_GRACE_MS = 10_000
export const DEFAULT_MIN_REPLICAS = 1
export const DEFAULT_MODE_CLEAR_MS = 60_000
export const DEFAULT_BACK_AFTER_MS = 60_000
export const DEFAULT_SIGNAL_WINDOW_MS = 60_000
