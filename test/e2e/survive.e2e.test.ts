// Everything of `phix up` is killed, part by part and all at once, while a run is on its way. The lab's nodes are nobody's
// children; what the run did is read in a ledger outside of Phix.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Gate } from '../../src/plan/run.ts'
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import type { Engine } from '../../src/temporal/engine.ts'
import { describeWithTemporal } from '../temporal-server.ts'
import { startLedger, type Ledger } from './ledger.ts'
import { processesOf, startPhix, until, type PhixUp } from './phix-up.ts'
import { followRuns, type Answer, type End } from './worker-bench.ts'

const NODES = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5']
const STORY_MS = 300_000
const LONG_STORY = `runbook: long-story
summary: Two effects that must not be doubled, with a wait, a restart and a gate between.
inputs:
  node: { type: node }
  ledger: { type: string }
  key: { type: string }
steps:
  - id: first
    uses: http.post
    irreversible: true
    with: { url: "\${{ inputs.ledger + '/first/' + inputs.key }}" }
    onFailure: park
  - wait: 3s
  - id: ok
    approve: { message: "Go on with \${{ inputs.node }}?", from: [oncall], deadline: 1h, onDeadline: reject }
  - id: second
    uses: http.post
    irreversible: true
    with: { url: "\${{ inputs.ledger + '/second/' + inputs.key }}" }
    onFailure: park
  - wait: 2s
verify:
  that: cluster.healthy_ratio >= 0.95
  within: 60s
  stable: 2s
`

