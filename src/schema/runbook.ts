// The runbook but for its steps, as JSON Schemas. Steps: src/compile/2-shape/steps, one file a kind.
import { TREND_PRESET_NAMES } from '../plan/trend-preset.ts'
import type { JsonSchema } from '../plan/manifest.ts'
import {
  BOOL,
  closed,
  CONDITION,
  count,
  DURATION,
  ID,
  oneOf,
  RATIO,
  STEPS,
  STEPS_OR_NONE,
  TEXT,
  TEXT_OR_TEXTS,
  TRUE,
  VALUE,
  VALUES,
} from './literals.ts'

export const INPUT_TYPES = [
  'string',
  'int',
  'number',
  'bool',
  'duration',
  'enum',
  'node',
  'service',
  'cluster',
  'list',
  'map',
] as const

const LENGTH = count(0, 65_536)
const LIMIT: JsonSchema = { type: ['number', 'string'], 'x-says': 'a number, or a duration' }

export const INPUT: JsonSchema = closed(
  {
    type: oneOf(...INPUT_TYPES),
    summary: TEXT,
    required: BOOL,
    default: VALUE,
    values: { type: 'array', minItems: 1, items: { type: 'string' }, 'x-says': 'a list of texts' },
    pattern: TEXT,
    minLength: LENGTH,
    maxLength: LENGTH,
    min: LIMIT,
    max: LIMIT,
    minItems: LENGTH,
    maxItems: LENGTH,
    items: oneOf('string', 'int', 'number', 'bool', 'node', 'service', 'map'),
  },
  ['type'],
)

const COMMON_TRIGGER = { bind: VALUES, when: CONDITION }

/** By the key that says what the trigger is. */
export const TRIGGERS: Readonly<Record<string, JsonSchema>> = {
  verdict: closed({ verdict: oneOf('suspect', 'failed'), ...COMMON_TRIGGER }, ['verdict']),
  returned: closed({ returned: TRUE, ...COMMON_TRIGGER }, ['returned']),
  condition: closed({ condition: CONDITION, over: oneOf('target', 'cluster'), for: DURATION, ...COMMON_TRIGGER }, [
    'condition',
    'over',
    'for',
  ]),
  trend: closed(
    {
      trend: closed(
        {
          metric: oneOf('cpu', 'memory', 'disk', 'latency_ms', 'error_rate'),
          reaches: { ...RATIO, maximum: 1e9 },
          within: DURATION,
          confidence: RATIO,
          preset: oneOf(...TREND_PRESET_NAMES),
        },
        ['metric', 'reaches', 'within'],
      ),
      ...COMMON_TRIGGER,
    },
    ['trend'],
  ),
  alert: closed(
    {
      alert: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: 'string' },
        'x-says': 'a map of labels',
      },
      ...COMMON_TRIGGER,
    },
    ['alert'],
  ),
  schedule: closed(
    {
      schedule: {
        type: 'string',
        pattern: '^\\S+( \\S+){4}$',
        'x-says': 'five fields of cron, such as `0 3 * * 1`',
      },
      timezone: TEXT,
      ...COMMON_TRIGGER,
    },
    ['schedule'],
  ),
  every: closed({ every: DURATION, ...COMMON_TRIGGER }, ['every']),
}

const ATTEMPTS: JsonSchema = {
  type: 'string',
  pattern: '^[1-9][0-9]{0,5} per [0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$',
  'x-says': 'a count and a window, such as `3 per 1h`',
}

const KEPT: JsonSchema = {
  type: ['integer', 'string'],
  minimum: 0,
  pattern: '^(100|[0-9]{1,2})(\\.[0-9]+)?%$',
  'x-says': 'a count such as `3`, a share such as `50%`, or both in a list',
}

export const GUARD: JsonSchema = closed({
  lock: oneOf('node', 'service', 'zone', 'cluster', 'none'),
  attempts: { ...ATTEMPTS, type: ['string', 'array'], minItems: 1, items: ATTEMPTS },
  cooldown: DURATION,
  keep: closed({
    healthy: { ...KEPT, type: ['integer', 'string', 'array'], minItems: 1, maxItems: 2, items: KEPT },
    perZone: { ...KEPT, type: ['integer', 'string', 'array'], minItems: 1, maxItems: 2, items: KEPT },
  }),
  hold: DURATION,
  giveUpAfter: count(1, 100),
  onBusy: oneOf('join', 'queue', 'refuse', 'preempt'),
  onResolved: oneOf('finish', 'cancel', 'ask'),
})

export const VERIFY: JsonSchema = closed(
  {
    that: {
      type: ['string', 'boolean', 'array'],
      minItems: 1,
      minLength: 1,
      items: CONDITION,
      'x-says': 'a condition or a list of conditions',
    },
    within: DURATION,
    stable: DURATION,
    every: DURATION,
    onIneffective: oneOf('keep', 'undo'),
  },
  ['that'],
)

export const ESCALATION: JsonSchema = closed(
  {
    after: {
      type: 'string',
      pattern: '^(failure|([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+)$',
      'x-says': '`failure`, or a duration such as `15m`',
    },
    notify: TEXT_OR_TEXTS,
  },
  ['after', 'notify'],
)

export const RUNBOOK: JsonSchema = closed(
  {
    runbook: {
      type: 'string',
      pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
      maxLength: 80,
      'x-says': 'a name in kebab-case, such as `single-node-recovery`',
    },
    summary: TEXT,
    severity: oneOf('low', 'medium', 'high', 'critical'),
    automation: oneOf('observe', 'suggest', 'approve', 'auto'),
    expect: DURATION,
    owner: TEXT,
    inputs: { type: 'object', propertyNames: ID, additionalProperties: INPUT, 'x-says': 'a map of inputs' },
    triggers: { type: 'array', 'x-says': 'a list of triggers' },
    guard: GUARD,
    steps: STEPS,
    finally: STEPS_OR_NONE,
    verify: VERIFY,
    escalate: { type: 'array', items: ESCALATION, 'x-says': 'a list of levels' },
  },
  ['runbook', 'summary', 'steps'],
)
