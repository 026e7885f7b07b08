// A healthy cluster behind a network that loses heartbeats, watched by a worker that is not there for a while, again and
// again: nothing is started. Ten minutes in full.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decision } from '../../src/guard/protocol.ts'
import { labInventoryYaml } from '../../src/lab/lab-inventory.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startLossyNetwork, type LossyNetwork } from './lossy-network.ts'
import { startPhix, type PhixUp } from './phix-up.ts'
import { createRandom, isAcceptance, pick, SEED } from './seeds.ts'
import { readToldTriggers, unanswered } from './told-triggers.ts'
import { NODES, untilWell } from './well-lab.ts'

const SOAK_MS = isAcceptance ? 600_000 : 20_000
/** In a short time more is lost, so that something is. */
const LOST_SHARE = isAcceptance ? 0.01 : 0.05
/** Shorter than a beat, longer than any suspicion takes, longer than its activity is waited for. */
const STALLS_MS = isAcceptance ? [700, 3_000, 8_000, 15_000, 40_000] : [8_000]
const BETWEEN_MS = isAcceptance ? 30_000 : 4_000
const LIMIT_MS = SOAK_MS + 300_000

describeWithTemporal(`${SOAK_MS / 1_000} s in which nothing is wrong (PHIX_SEED=${SEED})`, () => {
  let up: PhixUp
  let network: LossyNetwork
  let before: readonly (number | null)[]
  let stalls = 0

  beforeAll(async () => {
    const random = createRandom(12)
    up = await startPhix({
      async inventory(layout) {
        network = await startLossyNetwork(layout, LOST_SHARE, createRandom(13))
        return labInventoryYaml(network.layout)
      },
    })
    await untilWell(up)
    before = NODES.map((node) => up.world.nodePid(node))
    const endsAt = performance.now() + SOAK_MS
    while (performance.now() < endsAt) {
      await pause(BETWEEN_MS)
      await stall(pick(random, STALLS_MS))
    }
    await untilWell(up)
    console.log(`${network.lost()} of ${network.lost() + network.passed()} health questions lost, ${stalls} stalls`)
  }, LIMIT_MS)
  afterAll(async () => {
    await up.remove()
    await network.close()
  }, 60_000)

  /** The process that watches is stopped, not killed: it comes back and finds that time has passed. */
  async function stall(ms: number): Promise<void> {
    const pid = up.partPid('worker') ?? 0
    process.kill(pid, 'SIGSTOP')
    await pause(ms)
    process.kill(pid, 'SIGCONT')
    stalls += 1
  }
  const decisions = async (): Promise<readonly Decision[]> =>
    (
      await Promise.all(
        ['ollama', ...NODES].map((each) => up.json<{ decisions: readonly Decision[] }>('why', each, '--limit', '1000')),
      )
    ).flatMap((answer) => answer.decisions)

  test('heartbeats were lost, and the watch noticed that it had not been there', () => {
    expect(network.lost()).toBeGreaterThan(0)
    expect(readFileSync(join(up.dataFolder, 'logs', 'worker.log'), 'utf8')).toContain('was not there for a while')
  })

  test('no run was started, and no process touched', async () => {
    expect((await up.json<{ runs: readonly unknown[] }>('list')).runs).toEqual([])
    expect((await decisions()).filter(({ kind }) => kind === 'started')).toEqual([])
    expect(NODES.map((node) => up.world.nodePid(node))).toEqual(before)
  })

  test('whatever was suspected all the same was answered', async () => {
    expect(unanswered(await readToldTriggers(up.temporalAddress(), 'ollama'), await decisions())).toEqual([])
  })
})
