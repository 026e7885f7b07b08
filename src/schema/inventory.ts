// The inventory file as a JSON Schema: its keys are those of src/inventory/inventory.ts. Every optional key says its default
// and what goes wrong when it is too low or too high.
import type { Json } from '../plan/json.ts'
import { DEFAULT_FLAPPING } from '../guard/turns.ts'
import type { JsonSchema } from '../plan/manifest.ts'
import {
  DEFAULT_BACK_AFTER_MS,
  DEFAULT_DETECTOR,
  DEFAULT_GUARD,
  DEFAULT_HEARTBEAT,
  DEFAULT_MIN_REPLICAS,
  DEFAULT_MODE_CLEAR_MS,
  DEFAULT_SIGNAL_WINDOW_MS,
  DEFAULT_STOP_GRACE_MS,
} from '../inventory/defaults.ts'
import { CONTACTS, NOTIFY } from './notify.ts'
import { BOOL, closed, CONDITION, count, DURATION_PATTERN, oneOf, RATIO, TEXT, TEXTS } from './literals.ts'

export const DETECTOR_MODELS = [
  'calibrated',
  'gaussian-exact',
  'akka-logistic',
  'exponential-log10',
  'ex-gaussian',
] as const

const NAME: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
  'x-says': 'a name such as `node-2`',
}
const ALIAS: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,252}$',
  'x-says': 'a name such as `node-2:9100`',
}
const ADDRESS: JsonSchema = {
  type: 'string',
  pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
  'x-says': 'an address such as `http://127.0.0.1:5101`',
}
const ms = (minimum: number, maximum: number): JsonSchema => ({
  type: ['integer', 'string'],
  minimum,
  maximum,
  pattern: DURATION_PATTERN,
  'x-says': `a duration such as \`1s\`, or whole milliseconds from ${minimum} to ${maximum}`,
})
const phi: JsonSchema = { type: 'number', minimum: 0.1, maximum: 300, 'x-says': 'a number from 0.1 to 300' }
const optional = (schema: JsonSchema, fallback: Json, description: string): JsonSchema => ({
  ...schema,
  default: fallback,
  description,
})
const orNull = (schema: JsonSchema): JsonSchema => ({ ...schema, type: [schema['type'] ?? 'object', 'null'].flat() })

export const NODE: JsonSchema = closed(
  {
    name: NAME,
    address: ADDRESS,
    zone: optional(
      orNull(TEXT),
      null,
      'Failure domain. Without it nodes that fail together cannot be told apart from nodes that do not.',
    ),
    aliases: optional(
      { ...TEXTS, minItems: 0, items: ALIAS },
      [],
      'Other names by which alerts call it. An alert with a name that is neither is refused.',
    ),
    spare: optional(BOOL, false, 'True: it runs only when `replicas.scale` brings it in.'),
    controlPlane: optional(
      BOOL,
      false,
      'True: it holds the state of the cluster itself, so that such nodes are worked on one at a time.',
    ),
  },
  ['name', 'address'],
)

export const CONTROL: JsonSchema = closed(
  {
    kind: oneOf('process'),
    command: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', 'x-says': 'a text' },
      'x-says': 'a list of arguments, never one shell text',
    },
    cwd: optional(orNull(TEXT), null, 'Folder to start it in. By default that of the process that starts it.'),
    env: optional(
      { type: 'object', additionalProperties: { type: 'string', 'x-says': 'a text' }, 'x-says': 'a map of texts' },
      {},
      'Added to its environment.',
    ),
    stateFolder: TEXT,
    stopGraceMs: optional(
      ms(0, 600_000),
      DEFAULT_STOP_GRACE_MS,
      'SIGKILL comes this long after SIGTERM. Too low: it loses what it was writing. Too high: a restart takes that long when it hangs.',
    ),
  },
  ['kind', 'command', 'stateFolder'],
)

export const BALANCER: JsonSchema = closed({ kind: oneOf('http'), admin: ADDRESS, url: ADDRESS }, [
  'kind',
  'admin',
  'url',
])

