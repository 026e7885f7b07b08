// FAKES: hand-made stand-ins for the ports of the command line. Nothing here is Phix: no server, no compiler, no lab.
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import type { CliDeps, CompilerPort, InspectionPort, LabPort } from '../../src/cli/cli-deps.ts'
import { runCli } from '../../src/cli/program.ts'
import type { Io } from '../../src/cli/io.ts'
import type { Compiled } from '../../src/compile/compile.ts'
import { createRouting } from '../../src/main/routing-port.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { Decision, DetectorState, StartReply, WatchCheckpoint } from '../../src/guard/protocol.ts'
import type { Cluster, Inventory } from '../../src/inventory/inventory.ts'
import type { Journal, JournalRecord } from '../../src/journal/journal.ts'
import type { ActionManifest } from '../../src/plan/manifest.ts'
import type { ScheduleSummary } from '../../src/plan/schedule.ts'
import { planHash } from '../../src/plan/hash.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { RunResult, RunState, Verb, VerbMessage } from '../../src/plan/run.ts'
import { EngineError, type Engine, type RunSummary } from '../../src/temporal/engine.ts'

/** 2026-01-02 03:04:05 UTC: at 3 a.m., as always. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
export const RUN_ID = 'single-node-recovery/node-2/mjwf3'

export const fakeCluster: Cluster = {
  name: 'lab',
  nodes: ['node-1', 'node-2', 'node-6'].map((name) => ({
    name,
    address: `http://127.0.0.1:51${name.slice(-1)}0`,
    zone: null,
    aliases: [`${name}:9100`],
    spare: name === 'node-6',
  })),
  services: [],
  heartbeat: { kind: 'http', path: '/api/v1/health', intervalMs: 1_000, timeoutMs: 500 },
  detector: { model: 'ex-gaussian', windowSize: 200, minDeviationMs: 100, pauseMs: 0, suspectPhi: 8, failedPhi: 16 },
  guard: { runsInFlight: 3, startsPerMinute: 10, override: null },
}

export const fakeInventory: Inventory = { version: 1, clusters: [fakeCluster], groups: [], acceptance: false }

export const fakeSettings = (folder: string): Settings => ({
  dataFolder: folder,
  runbooksFolder: folder,
  inventoryFile: `${folder}/inventory.yaml`,
  intakeFile: join(folder, 'intake.yaml'),
  insecureDev: false,
  temporal: { address: '127.0.0.1:7233', namespace: 'default', uiAddress: null, external: false },
  server: { host: '127.0.0.1', port: 0, metricsHost: '127.0.0.1', metricsPort: 0 },
  worker: { host: '127.0.0.1', port: 0 },
  deadMan: null,
  journal: `sqlite:${folder}/journal.db`,
  person: 'ada',
  log: { level: 'info', format: 'pretty' },
  failpoint: null,
  allowedHosts: [],
})

const action = (name: string, effect: 'read' | 'change') => ({
  name,
  effect,
  idempotency: 'yes' as const,
  attemptTimeoutMs: 30_000,
  heartbeatMs: 5_000,
})
const step = { named: true, if: null, timeoutMs: null, retry: null, onFailure: null }

export const fakePlan: Plan = {
  version: 1,
  name: 'single-node-recovery',
  summary: 'Bring one unresponsive node back.',
  severity: 'low',
  automation: 'auto',
  expectMs: 60_000,
  owner: 'platform-oncall',
  inputs: [
    { name: 'node', type: 'node', summary: 'the node', required: true, default: null, schema: { type: 'string' } },
  ],
  triggers: [{ kind: 'verdict', verdict: 'suspect', when: null, bind: { node: { cel: 'target.name' } } }],
  guard: {
    lock: 'node',
    attempts: [{ count: 3, windowMs: 3_600_000 }],
    cooldownMs: 300_000,
    keepHealthyRatio: 0.5,
    keepHealthyCount: null,
    onBusy: 'join',
    onResolved: 'finish',
  },
  steps: [
    {
      ...step,
      kind: 'act',
      id: 'confirm',
      title: 'Confirm that the node is down',
      action: action('node.probe', 'read'),
      with: { node: { cel: 'inputs.node' }, samples: { lit: 3 } },
      targets: ['node'],
      undo: { kind: 'nothing' },
    },
    {
      ...step,
      kind: 'end',
      id: 'step-2',
      title: 'Nothing to do',
      if: 'steps.confirm.output.healthy',
      outcome: 'recovered',
      message: null,
    },
    {
      ...step,
      kind: 'act',
      id: 'restart',
      title: 'Restart its service',
      timeoutMs: 30_000,
      onFailure: 'continue',
      retry: { attempts: 3, backoffMs: 2_000, factor: 2, jitter: 0.2, capMs: null, budgetMs: null, on: null },
      action: action('service.restart', 'change'),
      with: { target: { cel: 'inputs.node' } },
      targets: ['target'],
      undo: { kind: 'nothing' },
    },
    {
      ...step,
      kind: 'do',
      id: 'step-4',
      title: 'Take it out of rotation',
      if: '!steps.restart.ok',
      outputs: {},
      steps: [
        {
          ...step,
          kind: 'act',
          id: 'mark',
          title: 'Mark it failed',
          action: action('node.mark', 'change'),
          with: { node: { cel: 'inputs.node' }, before: { cel: 'steps.restart.output.pid' } },
          targets: ['node'],
          undo: { kind: 'action', action: action('node.mark', 'change'), with: {} },
        },
      ],
    },
  ],
  finally: [],
  verify: {
    that: ['cluster.healthy_ratio >= 0.95'],
    withinMs: 60_000,
    stableMs: 5_000,
    everyMs: 500,
    onIneffective: 'keep',
  },
  escalate: [],
}
export const fakePlanHash = planHash(fakePlan)

const manifest: ActionManifest = {
  name: 'service.restart',
  summary: 'Restart one service and wait until it runs.',
  effect: 'change',
  idempotency: 'yes',
  undo: 'nothing',
  input: {
    type: 'object',
    required: ['target'],
    properties: { target: { type: 'string', description: 'node or service' } },
  },
  output: { type: 'object', properties: { pid: { type: 'integer', description: 'the new process' } } },
  timeoutMs: 30_000,
  heartbeatMs: 5_000,
  targets: ['target'],
}

/** Compiles by looking for the word `comand`: enough to have one file with and one without a mistake. */
function fakeCompile(path: string): Compiled {
  const lines = readFileSync(path, 'utf8').split('\n')
  const line = lines.findIndex((each) => each.includes('comand'))
  if (line < 0) return { ok: true, plan: fakePlan, planHash: fakePlanHash, positions: {}, warnings: [] }
  const column = (lines[line] ?? '').indexOf('comand') + 1
  const at = { path, line: line + 1, column, endLine: line + 1, endColumn: column + 6 }
  const message = 'unknown key `comand` in steps[0].with'
  return { ok: false, errors: [{ code: 'RB201', severity: 'error', message, at, help: 'did you mean `command`?' }] }
}

