// The tunables of the calibrated detector, each with what goes wrong on either side. The defaults were chosen on arrival
// patterns of many kinds and hold the limits of decision 0507 on all of them; there is no need to tune per link.

/** Times are in periods (the agreed beat interval) unless the name says otherwise; weights are counted in gaps. */
export interface CalibratedSettings {
  /** The agreed beat interval. Too small or too large by more than a factor of four: gaps fall off the scale. */
  readonly intervalMs: number
  /** Suspect from here. Too low: healthy nodes are probed for nothing. Too high: the first action after a death is late. */
  readonly suspectPhi: number
  /** Failed from here. Too low: a rare pause condemns. Too high: every verdict waits for `failedCeiling`. */
  readonly failedPhi: number
  /** Never suspects later. Too low: a very lossy link is suspected all day. Too high: a death on it is seen late. */
  readonly suspectCeiling: number
  /** Never fails earlier. Too low: the first long pause ever seen condemns. Too high: sure deaths wait for nothing. */
  readonly failedFloor: number
  /**
   * Never fails later; a longer gap is an outage and is not learned. Too low: bursts of loss count as deaths.
   * Too high: a death on a bad link is condemned late, and outages blind the detector to the next one.
   */
  readonly failedCeiling: number
  /** Taken off each silence: scheduling at both ends. Too low: a very steady node is suspected at a hiccup. Too high: late. */
  readonly slack: number
  /**
   * Gaps the long memory averages over; a day and a bit at one beat a second. Too low: what happens once in ten thousand
   * beats is forgotten before it happens again. Too high: a link that was bad once is given time long after.
   */
  readonly longMemory: number
  /** Gaps the recent memory averages over. Too low: a few odd gaps bend it. Too high: a new rhythm is learned late. */
  readonly recentMemory: number
  /**
   * The recent memory's say, between 0 and 1. Too low: φ 1 and 2 are wrong after each change of rhythm. Too high: one late
   * beat makes the next minutes slow to suspect. At 1/4 neither memory can be wrong by more than a factor of four.
   */
  readonly recentShare: number
  /** Gaps the prior counts for. Too low: a young memory is trusted. Too high: a node of an hour is still judged as new. */
  readonly priorWeight: number
}

export const CALIBRATED_DEFAULTS: Omit<CalibratedSettings, 'intervalMs'> = {
  suspectPhi: 4,
  failedPhi: 6,
  suspectCeiling: 9.5,
  failedFloor: 7,
  failedCeiling: 12,
  slack: 0.1,
  longMemory: 100_000,
  recentMemory: 200,
  recentShare: 0.25,
  priorWeight: 1,
}
