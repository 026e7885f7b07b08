// Every fault, seen without the lab's own eyes: process table, sockets, files, what a client gets, the balancer's counts.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FAULT_NAMES } from '../../src/lab/faults/catalogue.ts'
import type { LabNode } from '../../src/lab/layout.ts'
import { factsOf } from '../../src/processes/process-facts.ts'
import { labOnFreePorts, type TestLab } from './lab-on-free-ports.ts'

let world: TestLab
beforeAll(async () => {
  world = await labOnFreePorts()
  const started = await world.lab.up()
  expect(started.filter(({ outcome }) => outcome !== 'started')).toEqual([])
  await until(async () => (await leaders()).length === 1, 'a leader is elected')
})
afterAll(() => world.end())
afterEach(async () => {
  await world.lab.heal()
  expect(await world.lab.heal()).toEqual([])
  expect((await world.lab.status()).flatMap(({ broken }) => broken)).toEqual([])
  await until(async () => (await get(node(2), '/api/v1/health')).status === 200, 'node-2 is well again')
  expect(await generate(node(2))).toBe(200)
})

const node = (number: number): LabNode => {
  const found = world.lab.layout.nodes[number - 1]
  if (found === undefined) throw new Error(`no node ${number}`)
  return found
}
const file = (number: number, name: string): string => join(node(number).folder, name)
const logOf = (number: number): string =>
  readFileSync(join(world.lab.layout.processesFolder, `node-${number}.log`), 'utf8')
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
const pidOf = (number: number): number =>
  (JSON.parse(readFileSync(join(world.lab.layout.processesFolder, `node-${number}.json`), 'utf8')) as { pid: number })
    .pid
/** A zombie is gone: only its exit code waits to be fetched. */
const stateOf = (pid: number): string => {
  const state = factsOf(pid)?.state ?? 'gone'
  return state === 'zombie' ? 'gone' : state
}