export const fakeCompiler: CompilerPort = {
  compileFiles: (paths) => {
    const byPath = new Map(paths.map((path) => [path, fakeCompile(path)]))
    return { byPath, diagnostics: [...byPath.values()].flatMap((each) => (each.ok ? each.warnings : each.errors)) }
  },
  explain: (code) =>
    code === 'RB201' ? 'RB201 (error): unknown key\n\nA key that is not known would have no effect.\n' : null,
  catalogue: [manifest],
}

export const fakeSummary: RunSummary = {
  workflowId: RUN_ID,
  runId: '11111111-2222-3333-4444-555555555555',
  runbook: 'single-node-recovery',
  cluster: 'lab',
  target: 'node-2',
  severity: 'low',
  status: 'open',
  outcome: null,
  waiting: false,
  startedAt: NOW - 12_000,
  closedAt: null,
}

export const fakeState: RunState = {
  v: 1,
  runbook: 'single-node-recovery',
  planHash: fakePlanHash,
  cluster: 'lab',
  target: 'node-2',
  startedAt: NOW - 12_000,
  startedBy: { kind: 'verdict', why: 'suspect, φ 9.1' },
  steps: [
    {
      id: 'confirm',
      title: 'Confirm that the node is down',
      status: 'completed',
      attempts: 1,
      startedAt: NOW - 12_000,
      endedAt: NOW - 10_500,
      code: null,
      message: null,
    },
    {
      id: 'restart',
      title: 'Restart its service',
      status: 'running',
      attempts: 2,
      startedAt: NOW - 10_500,
      endedAt: null,
      code: null,
      message: null,
    },
    {
      id: 'back',
      title: 'Wait until it answers again',
      status: 'waiting',
      attempts: 0,
      startedAt: null,
      endedAt: null,
      code: null,
      message: null,
    },
  ],
  gates: [],
  notes: [{ at: NOW - 11_000, text: 'probe: connection refused' }],
  result: null,
}

