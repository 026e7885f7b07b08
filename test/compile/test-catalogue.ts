// A small catalogue for the compiler's tests: the shapes that matter, none of the actions themselves.
import type { ActionManifest, JsonSchema } from '../../src/plan/manifest.ts'

const text: JsonSchema = { type: 'string', minLength: 1 }
const object = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const action = (
  name: string,
  rest: Pick<ActionManifest, 'effect' | 'input' | 'output'> & Partial<ActionManifest>,
): ActionManifest => ({
  name,
  summary: `Does ${name}.`,
  idempotency: 'yes',
  undo: 'nothing',
  timeoutMs: 30_000,
  heartbeatMs: 5_000,
  targets: [],
  ...rest,
})

export const TEST_CATALOGUE: readonly ActionManifest[] = [
  action('node.probe', {
    effect: 'read',
    input: object({ node: text, samples: { type: 'integer', minimum: 1, maximum: 100 }, every: { type: 'integer' } }, [
      'node',
    ]),
    output: object(
      {
        node: text,
        healthy: { type: 'boolean' },
        reason: text,
        latency_ms: { type: 'number' },
        samples: { type: 'array', items: { type: 'boolean' } },
      },
      ['node', 'healthy'],
    ),
    targets: ['node'],
  }),
  action('node.pace', {
    effect: 'read',
    input: object({ every: { type: 'integer', format: 'duration-ms' } }, ['every']),
    output: object({}, []),
  }),
  action('service.restart', {
    effect: 'change',
    idempotency: 'check',
    input: object({ target: text }, ['target']),
    output: object({ started: { type: 'boolean' } }, ['started']),
    targets: ['target'],
  }),
  action('node.mark', {
    effect: 'change',
    undo: { action: 'node.mark', with: { node: 'output.node', state: 'output.before' } },
    input: object({ node: text, state: { enum: ['serving', 'failed', 'drained'] } }, ['node', 'state']),
    output: object({ node: text, before: text }, ['node', 'before']),
    targets: ['node'],
  }),
  action('load.rebalance', {
    effect: 'change',
    undo: { action: 'load.restore', with: { node: 'input.away_from' } },
    input: object({ away_from: text }, ['away_from']),
    output: object({ moved: { type: 'integer' } }, ['moved']),
    targets: ['away_from'],
  }),
  action('load.restore', {
    effect: 'change',
    input: object({ node: text }, ['node']),
    output: object({ moved: { type: 'integer' } }, ['moved']),
    targets: ['node'],
  }),
  action('replicas.scale', {
    effect: 'change',
    undo: { action: 'replicas.scale', with: { service: 'output.service', by: '0 - output.by' } },
    input: object({ service: text, by: { type: 'integer', minimum: -10, maximum: 10 } }, ['service', 'by']),
    output: object({ service: text, by: { type: 'integer' } }, ['service', 'by']),
    targets: ['service'],
  }),
  action('disk.wipe', {
    effect: 'destroy',
    idempotency: 'no',
    undo: 'impossible',
    input: object({ node: text, size: { type: 'integer' }, share: { type: 'number', minimum: 0, maximum: 1 } }, [
      'node',
    ]),
    output: object({ freed: { type: 'integer' } }, ['freed']),
    targets: ['node'],
  }),
  action('http.get', {
    effect: 'read',
    input: object({ url: text, headers: { type: 'object', additionalProperties: { type: 'string' } } }, ['url']),
    output: object(
      { status: { type: 'integer' }, body: {}, headers: { type: 'object', additionalProperties: { type: 'string' } } },
      ['status'],
    ),
  }),
]
