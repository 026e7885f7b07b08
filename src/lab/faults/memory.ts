// Memory is full: a client sends large prompts and asks the node to keep them, until nothing is left. They stay resident
// until the process ends: a restart cures it.
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, askJson } from '../ask.ts'
import type { LabNode } from '../layout.ts'
import { untilHealthy } from '../until-so.ts'
import type { Fault } from './fault.ts'

const PROMPT = JSON.stringify({ model: 'lab', prompt: 'x'.repeat(2_000_000), keep_alive: -1 })
const ATTEMPTS = 400
const LIMIT_MS = 5_000
const MEASURE_LIMIT_MS = 1_000
const LOOK_AGAIN_MS = 150
/** What is free again once the garbage of the last prompts is gone is filled again; this often full is full. */
const TIMES_FULL = 5
const FULL = 1
/** Garbage of the filling goes later, so that what stays is a little less. */
const STAYS_FULL = 0.85

export const memory: Fault = {
  summary: 'large prompts are kept until nothing is left of its memory limit',

  async apply({ node }) {
    for (let attempt = 0, full = 0; attempt < ATTEMPTS && full < TIMES_FULL; attempt++) {
      await ask(`${node.address}/api/generate`, { method: 'POST', body: PROMPT, timeoutMs: LIMIT_MS })
      if (((await memoryOf(node)) ?? 0) < FULL) continue
      full += 1
      await sleep(LOOK_AGAIN_MS)
    }
    const share = await memoryOf(node)
    if (share === null || share < STAYS_FULL)
      throw new Error(`\`${node.name}\` would not fill (${share}); heal it and try again`)
    return `filled to ${Math.round(share * 100)} % of its memory limit`
  },

  isPresent: async (site) =>
    (await site.process())?.state === 'running' && ((await memoryOf(site.node)) ?? 0) >= STAYS_FULL,

  async heal(site) {
    if (!(await memory.isPresent(site))) return null
    const signal = AbortSignal.timeout(20_000)
    const node = { ...site.node, aliases: [] }
    await site.control.stop(node, signal)
    await site.control.start(node, signal)
    await untilHealthy(site.node)
    return 'restarted, which lets go of its memory'
  },
}

const memoryOf = async ({ address }: LabNode): Promise<number | null> =>
  (await askJson<{ memory: number }>(`${address}/metrics/performance`, MEASURE_LIMIT_MS))?.memory ?? null