describeWithTemporal('a run while what carries it is killed', () => {
  let folder: string
  let ledger: Ledger
  let up: PhixUp
  let engine: Engine
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'phix-survive-'))
    cpSync(resolve(import.meta.dirname, '../../runbooks'), folder, { recursive: true })
    writeFileSync(join(folder, 'long-story.yaml'), LONG_STORY)
    ledger = await startLedger(join(folder, 'ledger.txt'))
    up = await startPhix({ runbooksFolder: folder, env: { PHIX_ALLOWED_HOSTS: ledger.host } })
    engine = await engineOf(up.dataFolder)
    await until(async () => (await Promise.all(NODES.map((node) => up.world.isHealthy(node)))).every(Boolean), 60_000)
  }, STORY_MS)
  afterAll(async () => {
    await engine.close()
    await up.remove()
    await ledger.close()
    rmSync(folder, { recursive: true, force: true })
  }, 90_000)

  const begin = async (key: string, node: string): Promise<string> => {
    const given = [`node=${node}`, `ledger=${ledger.url}`, `key=${key}`].flatMap((input) => ['--input', input])
    const { workflowId } = await up.json<{ workflowId: string }>('run', 'long-story', ...given, '--detach')
    await until(
      () => ledger.count(`POST /first/${key}`) === 1,
      60_000,
      () => up.said(),
    )
    return workflowId
  }
  const killPart = async (part: 'temporal' | 'worker'): Promise<void> => {
    const pid = up.partPid(part) ?? 0
    process.kill(pid, 'SIGKILL')
    await until(
      () => up.partPid(part) !== null && up.partPid(part) !== pid,
      60_000,
      () => up.said(),
    )
  }
  const isAtGate = async (id: string): Promise<boolean> =>
    ((await engine.runState(id).catch(() => null))?.gates ?? []).some(({ kind }) => kind === 'approval')
  const untilAtGate = (id: string): Promise<void> =>
    until(
      () => isAtGate(id),
      90_000,
      () => up.said(),
    )
  /** Approves; where nobody knows whether a request arrived, looks into the ledger first. */
  const answer =
    (key: string) =>
    (_: string, gate: Gate): Answer => {
      if (gate.kind === 'approval') return { verb: 'approve' }
      const path = `/${gate.id}/${key}`
      if (ledger.count(`POST ${path}`) === 0) return { verb: 'retry' }
      return { verb: 'supply', value: { status: 200, ok: true, url: ledger.url + path, text: '', truncated: false } }
    }
  const finish = async (id: string, key: string): Promise<End> => {
    const [end] = await followRuns(engine, [id], answer(key))
    expect(end?.result, JSON.stringify(end?.result)).toMatchObject({ outcome: 'effective' })
    for (const step of ['first', 'second']) expect(ledger.count(`POST /${step}/${key}`), step).toBe(1)
    return end as End
  }
  const labPids = (): readonly (number | null)[] => NODES.map((node) => up.world.nodePid(node))
  const commands = (word: string): readonly string[] =>
    processesOf(up.dataFolder)
      .map(({ command }) => command)
      .filter((command) => command.includes(word))
  const expectNothingDoubled = (): void => {
    expect(commands('start-dev')).toHaveLength(1)
    expect(commands('bin/phix worker')).toHaveLength(1)
    expect(commands('bin/phix serve')).toHaveLength(1)
    expect(commands('lab-node')).toHaveLength(NODES.length)
  }

  test(
    'the Temporal server, killed during a wait and at a gate: the run goes on, its effects happen once',
    async () => {
      const id = await begin('wait', 'node-1')
      await killPart('temporal')
      await untilAtGate(id)
      await killPart('temporal')
      await untilAtGate(id)
      await finish(id, 'wait')
    },
    STORY_MS,
  )

  test(
    'the Temporal server, killed while an effect is under way: it is not sent twice',
    async () => {
      ledger.hold('/second/effect')
      const id = await begin('effect', 'node-2')
      await untilAtGate(id)
      const [gate] = (await engine.runState(id)).gates
      await engine.say(id, 'approve', { gate: gate?.id ?? '', hash: gate?.snapshotHash ?? '', by: 'ada' })
      await until(() => ledger.count('POST /second/effect') === 1, 60_000)
      await killPart('temporal')
      ledger.release()
      await finish(id, 'effect')
    },
    STORY_MS,
  )

  test(
    'the supervisor alone: the next start takes over, and the run goes on',
    async () => {
      const id = await begin('supervisor', 'node-3')
      const before = labPids()
      await up.killSupervisor()
      await up.again()
      expect(labPids()).toEqual(before)
      expectNothingDoubled()
      await finish(id, 'supervisor')
    },
    STORY_MS,
  )

  test(
    'everything but the lab at once: the next start goes on from the same files, with the same nodes',
    async () => {
      const id = await begin('everything', 'node-4')
      const before = labPids()
      const supervisor = up.supervisorPid()
      for (const { pid, command } of processesOf(up.dataFolder))
        if (pid !== supervisor && !command.includes('/lab-')) process.kill(pid, 'SIGKILL')
      await up.killSupervisor()
      await up.again()
      expect(labPids()).toEqual(before)
      expectNothingDoubled()
      await finish(id, 'everything')
    },
    STORY_MS,
  )

  test(
    'everything with the lab at once: the nodes are started again, and the run goes on',
    async () => {
      const id = await begin('all', 'node-5')
      await untilAtGate(id)
      const supervisor = up.supervisorPid()
      for (const { pid } of processesOf(up.dataFolder)) if (pid !== supervisor) process.kill(pid, 'SIGKILL')
      await up.killSupervisor()
      await up.again()
      expectNothingDoubled()
      await finish(id, 'all')
    },
    STORY_MS,
  )

  test(
    'Ctrl-C and one more start: what was done is known, nothing is done again',
    async () => {
      expect(await up.down()).toEqual([])
      await up.again()
      expectNothingDoubled()
      const { runs } = await up.json<{ runs: readonly { runbook: string; outcome: string }[] }>('list')
      const told = runs.filter(({ runbook }) => runbook === 'long-story')
      expect(told.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'effective'))
      expect(ledger.lines().filter((line) => line.startsWith('POST'))).toHaveLength(10)
      expect(await up.down()).toEqual([])
    },
    STORY_MS,
  )
})

/** The ports are kept from start to start, so that one engine serves for all of them. */
async function engineOf(dataFolder: string): Promise<Engine> {
  const written = JSON.parse(readFileSync(join(dataFolder, 'addresses.json'), 'utf8')) as {
    temporal: { address: string }
  }
  const temporal = { address: written.temporal.address, namespace: 'default', uiAddress: null, external: false }
  const told = { version: 1, clusters: [], groups: [], acceptance: false } as const
  return connectEngine({ temporal, inventory: () => told })
}
