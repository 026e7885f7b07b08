// Every shipped runbook, compiled and rehearsed on the simulated host: its way to the end, and what it does where any one
// of its steps fails.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { compile } from '../../src/compile/compile.ts'
import type { Json } from '../../src/plan/json.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { RunInput } from '../../src/plan/run.ts'
import { rehearse } from '../../src/rehearsal/rehearse.ts'
import type { Script } from '../../src/rehearsal/simulated-host.ts'
import type { ActAnswer, ActRequest } from '../../workflows/interpreter/host.ts'

const folder = join(import.meta.dirname, '../../runbooks')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const compiled = new Map(
  files.map((file) => [
    file.replace(/\.yaml$/, ''),
    compile({ path: file, bytes: readFileSync(join(folder, file)) }, { catalogue: CATALOGUE }),
  ]),
)
const planOf = (name: string): Plan => {
  const found = compiled.get(name)
  if (found?.ok !== true) throw new Error(`${name} does not compile`)
  return found.plan
}

const config = (node: string, limit: number) => ({ node, values: { max_prompt_bytes: limit }, version: 1 })
const sick = {
  node: 'node-2',
  healthy: false,
  up: true,
  reason: 'errors',
  samples: 1,
  answered: 1,
  memory: 0.95,
  disk: 1,
}
const well = { ...sick, healthy: true, reason: '', memory: 0.2, disk: 0.1 }
const survey = {
  cluster: 'ollama',
  members: ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'],
  healthy: ['node-3', 'node-4', 'node-5'],
  ill: ['node-1', 'node-2'],
  silent: [],
  leaders: [{ node: 'node-3', term: 4 }],
  sides: [['node-1', 'node-2', 'node-3', 'node-4', 'node-5']],
  told_apart: true,
  majority: ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'],
  minority: [],
  zone: '',
  dependency: '',
  known: true,
}
const torn = {
  ...survey,
  ill: [],
  leaders: [
    { node: 'node-3', term: 4 },
    { node: 'node-4', term: 5 },
  ],
  sides: [
    ['node-1', 'node-2', 'node-3'],
    ['node-4', 'node-5'],
  ],
  majority: ['node-1', 'node-2', 'node-3'],
  minority: ['node-4', 'node-5'],
}

/** What the simulated world answers to each action; a poll finds what it waits for. */
type Answers = Readonly<Record<string, (request: ActRequest) => Json>>
const moved = { node: 'node-2', service: 'ollama', changed: ['node-2'], backends: [] }
const ANSWERS: Answers = {
  'cluster.survey': () => survey,
  'node.probe': ({ poll }) => (poll === null ? sick : well),
  'node.mark': ({ args }) => ({ node: args['node'] ?? '', state: args['state'] ?? '', before: 'serving' }),
  'load.rebalance': () => moved,
  'load.restore': () => moved,
  'service.restart': () => ({ target: 'node-2', service: 'ollama', changed: ['node-2'], forced: 0, nodes: [] }),
  'service.stop': ({ args }) => ({ target: args['target'] ?? '', service: 'ollama', changed: [], nodes: [] }),
  'replicas.scale': () => ({ service: 'ollama', by: 1, nodes: ['node-6'], replicas: 5 }),
  'config.get': () => ({
    target: 'ollama',
    nodes: [config('node-1', 100), config('node-2', 1), config('node-3', 100)],
  }),
  'config.rollback': () => ({ target: 'node-2', changed: ['node-2'], before: [config('node-2', 1)], after: [] }),
  'mode.set': ({ args }) => ({ mode: args['mode'] ?? '', active: args['active'] ?? false, before: false }),
}

interface Scenario {
  readonly answers?: Answers
  /** Paths of steps that fail, with the code. */
  readonly fail?: Readonly<Record<string, 'unavailable' | 'refused' | 'exhausted'>>
  readonly vote?: 'approve' | 'reject' | null
  readonly holds?: boolean
}

