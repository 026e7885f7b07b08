// One seed for everything that a test leaves to chance. It is printed, and PHIX_SEED repeats it.
const given = process.env['PHIX_SEED']

/** True in `npm run test:full`. */
export const isFull = process.env['PHIX_FULL'] === '1'
/** True in `npm run test:acceptance`: the sizes that the lab is accepted by. */
export const isAcceptance = process.env['PHIX_ACCEPTANCE'] === '1'

export const SEED = given === undefined || given === '' ? 20_260_101 : Number(given)

/** Answers numbers from 0 to below 1; the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = (SEED ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Picks one. */
export function pick<T>(random: () => number, choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)]
  if (chosen === undefined) throw new Error('there is nothing to pick from')
  return chosen
}