export const fakeGate: RunState['gates'][number] = {
  id: 'ok',
  kind: 'approval',
  title: 'Ask before the drain',
  message: 'Drain node-2?',
  snapshotHash: 'abcdef0123456789',
  snapshot: { step: 'drain', args: { node: 'node-2' } },
  openedAt: NOW - 5_000,
  deadlineAt: NOW + 600_000,
  verbs: ['approve', 'reject'],
}

export const fakeResult: RunResult = {
  outcome: 'effective',
  code: 'verified',
  message: 'node-2 answers again and the cluster is healthy.',
  failure: null,
  left: [],
  startedAt: NOW - 12_000,
  endedAt: NOW,
}

export const fakeDecision: Decision = {
  id: 'd1',
  at: NOW - 13_000,
  cluster: 'lab',
  target: 'node-2',
  runbook: 'single-node-recovery',
  trigger: {
    kind: 'verdict',
    target: 'node-2',
    verdict: 'suspect',
    phi: 9.1,
    at: NOW - 13_000,
    evidence: 'connection refused',
  },
  kind: 'started',
  reason: 'free',
  message: 'Started single-node-recovery on node-2.',
  workflowId: RUN_ID,
}

export const fakeDetectorState: DetectorState = {
  v: 1,
  cluster: 'lab',
  at: NOW - 500,
  targets: {
    'node-1': {
      desired: 'serving',
      verdict: 'healthy',
      since: NOW - 60_000,
      attempts: [],
      cooldownUntil: null,
      undoLater: [],
    },
    'node-2': {
      desired: 'serving',
      verdict: 'suspect',
      since: NOW - 13_000,
      attempts: [NOW - 13_000],
      cooldownUntil: NOW + 60_000,
      undoLater: [],
    },
    'node-6': {
      desired: 'spare',
      verdict: 'unknown',
      since: NOW - 60_000,
      attempts: [],
      cooldownUntil: null,
      undoLater: [],
    },
  },
  open: [
    {
      workflowId: RUN_ID,
      runId: fakeSummary.runId,
      runbook: 'single-node-recovery',
      target: 'node-2',
      lock: 'node-2',
      startedAt: NOW - 12_000,
      startedBy: fakeState.startedBy,
      automatic: true,
      guard: fakePlan.guard,
    },
  ],
  decisions: [fakeDecision],
}

export const fakeCheckpoint: WatchCheckpoint = {
  v: 1,
  at: NOW - 400,
  nodes: [
    { name: 'node-1', phi: 0.3, verdict: 'healthy', beats: 400, lastBeatAt: NOW - 700, window: '' },
    { name: 'node-2', phi: 9.1, verdict: 'suspect', beats: 380, lastBeatAt: NOW - 15_000, window: '' },
  ],
  lagMs: 4,
  checksum: '',
}

export const unreachable = (): EngineError =>
  new EngineError('unreachable', 'Temporal at 127.0.0.1:7233 does not answer.')

/** What the fake world holds; a test changes what it needs. */
export interface World {
  runs: RunSummary[]
  state: RunState | Error
  result: RunResult | null
  decision: Decision
  /** What the detector has decided by the time it is asked again. */
  decisionsLater: Decision[]
  said: { workflowId: string; verb: Verb; message: VerbMessage }[]
  started: unknown[]
  commanded: unknown[]
  requestId: string
  schedules: ScheduleSummary[]
  records: JournalRecord[]
  inventory: Inventory
  health: { server: string | null; workers: number; problem: string | null }
  attributes: Record<string, string>
  skewMs: number
  /** Called before each look of a follower: the world moves on. */
  onLook: (look: number) => void
  connect: () => Engine
}