export const CANARY: JsonSchema = closed(
  {
    path: { type: 'string', pattern: '^/', 'x-says': 'a path that begins with `/`' },
    body: optional(
      orNull({ type: 'object', 'x-says': 'a map' }),
      null,
      'Sent as JSON with POST. Without it the path is asked with GET.',
    ),
  },
  ['path'],
)

const FILE: JsonSchema = { type: 'string', minLength: 1, 'x-says': 'a path; `{node}` stands for the name of a node' }
export const SIGNAL: JsonSchema = closed(
  {
    name: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,62}$', 'x-says': 'a name such as `queue_depth`' },
    prometheus: optional(orNull(ADDRESS), null, 'Base URL of the Prometheus server that `query` is put to.'),
    query: optional(orNull(TEXT), null, 'PromQL that has one value; `{node}` stands for the name of a node.'),
    file: optional(orNull(FILE), null, 'A log file whose new lines are counted.'),
    pattern: optional(orNull(TEXT), null, 'RE2: the lines that count.'),
    windowMs: optional(
      ms(1_000, 3_600_000),
      DEFAULT_SIGNAL_WINDOW_MS,
      'How far back lines count. Too low: a burst is over before the condition held. Too high: an old burst still counts.',
    ),
  },
  ['name'],
)

export const DEPENDENCY: JsonSchema = closed(
  { name: NAME, nodes: { type: 'array', minItems: 2, items: NAME, 'x-says': 'a list of node names' } },
  ['name', 'nodes'],
)

export const SERVICE: JsonSchema = closed(
  {
    name: NAME,
    members: { type: 'array', minItems: 1, items: NAME, 'x-says': 'a list of node names' },
    control: CONTROL,
    balancer: optional(
      orNull(BALANCER),
      null,
      'What spreads its requests. Without it load cannot be moved and `requests` is unknown.',
    ),
    replicas: optional(
      closed({
        min: optional(count(0, 10_000), DEFAULT_MIN_REPLICAS, 'Never fewer than this are left.'),
        max: optional(count(1, 10_000), null, 'Never more than this. By default as many as there are members.'),
      }),
      { min: DEFAULT_MIN_REPLICAS, max: null },
      'Limits of `replicas.scale`.',
    ),
    canary: optional(
      orNull(CANARY),
      null,
      'A real request that changes nothing. Without it a node that gets no requests is well when its health says so.',
    ),
  },
  ['name', 'members', 'control'],
)

export const HEARTBEAT: JsonSchema = closed({
  kind: optional(
    oneOf('http', 'tcp'),
    DEFAULT_HEARTBEAT.kind,
    '`http` asks the node; `tcp` only opens a connection, and a node that hangs still looks well.',
  ),
  path: optional(
    { type: 'string', pattern: '^/', 'x-says': 'a path that begins with `/`' },
    DEFAULT_HEARTBEAT.path,
    'Path on the address of the node.',
  ),
  intervalMs: optional(
    ms(50, 600_000),
    DEFAULT_HEARTBEAT.intervalMs,
    'Too low: load on the nodes for nothing. Too high: a failure is seen later, by several intervals.',
  ),
  timeoutMs: optional(
    ms(10, 600_000),
    DEFAULT_HEARTBEAT.timeoutMs,
    'A beat that takes longer is a missed one. Too low: a slow node looks dead. Too high: a hanging one looks slow.',
  ),
})

export const DETECTOR: JsonSchema = closed({
  model: optional(
    oneOf(...DETECTOR_MODELS),
    DEFAULT_DETECTOR.model,
    'How silence becomes φ. `calibrated` learns all gaps and needs no other key; the others are the classical formulas.',
  ),
  windowSize: optional(
    count(10, 10_000),
    DEFAULT_DETECTOR.windowSize,
    'Classical models: gaps that are remembered. Too low: φ jumps. Too high: it is slow to learn a new rhythm.',
  ),
  minDeviationMs: optional(
    ms(1, 600_000),
    DEFAULT_DETECTOR.minDeviationMs,
    'Classical models. Too low: a very regular node is suspected at its first hiccup. Too high: failures are seen later.',
  ),
  pauseMs: optional(
    ms(0, 600_000),
    DEFAULT_DETECTOR.pauseMs,
    'Classical models: a pause that is nobody’s fault (garbage collection), added to the mean gap. Too high: failures are seen later by that much.',
  ),
  suspectPhi: optional(
    phi,
    DEFAULT_DETECTOR.suspectPhi,
    '8 for the classical models. Too low: healthy nodes are suspected. Too high: recovery begins late.',
  ),
  failedPhi: optional(
    phi,
    DEFAULT_DETECTOR.failedPhi,
    '16 for the classical models. Too low: a slow node is taken for failed. Too high: `failed` comes late.',
  ),
})

