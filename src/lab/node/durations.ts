// How long a node's own requests took, as Prometheus' cumulative histogram.
const BOUNDS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export interface Durations {
  add(ms: number): void
  /** Lines of the text format. */
  lines(name: string, help: string): readonly string[]
}

export function createDurations(): Durations {
  const atMost = BOUNDS_SECONDS.map(() => 0)
  let count = 0
  let sum = 0
  return {
    add(ms) {
      const seconds = ms / 1_000
      count += 1
      sum += seconds
      for (const [index, bound] of BOUNDS_SECONDS.entries())
        if (seconds <= bound) atMost[index] = (atMost[index] ?? 0) + 1
    },
    lines: (name, help) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...BOUNDS_SECONDS.map((bound, index) => `${name}_bucket{le="${bound}"} ${atMost[index] ?? 0}`),
      `${name}_bucket{le="+Inf"} ${count}`,
      `${name}_sum ${sum}`,
      `${name}_count ${count}`,
    ],
  }
}
