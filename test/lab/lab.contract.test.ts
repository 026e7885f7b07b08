import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLab } from '../../src/lab/lab.ts'
import { labInventory } from '../../src/lab/lab-inventory.ts'
import { trafficFile } from '../../src/lab/layout.ts'
import { createProcessControl } from '../../src/processes/process-control.ts'
import { freePorts, labOnFreePorts, type TestLab } from './lab-on-free-ports.ts'

let world: TestLab
beforeAll(async () => {
  world = await labOnFreePorts()
  await world.lab.up()
})
afterAll(() => world.end())

const pids = async (): Promise<Record<string, number | null>> =>
  Object.fromEntries((await world.lab.status()).map(({ name, pid }) => [name, pid]))
const admin = async <Body>(path: string, init: RequestInit = {}): Promise<Body> =>
  (await (await fetch(`${world.lab.layout.adminUrl}${path}`, init)).json()) as Body
const put = <Body>(name: string, body: unknown): Promise<Body> =>
  admin(`/backends/${name}`, { method: 'PUT', body: JSON.stringify(body) })
interface Stats {
  readonly count: number
  readonly errors: number
  readonly success_rate: number | null
  readonly by: Readonly<Record<string, { readonly count: number }>>
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within 10 s: ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

describe('up and down', () => {
  test('up again starts nothing, also where every record is lost', async () => {
    const before = await pids()
    expect((await world.lab.up()).every(({ outcome }) => outcome === 'adopted')).toBe(true)
    const { processesFolder } = world.lab.layout
    for (const file of readdirSync(processesFolder)) if (file.endsWith('.json')) rmSync(join(processesFolder, file))
    await world.lab.up()
    expect(await pids()).toEqual(before)
  })

  test('a lab knows its ports from its folder', () => {
    expect(createLab({ folder: world.folder, programs: world.programs }).layout).toEqual(world.lab.layout)
  })

  test('other ports are refused while it runs', async () => {
    const other = createLab({ folder: world.folder, ports: await freePorts(), programs: world.programs })
    await expect(other.up()).rejects.toThrow('runs on other ports; stop it first: `phix lab down`')
  })

  test('a port that is taken is the reason that up gives, though somebody answers there', async () => {
    const folder = `${world.folder}-2`
    const other = createLab({ folder, ports: world.lab.layout.ports, programs: world.programs })
    const started = await other.up()
    await other.down()
    rmSync(folder, { recursive: true })
    expect(started.find(({ name }) => name === 'node-1')).toMatchObject({ outcome: 'failed' })
    expect(started.find(({ name }) => name === 'node-1')?.reason).toContain('EADDRINUSE')
  })

  test('programs that were never built are an error that says to build', () => {
    expect(() => createLab({ folder: `${world.folder}-3`, programs: '/nowhere' })).toThrow('npm run build')
  })
})

describe('balancer and traffic', () => {
  test('requests reach every node in turn, and clients, balancer and nodes count alike', async () => {
    await until(async () => (await admin<Stats>('/stats?window=5000')).count > 40, 'traffic flows')
    const { by, success_rate } = await admin<Stats>('/stats?window=5000')
    expect(success_rate).toBe(1)
    const counts = Object.values(by).map(({ count }) => count)
    expect(counts).toHaveLength(5)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4)
    await until(async () => {
      const { sent, ok, failed } = JSON.parse(readFileSync(trafficFile(world.folder), 'utf8')) as Record<string, number>
      return Number(sent) > 20 && failed === 0 && Number(sent) - Number(ok) < 20
    }, 'clients are served')
  })

  test('a backend that is out gets nothing; the balancer remembers it after SIGKILL', async () => {
    const answer = await put<{ before: { state: string }; after: { state: string } }>('node-3', { state: 'out' })
    expect([answer.before.state, answer.after.state]).toEqual(['in', 'out'])
    const { pid } = (await world.lab.status()).find(({ name }) => name === 'balancer') ?? {}
    process.kill(Number(pid), 'SIGKILL')
    await until(async () => (await pids())['balancer'] === null, 'the balancer is gone')
    await world.lab.up()
    await until(async () => (await admin<Stats>('/stats?window=60000')).count > 20, 'traffic flows again')
    expect(Object.keys((await admin<Stats>('/stats?window=60000')).by)).not.toContain('node-3')
    expect((await world.lab.status())[2]?.backend).toMatchObject({ state: 'out', errors: 0 })
    await put('node-3', { state: 'in' })
  })

  test('a spare that is started and added serves, and is a member', async () => {
    const inventory = labInventory(world.lab.layout, { programs: world.programs })
    const [cluster] = inventory.clusters
    const spare = cluster?.nodes.find(({ name }) => name === 'node-6')
    const control = cluster?.services[0]?.control
    if (spare === undefined || control === undefined) throw new Error('no spare')
    await createProcessControl(control).start(spare, AbortSignal.timeout(5_000))
    expect(await put('node-6', { state: 'in', url: spare.address })).toMatchObject({ before: null })
    await until(async () => Number((await admin<Stats>('/stats')).by['node-6']?.count) > 2, 'it serves')
    await until(async () => {
      const response = await fetch(`${world.lab.layout.nodes[0]?.address}/cluster/size`)
      return ((await response.json()) as { size: number }).size === 6
    }, 'it is a member')
  })

  test.each([
    ['node-1', { state: 'gone' }, 'neither `in` nor `out`'],
    ['node-8', { state: 'in' }, 'needs a `url`'],
    ['node-1', { colour: 'red' }, '`colour` is not known'],
    ['node-1', { weight: -1 }, '`weight` is not a number'],
  ])('%s cannot be %j', async (name, body, message) => {
    expect((await put<{ error: string }>(name, body)).error).toContain(message)
  })

  test('with nobody in rotation every request is an error that is counted', async () => {
    const names = (await admin<{ backends: { name: string }[] }>('/backends')).backends.map(({ name }) => name)
    for (const name of names) await put(name, { state: 'out' })
    expect((await fetch(`${world.lab.layout.entryUrl}/api/version`)).status).toBe(503)
    expect((await admin<Stats>('/stats?window=1000')).errors).toBeGreaterThan(0)
    for (const name of names) await put(name, { state: 'in' })
  })
})

