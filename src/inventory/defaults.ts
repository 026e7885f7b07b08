// What an inventory means where it says nothing. Each is documented at its key in src/schema/inventory.ts.
import type { ClusterGuard, DetectorSettings, HeartbeatSource } from './inventory.ts'

export const DEFAULT_HEARTBEAT: HeartbeatSource = {
  kind: 'http',
  path: '/api/v1/health',
  intervalMs: 1_000,
  timeoutMs: 800,
}

export const DEFAULT_DETECTOR: DetectorSettings = {
  model: 'gaussian-exact',
  windowSize: 200,
  minDeviationMs: 400,
  pauseMs: 0,
  suspectPhi: 8,
  failedPhi: 16,
}

export const DEFAULT_GUARD: ClusterGuard = { runsInFlight: 3, startsPerMinute: 10, override: null }

export const DEFAULT_STOP_GRACE_MS = 10_000
export const DEFAULT_MIN_REPLICAS = 1
export const DEFAULT_SIGNAL_WINDOW_MS = 60_000