export function createWorld(): World {
  const world: World = {
    runs: [fakeSummary],
    state: fakeState,
    result: null,
    decision: fakeDecision,
    decisionsLater: [fakeDecision],
    said: [],
    started: [],
    commanded: [],
    requestId: '',
    schedules: [],
    records: [
      {
        id: 'd1',
        kind: 'decision',
        at: fakeDecision.at,
        cluster: 'lab',
        target: 'node-2',
        workflowId: RUN_ID,
        body: fakeDecision as never,
      },
    ],
    inventory: fakeInventory,
    health: { server: '1.29.1', workers: 1, problem: null },
    attributes: {
      PhixRunbook: 'Keyword',
      PhixCluster: 'Keyword',
      PhixTarget: 'Keyword',
      PhixSeverity: 'Keyword',
      PhixStep: 'Keyword',
      PhixOutcome: 'Keyword',
      PhixWaiting: 'Bool',
    },
    skewMs: 20,
    onLook: () => undefined,
    connect: () => createFakeEngine(world),
  }
  return world
}

export function createFakeEngine(world: World): Engine {
  let looks = 0
  return {
    detector: {
      start: async (cluster, request): Promise<StartReply> => {
        world.started.push({ cluster, ...request, requestId: typeof request.requestId })
        world.requestId = request.requestId
        const { decision } = world
        return { decision, workflowId: decision.workflowId, runId: null }
      },
      grant: () => Promise.reject(new Error('not faked')),
      mark: () => Promise.reject(new Error('not faked')),
      setMode: () => Promise.reject(new Error('not faked')),
      alert: () => Promise.reject(new Error('not faked')),
      command: async (cluster, command) => {
        world.commanded.push({ cluster, ...command, requestId: typeof command.requestId })
        return { changed: true, message: `${command.kind} was heard by ${cluster}` }
      },
      observe: () => Promise.reject(new Error('not faked')),
      state: async () => ({ ...fakeDetectorState, decisions: world.decisionsLater }),
    },
    follower: {
      firstClosed: () => Promise.reject(new Error('not faked')),
      openRuns: () => Promise.reject(new Error('not faked')),
      findRun: () => Promise.reject(new Error('not faked')),
    },
    checkpoints: () => Promise.reject(new Error('not faked')),
    reconcileSchedules: () => Promise.reject(new Error('not faked')),
    listSchedules: async () => world.schedules,
    listRuns: async (filter) =>
      world.runs
        .filter((run) => filter.open === undefined || (run.status === 'open') === filter.open)
        .filter((run) => filter.waiting === undefined || run.waiting === filter.waiting)
        .filter((run) => filter.target === undefined || run.target === filter.target)
        .slice(0, filter.limit),
    findRun: async (id) => {
      world.onLook(looks++)
      const found = world.runs.find(({ workflowId }) => workflowId.startsWith(id))
      if (found === undefined) throw new EngineError('not-found', `There is no run \`${id}\`.`)
      return found
    },
    runState: async () => {
      if (world.state instanceof Error) throw world.state
      return world.state
    },
    runResult: async () => world.result,
    say: async (workflowId, verb, message) => void world.said.push({ workflowId, verb, message }),
    ensureDetector: async () => false,
    health: async () => world.health,
    close: async () => undefined,
  }
}

export const createFakeJournal = (world: World): Journal => ({
  append: async (records) => ((world.records = [...world.records, ...records]), records.length),
  read: async ({ kind, id, target, limit }) =>
    world.records
      .filter((record) => id === undefined || record.id === id)
      .filter(
        (record) => (kind === undefined || record.kind === kind) && (target === undefined || record.target === target),
      )
      .slice(0, limit)
      .map((record, sequence) => ({ ...record, sequence })),
  close: async () => undefined,
})

