// Measures a detector on one arrival trace against the limits of the acceptance kit, which prints but does not answer.
// The measures are those of Chen, Toueg and Aguilera, IEEE Transactions on Computers 51 (2002): mistakes and detection time.

export interface Detector {
  heartbeat(atMs: number): void
  phi(atMs: number): number
  state(atMs: number): 'healthy' | 'suspect' | 'failed'
}
export interface Measured {
  /** Shares of gaps. */
  readonly suspectMistakes: number
  readonly failedMistakes: number
  readonly beyondPhi: readonly number[]
  /** In periods, from the last beat. */
  readonly suspectTime: number
  readonly failedTime: number
  readonly failedTimeP99: number
  /** The (1 - 1e-4) quantile of the trace's own gaps: the best fixed timeout in hindsight. */
  readonly oracleTime: number
  readonly beyondTwelve: number
  readonly notNumbers: number
}

const WARM_UP = 1200
const RANK = { healthy: 0, suspect: 1, failed: 2 } as const
const NEVER = 200

/** Answers when the verdict reaches `rank`, in periods after the last beat. */
function timeTo(rank: number, detector: Detector, lastMs: number, periodMs: number): number {
  const isReached = (periods: number): boolean => RANK[detector.state(lastMs + periods * periodMs)] >= rank
  let low = 0
  let high = 1
  while (high < NEVER && !isReached(high)) {
    low = high
    high *= 1.5
  }
  if (high >= NEVER) return NEVER
  for (let halving = 0; halving < 20; halving++) {
    const middle = (low + high) / 2
    if (isReached(middle)) high = middle
    else low = middle
  }
  return high
}

export function measureTrace(detector: Detector, arrivals: Float64Array, periodMs: number): Measured {
  const count = arrivals.length - WARM_UP - 1
  const every = Math.max(1, Math.floor(count / 1500))
  const gaps = new Float64Array(count)
  const beyondPhi = [0, 0, 0, 0]
  const suspectTimes: number[] = []
  const failedTimes: number[] = []
  let suspects = 0
  let failures = 0
  let notNumbers = 0
  detector.heartbeat(arrivals[0]!)
  for (let index = 1; index < arrivals.length; index++) {
    const at = arrivals[index]!
    const isWarm = index > WARM_UP
    if (isWarm) {
      gaps[index - WARM_UP - 1] = (at - arrivals[index - 1]!) / periodMs
      const rank = RANK[detector.state(at)]
      if (rank >= 1) suspects++
      if (rank >= 2) failures++
      const phi = detector.phi(at)
      if (!Number.isFinite(phi)) notNumbers++
      for (let level = 0; level < 4; level++) if (phi > level + 1) beyondPhi[level]!++
    }
    detector.heartbeat(at)
    if (isWarm && index % every === 0) {
      suspectTimes.push(timeTo(1, detector, at, periodMs))
      failedTimes.push(timeTo(2, detector, at, periodMs))
    }
  }
  gaps.sort()
  failedTimes.sort((a, b) => a - b)
  const mean = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0) / times.length
  return {
    suspectMistakes: suspects / count,
    failedMistakes: failures / count,
    beyondPhi: beyondPhi.map((each) => each / count),
    suspectTime: mean(suspectTimes),
    failedTime: mean(failedTimes),
    failedTimeP99: failedTimes[Math.floor(failedTimes.length * 0.99)]!,
    oracleTime: gaps[count - 1 - Math.floor(count * 1e-4)]!,
    beyondTwelve: gaps.filter((gap) => gap > 12).length / count,
    notNumbers,
  }
}

/** Lists the kit's limits that a measurement breaks. Nobody can tell a gap beyond 12 periods from a crash. */
export function brokenLimits(measured: Measured, isBenign: boolean): string[] {
  const limits: readonly (readonly [string, number, number])[] = [
    ['φ that are no numbers', measured.notNumbers, 0],
    ['suspect mistakes', measured.suspectMistakes, isBenign ? 2e-5 : 3e-4],
    ['suspect time', measured.suspectTime, Math.min(1.5 * measured.oracleTime + 1, 10)],
    ['failed mistakes', measured.failedMistakes, Math.max(isBenign ? 1e-5 : 5e-5, 2 * measured.beyondTwelve)],
    ['failed time p99', measured.failedTimeP99, 15],
    ...measured.beyondPhi.map(
      (share, index) => [`share beyond φ ${index + 1}`, share, 5 * 10 ** -(index + 1)] as const,
    ),
  ]
  return limits.filter(([, got, most]) => !(got <= most)).map(([what, got, most]) => `${what}: ${got} > ${most}`)
}
