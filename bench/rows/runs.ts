// A run of a plan against the same steps written by hand: wall time, events, latency of a short run, throughput of many.
import type { Plan, SetStep } from '../../src/plan/plan.ts'
import type { BenchServer } from '../bench-server.ts'
import { alternate, inMs, median, pairedRatio, timed, type Row } from '../row.ts'
import { sameSteps } from '../same-steps.ts'

const STEPS = 100
const PAIRS = 10
const SHORT_STEPS = 3
const SHORT_PAIRS = 40
const MANY = 200
const MANY_PAIRS = 6

export async function runRows(server: BenchServer): Promise<readonly Row[]> {
  await warmUp(server)
  return [
    ...(await sequentialRows(server)),
    await controlFlowRow(server),
    await latencyRow(server),
    await throughputRow(server),
  ]
}

async function warmUp(server: BenchServer): Promise<void> {
  for (let n = 0; n < 5; n++) {
    await server.runPlan(sameSteps(SHORT_STEPS))
    await server.runByHand(SHORT_STEPS)
  }
}

async function sequentialRows(server: BenchServer): Promise<readonly Row[]> {
  const plan = sameSteps(STEPS)
  const { ours, reference } = await alternate(
    PAIRS,
    () => timed(() => server.runPlan(plan)),
    () => timed(() => server.runByHand(STEPS)),
  )
  const events = await server.eventsOf(await server.runPlan(plan))
  const eventsByHand = await server.eventsOf(await server.runByHand(STEPS))
  return [
    {
      what: `run of ${STEPS} steps, wall`,
      reference: `by hand ${inMs(median(reference) / STEPS)} a step`,
      measured: `${inMs(median(ours) / STEPS)} a step`,
      ratio: pairedRatio(ours, reference),
      limit: 1.05,
    },
    {
      what: 'events a step',
      reference: `by hand ${(eventsByHand / STEPS).toFixed(2)}`,
      measured: (events / STEPS).toFixed(2),
      ratio: perStep(events, await server.eventsOf(await server.runPlan(sameSteps(1))), STEPS - 1) / 6,
      limit: 1,
    },
  ]
}

const perStep = (many: number, few: number, steps: number): number => (many - few) / steps

/** `set` and `if` between the steps: as many events as without them. */
async function controlFlowRow(server: BenchServer): Promise<Row> {
  const bare = sameSteps(10)
  const extra = (n: number): SetStep => ({
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
  const full: Plan = { ...bare, steps: bare.steps.flatMap((step, n) => [extra(n), step]) }
  const without = await server.eventsOf(await server.runPlan(bare))
  const with_ = await server.eventsOf(await server.runPlan(full))
  return {
    what: 'events that ten `set` with `if` add',
    reference: '0',
    measured: String(with_ - without),
    ratio: with_ - without,
    limit: 0,
  }
}

async function latencyRow(server: BenchServer): Promise<Row> {
  const plan = sameSteps(SHORT_STEPS)
  const { ours, reference } = await alternate(
    SHORT_PAIRS,
    () => timed(() => server.runPlan(plan)),
    () => timed(() => server.runByHand(SHORT_STEPS)),
  )
  return {
    what: `run of ${SHORT_STEPS} steps, start to result`,
    reference: `by hand ${inMs(median(reference))}`,
    measured: inMs(median(ours)),
    ratio: median(ours) / median(reference),
    limit: 1.05,
  }
}

async function throughputRow(server: BenchServer): Promise<Row> {
  const plan = sameSteps(SHORT_STEPS)
  const all = (run: () => Promise<string>): Promise<number> =>
    timed(() => Promise.all(Array.from({ length: MANY }, run)))
  const { ours, reference } = await alternate(
    MANY_PAIRS,
    () => all(() => server.runPlan(plan)),
    () => all(() => server.runByHand(SHORT_STEPS)),
  )
  const perSecond = (ms: number): string => `${((MANY / ms) * 1000).toFixed(1)} runs/s`
  return {
    what: `${MANY} runs of ${SHORT_STEPS} steps at once`,
    reference: `by hand ${perSecond(median(reference))}`,
    measured: perSecond(median(ours)),
    ratio: pairedRatio(ours, reference),
    limit: 1 / 0.95,
  }
}