const fakeLab: LabPort = {
  faults: ['kill', 'hang'],
  up: async (say) => say('lab: up'),
  down: async (say) => say('lab: down'),
  status: async () => [
    {
      name: 'node-1',
      kind: 'node',
      pid: 4711,
      address: 'http://127.0.0.1:5110',
      state: 'running',
      isBroken: false,
      note: 'leader',
    },
  ],
  break: async (nodes, fault, { forGood }) => nodes.map((node) => `${node}: ${fault}${forGood ? ' for good' : ''}`),
  partition: async (sides) => [`cut ${sides}`],
  heal: async (node) => [`${node ?? 'all'} healed`],
}

export function createFakeDeps(world: World, folder: string): CliDeps {
  const inspection: InspectionPort = {
    temporalCli: async () => '1.9.1',
    namespaceExists: async () => true,
    searchAttributes: async () => world.attributes,
    serverTime: async () => NOW + world.skewMs,
    bundle: async () => 'dist/workflow-bundle.js',
  }
  return {
    version: '0.1.0',
    settings: async () => fakeSettings(folder),
    inventory: async () => world.inventory,
    engine: async () => world.connect(),
    journal: async () => createFakeJournal(world),
    compiler: async () => fakeCompiler,
    routing: async () => createRouting(),
    checkpoints: async () => [fakeCheckpoint],
    inspection: async () => inspection,
    lab: async () => fakeLab,
    up: async ({ lab, say }) => (say(`up, lab: ${lab}`), 0),
    worker: async ({ say }) => (say('worker'), 0),
    serve: async ({ host, port, insecureDev, say }) => (
      say(`serve ${host} ${port}${insecureDev ? ' insecure' : ''}`),
      0
    ),
  }
}

export interface Spoken {
  readonly exit: number
  readonly out: string
  readonly err: string
  readonly exits: readonly number[]
}

export interface IoOptions {
  readonly tty?: boolean
  readonly canAsk?: boolean
  readonly answer?: string
  readonly stdin?: string
  /** Press Ctrl-C before these sleeps. */
  readonly interruptAt?: readonly number[]
}

/** Runs one command line against a fake world, with a clock that only moves when somebody sleeps. */
export async function speak(
  words: readonly string[],
  world: World,
  folder: string,
  options: IoOptions = {},
): Promise<Spoken> {
  let out = ''
  let err = ''
  let now = NOW
  let sleeps = 0
  const exits: number[] = []
  const listeners = new Set<() => void>()
  const io: Io = {
    writeOut: (text) => void (out += text),
    writeError: (text) => void (err += text),
    outIsTty: options.tty === true,
    errorIsTty: options.tty === true,
    canAsk: options.canAsk === true,
    colors: false,
    columns: 80,
    now: () => now,
    sleep: async (ms) => {
      const times = options.interruptAt?.filter((at) => at === sleeps).length ?? 0
      for (let time = 0; time < times; time++) for (const listener of listeners) listener()
      sleeps++
      now += ms
    },
    ask: async (question) => ((err += question), options.answer ?? ''),
    readStdin: async () => options.stdin ?? '',
    onInterrupt: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    exit: (code) => void exits.push(code),
    live: async () => ({
      update: (lines) => void (out += `\f${lines.join('\n')}\n`),
      done: (lines) => void (out += `\f${lines.join('\n')}\n`),
    }),
  }
  const exit = await runCli(words, createFakeDeps(world, folder), io)
  return { exit, out, err, exits }
}

/** An Io in a pipe, whose stderr can be read. */
export function fakeIo(): Io & { said(): string } {
  let text = ''
  return {
    writeOut: () => undefined,
    writeError: (each) => void (text += each),
    outIsTty: false,
    errorIsTty: false,
    canAsk: false,
    colors: false,
    columns: 80,
    now: () => NOW,
    sleep: () => Promise.resolve(),
    ask: () => Promise.resolve(''),
    readStdin: () => Promise.resolve(''),
    onInterrupt: () => () => undefined,
    exit: () => undefined,
    live: () => Promise.reject(new Error('not a terminal')),
    said: () => text,
  }
}