async function get(
  { address }: { readonly address: string },
  path: string,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  try {
    const response = await fetch(`${address}${path}`, { signal: AbortSignal.timeout(1_000) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  } catch {
    return { status: 0, body: {} }
  }
}

async function generate({ address }: { readonly address: string }): Promise<number> {
  try {
    const response = await fetch(`${address}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: 'lab', prompt: 'hello' }),
      signal: AbortSignal.timeout(3_000),
    })
    await response.text()
    return response.status
  } catch {
    return 0
  }
}

async function leaders(): Promise<string[]> {
  const all = await Promise.all(world.lab.layout.nodes.map((each) => get(each, '/cluster/status')))
  return all.filter(({ body }) => body['role'] === 'leader').map(({ body }) => String(body['node']))
}

const termOf = async (number: number): Promise<number> =>
  Number((await get(node(number), '/cluster/status')).body['term'])

/** What the balancer has counted of one node so far. */
async function counted(number: number): Promise<{ readonly requests: number; readonly errors: number }> {
  const { body } = await get({ address: world.lab.layout.adminUrl }, '/backends')
  const backends = body['backends'] as { name: string; requests: number; errors: number }[]
  return backends.find(({ name }) => name === `node-${number}`) ?? { requests: 0, errors: 0 }
}

async function until(condition: () => Promise<boolean>, what: string, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${limitMs} ms: ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function untilErrorsAreCounted(number: number): Promise<void> {
  const { errors } = await counted(number)
  await until(async () => (await counted(number)).errors > errors, `the balancer counts errors of node-${number}`)
}

/** Answers whether the kernel completes a connection. */
const accepts = ({ port }: LabNode): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

describe('a fault is what it says, and heals', () => {
  test('kill: the process is gone, its port refuses, clients get errors; heal starts another', async () => {
    const pid = pidOf(2)
    await world.lab.break(['node-2'], 'kill')
    expect(stateOf(pid)).toBe('gone')
    await until(async () => !(await accepts(node(2))), 'its port refuses')
    await untilErrorsAreCounted(2)
    await world.lab.heal(['node-2'])
    expect(stateOf(pidOf(2))).toBe('running')
    expect(pidOf(2)).not.toBe(pid)
  })

  test('kill for good: every restart ends with the reason in its log, until it is healed', async () => {
    const before = sha256(file(2, 'data.bin'))
    await world.lab.break(['node-2'], 'kill', { forGood: true })
    expect(sha256(file(2, 'data.bin'))).not.toBe(before)
    const [failed] = (await world.lab.up()).filter(({ outcome }) => outcome === 'failed')
    expect(failed).toMatchObject({ name: 'node-2', pid: null })
    expect(failed?.reason).toMatch(/node-2 cannot start: the checksum of .* does not hold/)
    expect(logOf(2)).toContain('node-2 cannot start: the checksum')
    expect(await accepts(node(2))).toBe(false)
    await world.lab.heal(['node-2'])
    expect(sha256(file(2, 'data.bin'))).toBe(before)
  })

  test('hang: the port accepts and nothing answers; heal lets the same process go on', async () => {
    const pid = pidOf(2)
    await world.lab.break(['node-2'], 'hang')
    expect(stateOf(pid)).toBe('stopped')
    expect(await accepts(node(2))).toBe(true)
    expect((await get(node(2), '/api/v1/health')).status).toBe(0)
    await untilErrorsAreCounted(2)
    await world.lab.heal(['node-2'])
    expect(pidOf(2)).toBe(pid)
  })

  test('slow: everything it answers is late, health included; its starver goes when it is healed', async () => {
    await world.lab.break(['node-2'], 'slow')
    const { pid } = JSON.parse(
      readFileSync(join(world.lab.layout.processesFolder, 'node-2.throttle.json'), 'utf8'),
    ) as { pid: number }
    const times: number[] = []
    for (let each = 0; each < 8; each++) {
      const began = performance.now()
      expect((await get(node(2), '/api/v1/health')).status).toBe(200)
      times.push(performance.now() - began)
    }
    expect(Math.max(...times)).toBeGreaterThan(200)
    await world.lab.heal(['node-2'])
    expect(stateOf(pid)).toBe('gone')
    expect(stateOf(pidOf(2))).toBe('running')
  })

  test('slow: the starver ends with the process that it starves', async () => {
    await world.lab.break(['node-2'], 'slow')
    const path = join(world.lab.layout.processesFolder, 'node-2.throttle.json')
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number }
    process.kill(pidOf(2), 'SIGKILL')
    await until(async () => stateOf(pid) === 'gone', 'the starver is gone')
  })

  test('errors: answers fail while health says ok', async () => {
    await world.lab.break(['node-2'], 'errors')
    expect(readdirSync(file(2, 'models'))).toEqual([])
    expect((await get(node(2), '/api/v1/health')).status).toBe(200)
    expect(await generate(node(2))).toBe(500)
    await untilErrorsAreCounted(2)
    expect((await get(node(2), '/metrics/performance')).body['error_rate']).toBeGreaterThan(0)
  })

  test('disk: the quota is really filled, and writes fail', async () => {
    await world.lab.break(['node-2'], 'disk')
    expect(statSync(file(2, 'spool/ballast')).size).toBeGreaterThan(4_000_000)
    expect((await get(node(2), '/metrics/performance')).body['disk']).toBeGreaterThan(0.99)
    expect(await generate(node(2))).toBe(500)
    await untilErrorsAreCounted(2)
    await world.lab.heal(['node-2'])
    expect((await get(node(2), '/metrics/performance')).body['disk']).toBeLessThan(0.1)
  })

  test('memory: the process is really that large, and refuses; heal is another process', async () => {
    const pid = pidOf(2)
    await world.lab.break(['node-2'], 'memory')
    const residentKb = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]))
    expect(residentKb).toBeGreaterThan(0.85 * 256 * 1_024)
    expect((await get(node(2), '/metrics/performance')).body['memory']).toBeGreaterThan(0.85)
    await untilErrorsAreCounted(2)
    await world.lab.heal(['node-2'])
    expect(pidOf(2)).not.toBe(pid)
    expect((await get(node(2), '/metrics/performance')).body['memory']).toBeLessThan(0.5)
  })

  test('config: a wrong value passes every check and breaks every answer', async () => {
    const before = readFileSync(file(2, 'config.json'), 'utf8')
    await world.lab.break(['node-2'], 'config')
    expect((await get(node(2), '/config')).body).toMatchObject({ values: { max_prompt_bytes: 1 } })
    expect((await get(node(2), '/api/v1/health')).status).toBe(200)
    expect(await generate(node(2))).toBe(500)
    await world.lab.heal(['node-2'])
    expect(readFileSync(file(2, 'config.json'), 'utf8')).toBe(before)
  })

  test('config: whoever puts other values there through the API has healed it, and heal leaves them', async () => {
    const { values } = (await get(node(2), '/config')).body
    const put = async (next: object): Promise<void> => {
      const response = await fetch(`${node(2).address}/config`, {
        method: 'PUT',
        body: JSON.stringify({ values: next }),
      })
      expect(response.status).toBe(200)
    }
    await world.lab.break(['node-2'], 'config')
    await put({ ...(values as object), tokens: 9 })
    expect(await generate(node(2))).toBe(200)
    expect((await world.lab.status())[1]?.broken).toEqual([])
    expect(await world.lab.heal(['node-2'])).toEqual([])
    expect((await get(node(2), '/config')).body).toMatchObject({ values: { tokens: 9 } })
    await put(values as object)
  })

  test('config for good: a file that is no JSON, and no start', async () => {
    await world.lab.break(['node-2'], 'config', { forGood: true })
    expect(() => void JSON.parse(readFileSync(file(2, 'config.json'), 'utf8'))).toThrow()
    expect((await world.lab.up()).find(({ name }) => name === 'node-2')?.outcome).toBe('failed')
    expect(logOf(2)).toContain('cannot be read as JSON')
  })

  test('corrupt: the checksum fails at the next read, and health says so', async () => {
    const before = sha256(file(2, 'data.bin'))
    await world.lab.break(['node-2'], 'corrupt')
    expect(sha256(file(2, 'data.bin'))).not.toBe(before)
    const { status, body } = await get(node(2), '/api/v1/health')
    expect(status).toBe(503)
    expect(body['reason']).toContain('checksum')
    expect(await generate(node(2))).toBe(500)
    await world.lab.heal(['node-2'])
    expect(sha256(file(2, 'data.bin'))).toBe(before)
  })
})

describe('the cluster', () => {
  test('leader: another one leads with a higher term, and there are never two', async () => {
    await until(async () => (await leaders()).length === 1, 'one leads')
    const [first = ''] = await leaders()
    const term = await termOf(Number(first.slice(-1)))
    await world.lab.break(['leader'], 'leader')
    await until(async () => {
      const now = await leaders()
      expect(now.length).toBeLessThanOrEqual(1)
      return now.length === 1
    }, 'another leads')
    const [second = ''] = await leaders()
    expect(second).not.toBe(first)
    expect(await termOf(Number(second.slice(-1)))).toBeGreaterThan(term)
    await world.lab.heal()
    await until(async () => {
      const views = await Promise.all([1, 2, 3, 4, 5].map((each) => get(node(each), '/cluster/leader')))
      return new Set(views.map(({ body }) => body['leader'])).size === 1
    }, 'all follow one')
    expect((await leaders()).length).toBe(1)
  })

  test('partition: the smaller side has no leader and reaches nobody else; healed, all follow one', async () => {
    await until(async () => (await leaders()).length === 1, 'one leads')
    const [first = ''] = await leaders()
    const small = ['node-1', 'node-2'].includes(first) ? ['node-1', 'node-2'] : [first, 'node-2']
    await world.lab.break(small, 'partition')
    const isSmall = (name: string): boolean => small.includes(name)
    await until(async () => {
      const now = await leaders()
      expect(now.length).toBeLessThanOrEqual(1)
      return now.length === 1 && !now.some(isSmall)
    }, 'the larger side elects')
    await until(async () => (await get(node(2), '/cluster/leader')).body['leader'] === null, 'node-2 knows no leader')
    await until(async () => {
      const { body } = await get(node(2), '/cluster/status')
      const members = body['members'] as { name: string; reachable: boolean }[]
      return members.filter(({ reachable }) => reachable).every(({ name }) => isSmall(name))
    }, 'node-2 reaches only its side')
    expect((await get(node(2), '/cluster/size')).body['size']).toBe(2)
    expect((await get(node(2), '/api/v1/health')).status).toBe(200)
    await world.lab.heal()
    expect(existsSync(file(2, 'deny.json'))).toBe(false)
    await until(
      async () => (await get(node(2), '/cluster/leader')).body['leader'] === (await leaders())[0],
      'one again',
    )
    await until(async () => (await get(node(2), '/cluster/size')).body['size'] === 5, 'node-2 reaches all')
  })

  test('2/3: the smaller side is chosen without the leader', async () => {
    await until(async () => (await leaders()).length === 1, 'one leads')
    const [leader = ''] = await leaders()
    const done = await world.lab.partition('2/3')
    expect(done).toHaveLength(2)
    expect(done.some((line) => line.startsWith(`${leader}:`))).toBe(false)
    await world.lab.heal()
    await until(async () => (await leaders()).length === 1, 'one leads again')
  })

  test.each(['1/2', '5/0', '2-3', '3/3'])('`%s` divides nothing, and examples are given', async (sides) => {
    await expect(world.lab.partition(sides)).rejects.toThrow(
      `\`${sides}\` does not divide the 5 nodes that run; say 1/4 or 2/3`,
    )
  })

  test('partition with a split brain: two lead at once; healed, one', async () => {
    await world.lab.break(['node-2', 'node-3'], 'partition', { splitBrain: true })
    await until(async () => (await leaders()).length === 2, 'two lead')
    await world.lab.heal()
    expect(await leaders()).toHaveLength(1)
    expect((await get(node(2), '/config')).body).toMatchObject({ values: { quorum: 3 } })
  })
})

