// Temporal's own web UI, opened in a real browser on real runs: does a person who knows only it understand what happens?
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunSummary } from '../../src/temporal/engine.ts'
import { describeWithBrowser, startBrowser } from './browser.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'

const SHOWN_MS = 30_000
const HEALED_MS = 90_000

/** A runbook that waits for a person after its first step. */
const ASKS_FIRST = `runbook: asks-first
summary: Restart one node after a person said yes.
automation: auto
inputs:
  node: { type: node }
steps:
  - title: Look at the node
    uses: node.probe
    with: { node: "\${{ inputs.node }}", samples: 1 }
  - id: ask
    title: Ask before the restart
    approve: { message: "Restart it?", from: [oncall], deadline: 15m, onDeadline: reject }
`

describeWithBrowser("Temporal's web UI", () => {
  const folder = mkdtempSync(join(tmpdir(), 'phix-runbooks-'))
  let up: PhixUp
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    cpSync(resolve(import.meta.dirname, '../../runbooks'), folder, { recursive: true })
    writeFileSync(join(folder, 'asks-first.yaml'), ASKS_FIRST)
    up = await startPhix({ runbooksFolder: folder })
    browser = await startBrowser()
    page = await browser.newPage({ viewport: { width: 1400, height: 1200 } })
    page.setDefaultTimeout(SHOWN_MS)
  }, 150_000)
  afterAll(async () => {
    await browser?.close()
    await up?.remove()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  /** The address that `phix up` printed: what a person would open. */
  const address = (): string => /web UI +(http:\/\/\S+)/.exec(up.said())?.[1] ?? ''
  const runs = async (): Promise<readonly RunSummary[]> => (await up.json<{ runs: readonly RunSummary[] }>('list')).runs
  const runThat = async (fits: (run: RunSummary) => boolean): Promise<RunSummary> => {
    let found: RunSummary | undefined
    await until(
      async () => (found = (await runs()).find(fits)) !== undefined,
      HEALED_MS,
      () => up.said(),
    )
    return found as RunSummary
  }
  const open = (workflowId: string, runId: string, tab: string): Promise<unknown> =>
    page.goto(`${address()}/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}/${tab}`)
  /** What stands on the page, the frames included in which the UI renders Markdown; blanks of any kind as one. */
  const pageText = async (): Promise<string> => {
    const texts = page.frames().map((frame) =>
      frame
        .locator('body')
        .innerText({ timeout: 1000 })
        .catch(() => ''),
    )
    return (await Promise.all(texts)).join('\n').replace(/[\s\u200b]+/g, ' ')
  }
  const shows = async (...wanted: readonly (string | RegExp)[]): Promise<void> => {
    let text = ''
    for (const each of wanted)
      await until(
        async () => {
          text = await pageText()
          return typeof each === 'string' ? text.includes(each) : each.test(text)
        },
        SHOWN_MS,
        () => `${String(each)} is not in: ${text}`,
      )
  }

  test(
    'shows a healed node as a run of its runbook, with titles, step table, reason and attributes',
    async () => {
      expect((await up.phix('lab', 'break', 'node-2', 'kill')).code).toBe(0)
      const { workflowId, runId } = await runThat(
        ({ runbook, status }) => runbook === 'single-node-recovery' && status !== 'open',
      )

      await page.goto(`${address()}/namespaces/default/workflows`)
      const inList = page.getByRole('row').filter({ hasText: workflowId })
      await inList.getByText('single-node-recovery', { exact: true }).waitFor()

      await open(workflowId, runId, 'timeline')
      await shows('Confirm that the node is down', 'Restart its service', 'Wait until it answers again')
      await shows('Verify: cluster.healthy_ratio >= 0.95')

      await open(workflowId, runId, 'user-metadata')
      await shows('node-2: Bring one unresponsive node back', 'started by the detector')
      await shows(
        /✓ completed Confirm that the node is down \d+\.\d s/,
        /✓ completed Restart its service \d+\.\d s/,
        /– skipped Take it out of rotation/,
        /✓ completed Verify: cluster\.healthy_ratio >= 0\.95 and requests\.success_rate > 0\.95 \d+\.\d s/,
      )
      expect(await pageText()).not.toContain('&emsp;')

      await open(workflowId, runId, 'search-attributes')
      await shows(/"PhixCluster": "ollama"/, /"PhixOutcome": "effective"/, /"PhixRunbook": "single-node-recovery"/)
      await shows(/"PhixSeverity": "low"/, /"PhixTarget": "node-2"/)
    },
    2 * HEALED_MS,
  )

  test(
    'shows a run that waits for a person: what is asked, and the commands to copy',
    async () => {
      await up.phix('run', 'asks-first', '--input', 'node=node-4')
      const { workflowId, runId } = await runThat(({ runbook, waiting }) => runbook === 'asks-first' && waiting)
      await open(workflowId, runId, 'timeline')
      await shows('Waits for a person: Ask before the restart')
      await open(workflowId, runId, 'user-metadata')
      await shows('waits for a person until', `phix approve ${workflowId}`, `phix reject ${workflowId}`)
    },
    HEALED_MS,
  )

  test('shows the detector: who is well, what is open, what was decided', async () => {
    await page.goto(`${address()}/namespaces/default/workflows`)
    await page.getByRole('link', { name: 'detector/ollama' }).first().click()
    await page.waitForURL(/detector%2Follama\/[0-9a-f-]{36}/)
    const runId = /detector%2Follama\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? ''
    await open('detector/ollama', runId, 'user-metadata')
    await shows('Watches the cluster ollama', 'nodes are healthy and serving', 'Decisions, newest first', 'asks-first')
  }, 90_000)
})