export const CLUSTER_GUARD: JsonSchema = closed({
  runsInFlight: optional(
    count(1, 10_000),
    DEFAULT_GUARD.runsInFlight,
    'Runs at a time in this cluster. Too high: automation can take much of it away at once.',
  ),
  startsPerMinute: optional(
    count(1, 100_000),
    DEFAULT_GUARD.startsPerMinute,
    'Too high: a storm of alerts becomes a storm of runs. Too low: the last of many failures waits.',
  ),
  flapping: optional(
    closed({
      turns: optional(
        count(2, 50),
        DEFAULT_FLAPPING.turns,
        'Turns from well to ill or back. Too low: a restart that works looks like flapping. Too high: it is restarted all day.',
      ),
      windowMs: optional(ms(1_000, 86_400_000), DEFAULT_FLAPPING.windowMs, 'In which the turns are counted.'),
      startsPerHour: optional(count(1, 1_000), DEFAULT_FLAPPING.startsPerHour, 'What a flapping target still gets.'),
    }),
    DEFAULT_FLAPPING as unknown as Json,
    'When a target is called flapping. An inventory with `override` has none unless it is written.',
  ),
  override: optional(
    orNull(
      closed({
        cooldownMs: optional(orNull(ms(0, 86_400_000)), null, 'Replaces the cooldown of every runbook.'),
        attempts: optional(orNull(count(1, 1_000_000)), null, 'Replaces the attempts of every runbook.'),
      }),
    ),
    null,
    'For acceptance tests only; an inventory with it must say `acceptance: true`.',
  ),
})

const WHEN: JsonSchema = { ...CONDITION, 'x-says': 'a condition such as `cluster.ill == 0`' }
/** As in the steps that name it. */
const MODE_NAME: JsonSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
  maxLength: 64,
  'x-says': 'a name such as `read-only`',
}

export const MODE: JsonSchema = closed(
  {
    name: MODE_NAME,
    summary: TEXT,
    lost: optional({ ...TEXTS, minItems: 0 }, [], 'Capabilities that are not there while it is on.'),
    kept: optional({ ...TEXTS, minItems: 0 }, [], 'Capabilities that are there all the same.'),
    clearWhen: optional(
      orNull(WHEN),
      null,
      'Its cause is gone when this has held for `forMs`. Without it the mode stays until a step or a person ends it.',
    ),
    forMs: optional(
      ms(0, 86_400_000),
      DEFAULT_MODE_CLEAR_MS,
      'Too low: it ends and begins again with each hiccup. Too high: users do without for longer than they must.',
    ),
    longestMs: optional(
      orNull(ms(1_000, 30 * 86_400_000)),
      null,
      'A person is told when it is on for longer. Without it a forgotten mode stays on, and only `phix status` says so.',
    ),
  },
  ['name', 'summary'],
)

