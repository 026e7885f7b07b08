/**
 * How long one question of a scrape may take.
 * Why: Prometheus gives up after 10 s, and a scrape that waits for a dead worker would hide that it is dead.
 */
const ANSWER_MS = 3_000

/** Answers what the work answers, or the other value where it fails or is not done in time. */
export async function inTime<T, U>(work: Promise<T>, otherwise: U, limitMs = ANSWER_MS): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), limitMs)
  })
  try {
    return await Promise.race([work.catch(() => otherwise), late])
  } finally {
    clearTimeout(timer)
  }
}