describe('breaking says what to do', () => {
  test.each([
    [['node-9'], 'kill', /there is no `node-9` in the lab; it has node-1/],
    [['node-2'], 'fire', /there is no fault `fire`; there are .*kill/],
    [[], 'kill', /say which node: node-1/],
    [['node-6'], 'kill', /`node-6` is a spare and does not run/],
    [['node-1', 'node-2', 'node-3', 'node-4'], 'partition', /name the smaller side: 4 of 7/],
  ])('%j %s', async (nodes, fault, message) => {
    await expect(world.lab.break(nodes, fault)).rejects.toThrow(message)
  })

  test('a node that does not lead cannot be broken as the leader', async () => {
    await until(async () => (await leaders()).length === 1, 'one leads')
    const [first = ''] = await leaders()
    const other = first === 'node-2' ? 'node-3' : 'node-2'
    const expected = `\`${other}\` does not lead, \`${first}\` does; say \`leader\` for the node`
    await expect(world.lab.break([other], 'leader')).rejects.toThrow(expected)
  })

  test.each(FAULT_NAMES)('%s on a node that is broken already is refused', async (fault) => {
    await world.lab.break(['node-2'], 'errors')
    await expect(world.lab.break(['node-2'], fault)).rejects.toThrow(
      '`node-2` is broken already (errors); heal it first: `phix lab heal node-2`',
    )
  })
})