const adapted = (schema: JsonSchema, description: string): JsonSchema => optional(orNull(schema), null, description)
export const ADAPTATION: JsonSchema = closed(
  {
    while: {
      ...closed({
        mode: adapted(MODE_NAME, 'While this mode of the cluster is on.'),
        symptom: adapted(TEXT, 'While a condition or a trend of this runbook stands.'),
      }),
      'x-says': 'a map with `mode` or `symptom`',
    },
    set: {
      ...closed({
        'guard.keepHealthy': adapted(
          RATIO,
          'For `guard.keep.healthy` of each runbook that has one. Lower is less safe.',
        ),
        'guard.runsInFlight': adapted(count(1, 10_000), 'For `guard.runsInFlight`. Higher is less safe.'),
        'guard.startsPerMinute': adapted(count(1, 100_000), 'For `guard.startsPerMinute`. Higher is less safe.'),
        'guard.cooldownMs': adapted(
          ms(0, 86_400_000),
          'For `guard.cooldown` of each runbook, for runs that end meanwhile. Shorter is less safe.',
        ),
        'trend.confidence': adapted(RATIO, 'For `trend.confidence` of each trigger. Lower acts on less.'),
        'breaker.failures': adapted(count(1, 1_000), 'Failures in a row that open a breaker; 5 by default.'),
        'breaker.openMs': adapted(ms(100, 3_600_000), 'For how long an open breaker refuses; 10s by default.'),
      }),
      minProperties: 1,
      'x-says': 'a map of settings and values',
    },
    backAfterMs: optional(
      ms(0, 86_400_000),
      DEFAULT_BACK_AFTER_MS,
      'The values go back once the state has been over for this long. Too low: they change with each hiccup.',
    ),
  },
  ['while', 'set'],
)

export const CLUSTER: JsonSchema = closed(
  {
    name: NAME,
    nodes: { type: 'array', minItems: 1, items: NODE, 'x-says': 'a list of nodes' },
    services: optional(
      { type: 'array', items: SERVICE, 'x-says': 'a list of services' },
      [],
      'What runs on the nodes.',
    ),
    heartbeat: optional(HEARTBEAT, DEFAULT_HEARTBEAT as unknown as Json, 'How a node shows that it lives.'),
    detector: optional(DETECTOR, DEFAULT_DETECTOR as unknown as Json, 'When silence is suspicious.'),
    guard: optional(CLUSTER_GUARD, DEFAULT_GUARD as unknown as Json, 'Limits for all runs of the cluster.'),
    page: optional(
      { ...TEXTS, minItems: 0 },
      [],
      'Groups that are told what a person should know now; none: the first level of `notify`, else the first of `groups`.',
    ),
    dependencies: optional(
      { type: 'array', items: DEPENDENCY, 'x-says': 'a list of dependencies' },
      [],
      'What several nodes rest on. Without it nodes that fail with it are as many failures.',
    ),
    signals: optional(
      { type: 'array', items: SIGNAL, 'x-says': 'a list of signals' },
      [],
      'Numbers from Prometheus or from log files, which conditions name as `signals.NAME`.',
    ),
    modes: optional(
      { type: 'array', maxItems: 30, items: MODE, 'x-says': 'a list of degraded modes' },
      [],
      'Degraded modes: what is lost and kept while one is on, and when it ends by itself.',
    ),
    adaptations: optional(
      { type: 'array', maxItems: 30, items: ADAPTATION, 'x-says': 'a list of adaptations' },
      [],
      'Settings that have emergency values while a mode is on or the symptom of a runbook stands; the first that names a setting decides.',
    ),
  },
  ['name', 'nodes'],
)

export const INVENTORY: JsonSchema = closed(
  {
    version: optional({ const: 1, 'x-says': '`1`' }, 1, 'Version of this format.'),
    clusters: { type: 'array', items: CLUSTER, 'x-says': 'a list of clusters' },
    groups: optional(
      {
        type: 'array',
        items: closed(
          {
            name: NAME,
            members: { ...TEXTS, minItems: 0 },
            contacts: optional(CONTACTS, [], 'How the group as a whole is reached: a mailing list, a chat.'),
          },
          ['name', 'members'],
        ),
        'x-says': 'a list of groups',
      },
      [],
      'People, whom `notify`, `approve` and `escalate` name.',
    ),
    notify: optional(
      orNull(NOTIFY),
      null,
      'How people are reached. Without it a page is in the log and the journal only, and nobody is woken by it.',
    ),
    acceptance: optional(BOOL, false, 'True for an inventory made for acceptance tests; `phix status` says so first.'),
  },
  ['clusters'],
)