describe('a node', () => {
  test('streams an answer line by line, through the balancer', async () => {
    const response = await fetch(`${world.lab.layout.entryUrl}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: 'lab', prompt: 'hello' }),
    })
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { done: boolean })
    expect(lines.map(({ done }) => done)).toEqual([...Array<boolean>(8).fill(false), true])
  })

  test('refuses a configuration that does not pass, and keeps its own', async () => {
    const url = `${world.lab.layout.nodes[3]?.address}/config`
    const before: unknown = await (await fetch(url)).json()
    const refused = await fetch(url, { method: 'PUT', body: JSON.stringify({ values: { tokens: 0 } }) })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('`tokens` is not a whole number from 1 to 256')
    expect(await (await fetch(url)).json()).toEqual(before)
  })

  test('the same values again are the same version', async () => {
    const url = `${world.lab.layout.nodes[3]?.address}/config`
    const { version, values } = (await (await fetch(url)).json()) as { version: number; values: object }
    const again = (): Promise<Response> => fetch(url, { method: 'PUT', body: JSON.stringify({ values }) })
    expect(await (await again()).json()).toMatchObject({ version })
    const changed = await fetch(url, { method: 'PUT', body: JSON.stringify({ values: { ...values, tokens: 9 } }) })
    expect(await changed.json()).toMatchObject({ version: version + 1 })
  })

  test('tells its measures to Prometheus', async () => {
    const text = await (await fetch(`${world.lab.layout.nodes[0]?.address}/metrics`)).text()
    expect(text).toMatch(/^lab_memory_ratio 0\.\d+$/m)
    expect(text).toMatch(/^lab_requests_total \d+$/m)
  })
})

test('down stops every process', async () => {
  const running = Object.values(await pids()).filter((pid) => pid !== null)
  await world.lab.down()
  expect(Object.values(await pids()).filter((pid) => pid !== null)).toEqual([])
  expect(running.filter((pid) => isAlive(pid))).toEqual([])
})

test('what was stopped is stopped, not broken, also where it had died before', async () => {
  await world.lab.up()
  await world.lab.break(['node-2'], 'kill')
  expect((await world.lab.status())[1]?.broken).toEqual(['kill'])
  await world.lab.down()
  const status = await world.lab.status()
  expect(status.map(({ process, broken }) => [process, broken])).toEqual(status.map(() => ['down', []]))
  expect(await world.lab.heal()).toEqual([])
  await world.lab.up()
  expect((await world.lab.status())[1]).toMatchObject({ process: 'running', broken: [] })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