async function run(name: string, { answers = {}, fail = {}, vote = 'approve', holds = true }: Scenario = {}) {
  const plan = planOf(name)
  const isWide = plan.guard.lock === 'cluster'
  const target = isWide ? 'ollama' : 'node-2'
  const input: RunInput = {
    plan,
    planHash: 'a'.repeat(64),
    inputs: isWide ? { cluster: 'ollama' } : { node: 'node-2', service: 'ollama' },
    cluster: 'ollama',
    target,
    startedBy: { kind: 'condition', why: 'it was seen' },
    trigger: {},
  }
  const requests: ActRequest[] = []
  const script: Script = {
    act(request): ActAnswer {
      requests.push(request)
      const code = fail[request.path]
      if (code !== undefined) return { kind: 'failed', failure: { code, message: 'it is broken' }, attempts: 1 }
      const answer = { ...ANSWERS, ...answers }[request.action.name]
      if (answer === undefined) throw new Error(`nobody said what \`${request.action.name}\` answers`)
      return { kind: 'ok', output: answer(request), attempts: 1 }
    },
    verify: () => ({ kind: 'report', report: { held: holds, unmet: [], evidence: null } }),
    vote: () => (vote === null ? null : { afterMs: 1_000, verb: vote, by: 'grace', why: 'looked at it' }),
  }
  const { result, journal } = await rehearse(input, script)
  return {
    result,
    requests,
    did: requests.map(({ action, args }) =>
      [action.name, args['node'] ?? args['target'] ?? args['away_from']]
        .filter((word) => typeof word === 'string')
        .join(' '),
    ),
    told: journal.filter((line) => line.includes('told ')),
  }
}

describe('every shipped runbook', () => {
  test.each([...compiled.keys()])('%s compiles without a mistake or a warning', (name) => {
    const found = compiled.get(name)
    expect(found?.ok === true ? found.warnings : found?.errors).toEqual([])
  })
  test.each([...compiled.keys()])('%s says how grave it is, who owns it, what it verifies and who is told', (name) => {
    const plan = planOf(name)
    expect(plan.owner).not.toBeNull()
    expect(plan.guard.attempts.length).toBeGreaterThan(0)
    expect(plan.escalate.length).toBeGreaterThan(0)
    const changes = /"effect":"change"|"kind":"undoLeft"/.test(JSON.stringify(plan.steps))
    expect(plan.verify === null).toBe(!changes)
  })
})

const SCENARIOS = {
  'cascading-failure': {},
  'split-brain': {
    answers: {
      'cluster.survey': ({ poll }) => (poll === null ? torn : { ...torn, leaders: torn.leaders.slice(0, 1) }),
    },
  },
  'total-failure': { answers: { 'cluster.survey': () => ({ ...survey, healthy: [], ill: survey.members }) } },
  'resource-exhaustion': {},
  'configuration-rollback': {},
  'performance-degradation': {},
} as const satisfies Readonly<Record<string, Scenario>>
const scenarios = Object.entries(SCENARIOS) as readonly [keyof typeof SCENARIOS, Scenario][]

describe('the way to the end', () => {
  test.each(scenarios)('%s ends as effective where all goes well and verify holds', async (name, scenario) => {
    expect((await run(name, scenario)).result).toMatchObject({ outcome: 'effective' })
  })
  test.each(scenarios)('%s ends as ineffective where verify does not hold', async (name, scenario) => {
    expect((await run(name, { ...scenario, holds: false })).result).toMatchObject({ outcome: 'ineffective' })
  })
  test.each([
    ['cascading-failure', { 'cluster.survey': () => ({ ...survey, ill: [] }) }],
    ['split-brain', { 'cluster.survey': () => survey }],
    ['total-failure', { 'cluster.survey': () => ({ ...survey, ill: [] }) }],
    ['resource-exhaustion', { 'node.probe': () => well }],
    ['configuration-rollback', { 'node.probe': () => well }],
    ['performance-degradation', { 'node.probe': () => well }],
  ] as const)('%s changes nothing where the cause is gone', async (name, answers) => {
    const { result, requests } = await run(name, { answers })
    expect(result.outcome).toBe('recovered')
    expect(requests.filter(({ action }) => action.effect !== 'read')).toEqual([])
  })
})

