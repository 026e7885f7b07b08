// A node dies; Prometheus sees it, two Alertmanagers tell it, Phix heals it once. And what happens while Temporal is away.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Decision } from '../../src/guard/protocol.ts'
import type { DeliveryView } from '../../src/intake/read-deliveries.ts'
import type { RunSummary } from '../../src/temporal/engine.ts'
import { describeWithTemporal, temporalCli } from '../temporal-server.ts'
import { startPhix, until, type PhixUp } from './phix-up.ts'
import { blockOf, describeWithPrometheus, startStack, type Stack } from './prometheus-stack.ts'

const SECRET = 'the-secret-of-the-alertmanager'
const PATIENT_MS = 180_000

const prepare = (dataFolder: string): void => {
  mkdirSync(join(dataFolder, 'secrets'), { recursive: true })
  writeFileSync(join(dataFolder, 'secrets', 'alertmanager'), `${SECRET}\n`, { mode: 0o600 })
  writeFileSync(join(dataFolder, 'intake.yaml'), blockOf('connect-alertmanager.md', 'intake.yaml'))
}
async function startWithHook(): Promise<PhixUp> {
  let folder = ''
  return startPhix({
    env: {
      get PHIX_INTAKE_FILE() {
        return join(folder, 'intake.yaml')
      },
    },
    prepare: (dataFolder) => {
      folder = dataFolder
      prepare(dataFolder)
    },
  })
}
const serverOf = ({ dataFolder }: PhixUp): string => {
  const { server } = JSON.parse(readFileSync(join(dataFolder, 'addresses.json'), 'utf8')) as {
    server: { host: string; port: number }
  }
  return `http://${server.host}:${server.port}`
}
const deliveriesOf = async (up: PhixUp): Promise<readonly DeliveryView[]> =>
  (await up.json<{ deliveries: readonly DeliveryView[] }>('deliveries', '--since', '1h', '--limit', '500')).deliveries
const runsOn = async (up: PhixUp, target: string): Promise<readonly RunSummary[]> =>
  (await up.json<{ runs: readonly RunSummary[] }>('list', '--target', target)).runs
const decisionsOn = async (up: PhixUp, target: string): Promise<readonly Decision[]> =>
  (await up.json<{ decisions: readonly Decision[] }>('why', target, '--limit', '50')).decisions

describeWithTemporal('a hook', () => {
  let up: PhixUp
  beforeAll(async () => {
    up = await startWithHook()
  }, 150_000)
  afterAll(() => up?.remove(), 60_000)

  const post = (fingerprint: string, instance: string, status = 'firing'): Promise<Response> =>
    fetch(`${serverOf(up)}/hooks/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: JSON.stringify({
        version: '4',
        alerts: [
          {
            ...{ fingerprint, status, startsAt: '2026-01-01T00:00:00Z', annotations: {} },
            labels: { alertname: 'OllamaNodeDown', instance },
          },
        ],
      }),
    })

  test(
    'an alert about a node that answers starts nothing, and the decision says why',
    async () => {
      await until(() => up.world.isHealthy('node-2'), 30_000)
      expect((await post('healthy', 'node-2:9100')).status).toBe(202)
      await until(async () => (await decisionsOn(up, 'node-2')).length > 0, PATIENT_MS)
      expect((await decisionsOn(up, 'node-2'))[0]).toMatchObject({ kind: 'held', reason: 'contradicted' })
      expect(await runsOn(up, 'node-2')).toEqual([])
    },
    PATIENT_MS,
  )

  test(
    'an alert about a name that nobody has written down is refused, and shown',
    async () => {
      expect((await post('stranger', 'prod-db')).status).toBe(202)
      const refused = async () => (await up.phix('deliveries', 'refused')).stdout
      await until(async () => (await refused()).includes('unknown-target'), PATIENT_MS)
      expect((await up.phix('why', 'prod-db')).stdout).toContain('prod-db')
    },
    PATIENT_MS,
  )

  test(
    'while Temporal does not answer an alert is acknowledged, survives a kill -9 of the server, and is decided afterwards',
    async () => {
      const temporal = up.partPid('temporal')
      if (temporal === null) throw new Error('Temporal does not run')
      process.kill(temporal, 'SIGSTOP')
      try {
        const answer = await post('spooled', 'prod-db-2')
        expect(answer.status).toBe(202)
        expect(await answer.json()).toMatchObject({ handed: { ollama: 'spooled' } })
        process.kill(up.partPid('serve') ?? 0, 'SIGKILL')
      } finally {
        process.kill(temporal, 'SIGCONT')
      }
      const spooled = async () => (await deliveriesOf(up)).find(({ alerts }) => alerts[0]?.fingerprint === 'spooled')
      await until(
        async () => (await spooled())?.outcomes.refused === 1,
        PATIENT_MS,
        () => up.said(),
      )
    },
    2 * PATIENT_MS,
  )
})

describeWithPrometheus('Prometheus and two Alertmanagers that watch the lab', () => {
  let up: PhixUp
  let stack: Stack
  beforeAll(async () => {
    if (temporalCli === null) throw new Error('set TEMPORAL_CLI_PATH')
    up = await startWithHook()
    const { clusters } = parse(readFileSync(join(up.dataFolder, 'inventory.yaml'), 'utf8')) as {
      clusters: [{ nodes: { name: string; address: string; spare?: boolean }[] }]
    }
    stack = await startStack({
      nodes: clusters[0].nodes.filter(({ spare }) => spare !== true),
      hook: `${serverOf(up)}/hooks/alertmanager`,
      secretFile: join(up.dataFolder, 'secrets', 'alertmanager'),
      alertmanagerCount: 2,
    })
  }, 150_000)
  afterAll(async () => {
    stack?.stop()
    await up?.remove()
  }, 60_000)

  const alertsAbout = async (node: string, status: string) =>
    (await deliveriesOf(up)).filter(({ alerts }) =>
      alerts.some((alert) => alert.labels['instance'] === `${node}:9100` && alert.status === status),
    )

  test(
    'a node that is killed for good: one run, which the alert joined or began; both senders told it; its end is told too',
    async () => {
      await until(() => up.world.isHealthy('node-2'), 30_000)
      expect((await up.phix('lab', 'break', 'node-2', 'kill', '--for-good')).code).toBe(0)
      await until(
        async () => (await alertsAbout('node-2', 'firing')).length >= 2,
        PATIENT_MS,
        () => up.said(),
      )
      const byAlert = async () =>
        (await decisionsOn(up, 'node-2')).filter(({ trigger, kind }) => trigger.kind === 'alert' && kind !== 'held')
      await until(
        async () => (await byAlert()).length > 0,
        PATIENT_MS,
        () => up.said(),
      )
      expect(await byAlert()).toHaveLength(1)
      expect(['started', 'joined']).toContain((await byAlert())[0]?.kind)
      const healing = async () =>
        (await runsOn(up, 'node-2')).filter(({ runbook }) => runbook === 'single-node-recovery')
      await until(
        async () => (await healing()).some(({ status }) => status === 'completed'),
        PATIENT_MS,
        () => up.said(),
      )
      expect(await healing()).toHaveLength(1)
      expect((await up.phix('lab', 'heal', 'node-2')).code).toBe(0)
      await until(
        async () => (await alertsAbout('node-2', 'resolved')).length > 0,
        PATIENT_MS,
        () => up.said(),
      )
      expect(await healing()).toHaveLength(1)
      expect(await byAlert()).toHaveLength(1)
    },
    4 * PATIENT_MS,
  )
})
