// A run of a plan against the same steps written by hand: wall time, events, latency of a short run, throughput of many.
import type { Plan, SetStep } from '../../src/plan/plan.ts'
import type { BenchServer } from '../bench-server.ts'
import { alternate, cpuInWords, inMs, median, pairedRatio, spentOn, wallsOf, type Row } from '../row.ts'
import { sameSteps } from '../same-steps.ts'

const STEPS = 100
const PAIRS = 12
const SHORT_STEPS = 3
const SHORT_PAIRS = 80
const MANY = 200
const MANY_PAIRS = 6
const MOST_EVENTS = 6

/** One run of many steps: wall time and events a step. */
export async function sequential(server: BenchServer): Promise<readonly Row[]> {
  const plan = sameSteps(STEPS)
  const { ours, reference } = await alternate(
    PAIRS,
    () => spentOn(() => server.runPlan(plan)),
    () => spentOn(() => server.runByHand(STEPS)),
  )
  const aStep = (spent: readonly number[]): string => `${inMs(median(spent) / STEPS)} a step`
  const eventsAStep = await perStep(server, (steps) => server.runPlan(sameSteps(steps)))
  const byHand = await perStep(server, (steps) => server.runByHand(steps))
  return [
    {
      what: `run of ${STEPS} steps, wall`,
      reference: `by hand ${aStep(wallsOf(reference))}`,
      measured: `${aStep(wallsOf(ours))}, ${cpuInWords(ours, reference)}`,
      ratio: pairedRatio(wallsOf(ours), wallsOf(reference)),
      limit: 1.05,
    },
    {
      what: 'events a step',
      reference: `at most ${MOST_EVENTS}`,
      measured: eventsAStep.toFixed(2),
      ratio: eventsAStep / MOST_EVENTS,
      limit: 1,
    },
    {
      what: 'events a step, by hand',
      reference: `by hand ${byHand.toFixed(2)}`,
      measured: eventsAStep.toFixed(2),
      ratio: eventsAStep / byHand,
      limit: 1,
    },
  ]
}

/** Events that one more step costs: what a run costs however long it is does not count. */
async function perStep(server: BenchServer, run: (steps: number) => Promise<string>): Promise<number> {
  const [few, many] = [10, STEPS]
  const events = async (steps: number): Promise<number> => server.eventsOf(await run(steps))
  return ((await events(many)) - (await events(few))) / (many - few)
}

/** `set` and `if` between the steps: as many events as without them. */
export async function controlFlow(server: BenchServer): Promise<readonly Row[]> {
  const bare = sameSteps(10)
  const remember = (n: number): SetStep => ({
    kind: 'set',
    id: `set-${n}`,
    named: true,
    title: `Remember ${n}`,
    if: `${n} < 100`,
    timeoutMs: null,
    retry: null,
    onFailure: 'abort',
    values: { n: { cel: `${n} + 1` } },
  })
  const full: Plan = { ...bare, steps: bare.steps.flatMap((step, n) => [remember(n), step]) }
  const events = async (plan: Plan): Promise<number> => server.eventsOf(await server.runPlan(plan))
  const added = (await events(full)) - (await events(bare))
  return [
    { what: 'events that ten `set` with `if` add', reference: 'none', measured: String(added), ratio: added, limit: 0 },
  ]
}

/** A short run from the call that starts it to its result. */
export async function shortRuns(server: BenchServer): Promise<readonly Row[]> {
  const plan = sameSteps(SHORT_STEPS)
  const { ours, reference } = await alternate(
    SHORT_PAIRS,
    () => spentOn(() => server.runPlan(plan)),
    () => spentOn(() => server.runByHand(SHORT_STEPS)),
  )
  return [
    {
      what: `run of ${SHORT_STEPS} steps, start to result`,
      reference: `by hand ${inMs(median(wallsOf(reference)))}`,
      measured: `${inMs(median(wallsOf(ours)))}, ${cpuInWords(ours, reference)}`,
      ratio: pairedRatio(wallsOf(ours), wallsOf(reference)),
      limit: 1.05,
    },
  ]
}

/** Many short runs at once: the time until the last has ended. */
export async function throughput(server: BenchServer): Promise<readonly Row[]> {
  const plan = sameSteps(SHORT_STEPS)
  const all = (run: () => Promise<string>): Promise<unknown> => Promise.all(Array.from({ length: MANY }, run))
  const { ours, reference } = await alternate(
    MANY_PAIRS,
    () => spentOn(() => all(() => server.runPlan(plan))),
    () => spentOn(() => all(() => server.runByHand(SHORT_STEPS))),
  )
  const perSecond = (ms: number): string => `${((MANY / ms) * 1000).toFixed(1)} runs/s`
  return [
    {
      what: `${MANY} runs of ${SHORT_STEPS} steps at once`,
      reference: `by hand ${perSecond(median(wallsOf(reference)))}`,
      measured: `${perSecond(median(wallsOf(ours)))}, ${cpuInWords(ours, reference)}`,
      ratio: pairedRatio(wallsOf(ours), wallsOf(reference)),
      limit: 1 / 0.95,
    },
  ]
}