describe('any one step that fails', () => {
  test.each(scenarios)(
    '%s ends in a way that is named, and takes back what it did where it failed',
    async (name, scenario) => {
      const { requests } = await run(name, scenario)
      expect(requests.length).toBeGreaterThan(2)
      for (const { path } of requests) {
        const { result } = await run(name, { ...scenario, fail: { [path]: 'unavailable' } })
        expect(['effective', 'failed', 'needs-human'], path).toContain(result.outcome)
        // A restart cannot be taken back and leaves nothing; everything else is.
        if (result.outcome === 'failed') expect(result.left, path).toEqual([])
      }
    },
  )
})

describe('what people decide', () => {
  test('a minority is not stopped before somebody agrees', async () => {
    const { answers } = SCENARIOS['split-brain']
    for (const vote of ['reject', null] as const) {
      const { result, requests } = await run('split-brain', { answers, vote })
      expect(result.outcome).toBe('rejected')
      expect(requests.filter(({ action }) => action.effect !== 'read')).toEqual([])
    }
  })
  test('the minority alone is stopped, each after its load is away', async () => {
    const { did } = await run('split-brain', SCENARIOS['split-brain'])
    expect(did.filter((line) => !line.startsWith('cluster.'))).toEqual([
      'node.mark node-4',
      'load.rebalance node-4',
      'service.stop node-4',
      'node.mark node-5',
      'load.rebalance node-5',
      'service.stop node-5',
    ])
  })
  test('where no side has a majority nothing is stopped, and people are told', async () => {
    const undecided = { ...torn, told_apart: false, majority: [], minority: [] }
    const { result, requests, told } = await run('split-brain', { answers: { 'cluster.survey': () => undecided } })
    expect(result).toMatchObject({ outcome: 'failed', code: 'no-majority' })
    expect(requests.filter(({ action }) => action.effect !== 'read')).toEqual([])
    expect(told.length).toBeGreaterThan(0)
  })
  test('a cluster that is down as a whole is not started anew before somebody agrees, and people are paged at once', async () => {
    const { requests, told, result } = await run('total-failure', { ...SCENARIOS['total-failure'], vote: null })
    expect(result.outcome).toBe('rejected')
    expect(told[0]).toContain('oncall,senior-oncall')
    expect(requests.filter(({ action }) => action.name === 'service.restart')).toEqual([])
  })
})

describe('what does not come back', () => {
  test('is taken out of rotation in a cascade, and the others are brought back all the same', async () => {
    const { requests } = await run('cascading-failure')
    const back = requests.filter(({ action }) => action.name === 'node.probe').map(({ path }) => path)
    const { result, did } = await run('cascading-failure', { fail: { [back[0]!]: 'exhausted' } })
    expect(result.outcome).toBe('effective')
    expect(did).toContain('node.mark node-1')
    expect(did).not.toContain('node.mark node-2')
    expect(did).toContain('service.restart node-2')
  })
  test('an exhausted node stays out, with a replica more, where a restart frees nothing', async () => {
    const { requests } = await run('resource-exhaustion')
    const free = requests.filter(({ poll }) => poll !== null).map(({ path }) => path)
    const { did, told, result } = await run('resource-exhaustion', { fail: { [free[0]!]: 'exhausted' } })
    expect(did.slice(-2)).toEqual(['node.mark node-2', 'replicas.scale'])
    expect(told.join()).toContain('Make room')
    expect(result.left.map(({ action }) => action.name)).toEqual(['load.restore', 'node.mark', 'replicas.scale'])
  })
  test('a configuration that Phix did not change is replaced by what the others run', async () => {
    const first = (await run('configuration-rollback')).requests.find(({ action }) => action.name === 'config.rollback')
    const { requests, result } = await run('configuration-rollback', { fail: { [first!.path]: 'refused' } })
    expect(result.outcome).toBe('effective')
    const again = requests.filter(({ action }) => action.name === 'config.rollback')[1]
    expect(again?.args['to']).toEqual([{ node: 'node-2', values: { max_prompt_bytes: 100 } }])
  })
})
