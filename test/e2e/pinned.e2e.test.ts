// A runbook is edited, broken and deleted while runs of it are open. The steps build on each other, as such a day would.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithTemporal } from '../temporal-server.ts'
import { until } from './phix-up.ts'
import { startWorkerBench, type End, type WorkerBench, type WorkerProcess } from './worker-bench.ts'

const runbook = (version: number): string => `runbook: ask-first
summary: Waits for a person, then leaves a mark of its version.
inputs:
  node: { type: node }
  ledger: { type: string }
steps:
  - id: before
    uses: http.get
    with: { url: "\${{ inputs.ledger + '/v${version}/before/' + inputs.node }}" }
  - id: ok
    approve: { message: "Go on with \${{ inputs.node }}?", from: [oncall], deadline: 1h, onDeadline: reject }
  - id: after
    uses: http.get
    with: { url: "\${{ inputs.ledger + '/v${version}/after/' + inputs.node }}" }
`
const RELOADED_MS = 60_000

describeWithTemporal('a runbook with open runs', () => {
  let bench: WorkerBench
  let worker: WorkerProcess
  const runs = new Map<string, string>()
  beforeAll(async () => {
    const nodes = ['first', 'second', 'third', 'fourth', 'fifth']
    bench = await startWorkerBench({ nodes, runbooks: { 'ask-first': runbook(1) } })
    worker = await bench.startWorker()
  }, 120_000)
  afterAll(() => bench.end(), 60_000)

  const file = (): string => join(bench.runbooksFolder, 'ask-first.yaml')
  /** Starts a run and lets it come to its gate. */
  const open = async (node: string): Promise<string> => {
    const id = await bench.start('ask-first', { node, ledger: bench.ledger.url })
    runs.set(node, id)
    await until(async () => (await bench.engine.runState(id)).gates.length === 1, 60_000)
    return id
  }
  const hashOf = async (node: string): Promise<string> => (await bench.engine.runState(runs.get(node) ?? '')).planHash
  const kept = (): string => {
    try {
      return readFileSync(join(bench.folder, 'data', 'plans', 'ask-first.json'), 'utf8')
    } catch {
      return ''
    }
  }

  test('edited: a new run does the new, the open one stays as it was reviewed', async () => {
    await open('first')
    const before = await hashOf('first')
    writeFileSync(file(), runbook(2))
    await until(() => kept().includes('/v2/'), RELOADED_MS)
    await open('second')
    expect(await hashOf('first')).toBe(before)
    expect(await hashOf('second')).not.toBe(before)
    expect(bench.ledger.count('GET /v2/before/second')).toBe(1)
  }, 120_000)

  test('broken: new runs do the last good one, also after the worker was killed, and `check` says what is wrong', async () => {
    writeFileSync(file(), runbook(3).replace('uses: http.get', 'uses: http.got'))
    const check = await bench.phix('check', bench.runbooksFolder)
    expect(check.code).toBe(3)
    expect(check.stdout + check.stderr).toContain('ask-first.yaml:8')
    await worker.kill()
    worker = await bench.startWorker()
    await open('third')
    expect(await hashOf('third')).toBe(await hashOf('second'))
  }, 120_000)

  test('broken: `doctor` tells it', async () => {
    const { stdout, stderr } = await bench.phix('doctor')
    expect(stdout + stderr).toMatch(/ask-first\.yaml/)
  }, 60_000)

  test('deleted: it is not started any more, and a sentence says why', async () => {
    rmSync(file())
    await until(() => kept() === '', RELOADED_MS)
    const started = bench.start('ask-first', { node: 'fourth', ledger: bench.ledger.url })
    await expect(started).rejects.toThrow(/No runbook|no runbook/)
    const typed = await bench.phix(
      'run',
      'ask-first',
      '--input',
      'node=fourth',
      '--input',
      `ledger=${bench.ledger.url}`,
    )
    expect(typed.code).toBe(6)
    expect(typed.stderr).toMatch(/ask-first/)
  }, 120_000)

  test('all that are open finish as they were started, whatever became of the file', async () => {
    const ids = ['first', 'second', 'third'].map((node) => runs.get(node) ?? '')
    const ends: readonly End[] = await bench.follow(ids, () => ({ verb: 'approve' }))
    expect(ends.map(({ result }) => result.outcome)).toEqual(['effective', 'effective', 'effective'])
    const after = bench.ledger.lines().filter((line) => line.includes('/after/'))
    expect(after.toSorted()).toEqual(['GET /v1/after/first', 'GET /v2/after/second', 'GET /v2/after/third'])
  }, 120_000)
})
