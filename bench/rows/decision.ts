import { randomUUID } from 'node:crypto'
import { startDetectorBench } from '../../test/workflows/detector-bench.ts'
import { clusterOf } from '../../test/workflows/stubs/lab-of-three.ts'
import { absoluteRow, inMs, median, type Row } from '../row.ts'

const NODES = 40
const WARM_UP = 8
const LIMIT_MS = 100
const CLUSTER = 'decisions'

/**
 * From the trigger (the detector's update `start`) to the start of the run, less one round trip to the same detector:
 * an update that only answers.
 */
export async function decision(): Promise<readonly Row[]> {
  const bench = await startDetectorBench()
  try {
    await bench.start(CLUSTER, {}, clusterOfMany())
    const decisions: number[] = []
    const roundTrips: number[] = []
    for (let n = 0; n < NODES; n++) {
      decisions.push(await decide(`node-${n}`))
      roundTrips.push(await roundTrip(`node-${n}`))
    }
    const [ours, reference] = [median(decisions.slice(WARM_UP)), median(roundTrips.slice(WARM_UP))]
    const row = absoluteRow('decision: trigger to started run, less one round trip', ours - reference, LIMIT_MS, inMs)
    return [{ ...row, measured: `${inMs(ours)} less ${inMs(reference)}` }]
  } finally {
    await bench.stop()
  }

  async function decide(node: string): Promise<number> {
    const began = Date.now()
    const request = { runbook: 'single-node-recovery', inputs: { node }, by: 'bench', requestId: randomUUID() }
    const { workflowId, decision } = await bench.engine.detector.start(CLUSTER, request)
    if (workflowId === null) throw new Error(`nothing was started on \`${node}\`: ${decision.message}`)
    const { startTime } = await bench.client.workflow.getHandle(workflowId).describe()
    return startTime.getTime() - began
  }

  async function roundTrip(target: string): Promise<number> {
    const began = performance.now()
    await bench.engine.detector.mark(CLUSTER, { target, desired: 'serving', why: 'bench', key: randomUUID() })
    return performance.now() - began
  }
}

function clusterOfMany(): ReturnType<typeof clusterOf> {
  const small = clusterOf(CLUSTER)
  const [node] = small.nodes
  if (node === undefined) throw new Error('the small cluster has no node')
  const nodes = Array.from({ length: NODES }, (_, n) => ({ ...node, name: `node-${n}` }))
  return { ...small, nodes, guard: { runsInFlight: NODES, startsPerMinute: 1_000, override: null } }
}
