import type { RunInput } from '../../src/plan/run.ts'
import { planHash } from '../../src/plan/hash.ts'
import { rehearse } from '../../src/rehearsal/rehearse.ts'
import { absoluteRow, undisturbed, type Row } from '../row.ts'
import { sameSteps } from '../same-steps.ts'

const LENGTHS = [10, 100, 500] as const
const ROUNDS = 80
const LIMIT_MICROS = 50
const FLAT = 1.5

/** The interpreter alone, on the simulated host: what a step costs, in runs of different lengths. */
export async function interpreter(): Promise<readonly Row[]> {
  const costs = new Map<number, number[]>(LENGTHS.map((steps) => [steps, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const steps of LENGTHS) costs.get(steps)?.push(await microsAStep(steps))
  // The first half warms up.
  const costOf = (steps: number): number => undisturbed((costs.get(steps) ?? []).slice(ROUNDS / 2))
  const inMicros = (value: number): string => `${value.toFixed(1)} µs`
  const [short, , long] = LENGTHS
  return [
    ...LENGTHS.map((steps) =>
      absoluteRow(`interpreter alone, a step of ${steps}`, costOf(steps), LIMIT_MICROS, inMicros),
    ),
    {
      what: `interpreter alone, a step of ${long} against one of ${short}`,
      reference: inMicros(costOf(short)),
      measured: inMicros(costOf(long)),
      ratio: costOf(long) / costOf(short),
      limit: FLAT,
    },
  ]
}

/** Runs as many short plans as make up a long one, so that every sample takes about as long. */
async function microsAStep(steps: number): Promise<number> {
  const plan = sameSteps(steps)
  const input: RunInput = {
    plan,
    planHash: planHash(plan),
    inputs: {},
    cluster: 'bench',
    target: 'bench',
    startedBy: { kind: 'verdict', why: 'bench' },
    trigger: null,
  }
  const runs = Math.max(...LENGTHS) / steps
  const began = performance.now()
  for (let run = 0; run < runs; run++) await rehearse(input, {})
  return ((performance.now() - began) * 1000) / (runs * steps)
}
