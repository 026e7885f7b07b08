// One step: decides its kind first, then judges it by that kind only, so that one mistake is one message.
import type { JsonSchema } from '../../plan/manifest.ts'
import type { OnFailure, Retry } from '../../plan/plan.ts'
import {
  BOOL,
  closed,
  CONDITION,
  count,
  DURATION,
  ID,
  oneOf,
  RATIO,
  TEXT,
  TEXTS,
  VALUES,
} from '../../schema/literals.ts'
import { describe, entryOf, isHole, type MapTree, type Span, type Tree } from '../1-read/tree.ts'
import { closestName, didYouMean } from '../did-you-mean.ts'
import type { Report } from '../report.ts'
import type { StepAst, UndoAst } from './ast.ts'
import { fieldsOf, valueEntries, type Fields } from './fields.ts'
import { firstOf, judgeMap } from './report-issues.ts'
import { STEP_KINDS } from './step-kinds.ts'
import type { StepShape } from './step-shape.ts'
import { approvalFrom, NEEDS_APPROVAL } from './steps/approve.ts'

/** The keys of every step. */
export const STEP_PROPERTIES: Readonly<Record<string, JsonSchema>> = {
  id: ID,
  title: TEXT,
  if: CONDITION,
  timeout: DURATION,
  retry: closed(
    {
      attempts: count(1, 100),
      backoff: DURATION,
      factor: { type: 'number', minimum: 1, maximum: 10, 'x-says': 'a number from 1 to 10' },
      jitter: RATIO,
      cap: DURATION,
      budget: DURATION,
      on: TEXTS,
    },
    ['attempts'],
  ),
  onFailure: oneOf('abort', 'continue', 'park'),
  needsApproval: NEEDS_APPROVAL,
  undo: {
    type: ['string', 'object'],
    pattern: '^(nothing|impossible)$',
    properties: { uses: TEXT, with: VALUES },
    required: ['uses'],
    additionalProperties: false,
    'x-says': '`nothing`, `impossible`, or an action with `uses` and `with`',
  },
  irreversible: BOOL,
}

const schemas = new Map<StepShape, JsonSchema>()

/** The schema of one kind of step, with the keys of every step. */
export function schemaOf(kind: StepShape): JsonSchema {
  const kept = schemas.get(kind)
  if (kept !== undefined) return kept
  const schema = closed({ ...kind.properties, ...STEP_PROPERTIES }, [kind.key, ...(kind.required ?? [])])
  schemas.set(kind, schema)
  return schema
}

/** Reads a list of steps. `prefix` is the position of the list, e.g. `3` for the steps of the third step. */
export function shapeSteps(tree: Tree | undefined, prefix: string, report: Report): readonly StepAst[] {
  if (tree === undefined) return []
  // Something stands here that could not be read: there may be steps in it, with names.
  if (tree.kind !== 'list') return [unreadable(tree.at, `${prefix}-unreadable`)]
  return tree.items.flatMap((item, index) => {
    const position = prefix === '' ? `${index + 1}` : `${prefix}-${index + 1}`
    if (item.kind === 'map') return shapeStep(item, position, report)
    if (isHole(item)) return unreadable(item.at, position)
    report('RB203', item.at, {
      key: `steps[${index}]`,
      expected: 'a step: a map',
      found: describe(item),
    })
    return []
  })
}

/** A step of which nothing is known, not even whether it has a name. */
const unreadable = (at: Span, position: string): StepAst => ({
  id: `step-${position}`,
  named: false,
  idAt: at,
  title: null,
  condition: null,
  timeoutMs: null,
  retry: null,
  onFailure: null,
  needsApproval: null,
  irreversible: false,
  undo: null,
  part: { kind: 'do', outputs: [] },
  blocks: [],
  tree: { kind: 'map', entries: [], at },
  keyAt: at,
  broken: true,
  told: new Set(['id']),
})

function shapeStep(written: MapTree, position: string, report: Report): StepAst {
  const mended = withKind(written, report)
  const kinds = STEP_KINDS.filter(({ key }) => entryOf(mended, key) !== undefined)
  const kind = kinds[0]
  if (kind === undefined) {
    const id = fieldsOf(written, report).text('id')
    const nothing = unreadable(firstOf(written), position)
    return id === null ? nothing : { ...nothing, id, named: true, told: new Set() }
  }
  const schema = schemaOf(kind)
  let map = mended
  let told: ReadonlySet<string> = new Set()
  const stranger = kinds.find(({ key }) => !Object.hasOwn(schema['properties'] as object, key))
  let broken = false
  if (stranger !== undefined) {
    report('RB206', keyAt(map, stranger.key), { first: kind.key, second: stranger.key })
    broken = true
  } else {
    ;({ map, told } = judgeMap(schema, mended, 'this step', report))
  }
  const fields = fieldsOf(map, report)
  const { part, blocks = [] } = kind.shape(fields, (steps, place) =>
    shapeSteps(steps, place === '' ? position : `${position}-${place}`, report),
  )
  const id = fields.text('id')
  return {
    id: id ?? `step-${position}`,
    named: id !== null,
    idAt: fields.tree('id')?.at ?? firstOf(map),
    title: fields.text('title'),
    condition: fields.expression('if'),
    timeoutMs: fields.ms('timeout'),
    retry: retryFrom(fields.inside('retry')),
    onFailure: fields.choice<OnFailure>('onFailure', ['abort', 'continue', 'park']),
    needsApproval: fields.has('needsApproval') ? approvalFrom(fields.inside('needsApproval')) : null,
    irreversible: fields.bool('irreversible'),
    undo: undoFrom(fields, report),
    part,
    blocks,
    tree: map,
    keyAt: keyAt(map, kind.key),
    broken,
    told,
  }
}

/** Tells of a mistyped kind, or of none at all; a mistyped one is taken as the kind that was meant. */
function withKind(map: MapTree, report: Report): MapTree {
  const written = STEP_KINDS.map(({ key }) => key).filter((key) => entryOf(map, key) !== undefined)
  // `do` alone may be the inside of a mistyped `forEach`.
  const isBareDo = written.join() === 'do'
  if (written.length > 0 && !isBareDo) return map
  const keys = isBareDo ? ['forEach'] : STEP_KINDS.map(({ key }) => key)
  const mistyped = map.entries.find(
    ({ key }) => !Object.hasOwn(STEP_PROPERTIES, key) && closestName(key, keys) !== null,
  )
  if (mistyped === undefined) {
    // The key that was left out may have been the one.
    if (!isBareDo && map.isPartial !== true) report('RB205', firstOf(map), {}, `give it one of: ${keys.join(', ')}`)
    return map
  }
  report('RB201', mistyped.keyAt, { key: mistyped.key, where: 'this step' }, didYouMean(mistyped.key, keys))
  const meant = closestName(mistyped.key, keys) ?? mistyped.key
  return { ...map, entries: map.entries.map((entry) => (entry === mistyped ? { ...entry, key: meant } : entry)) }
}

const keyAt = (map: MapTree, key: string): Span => entryOf(map, key)?.keyAt ?? map.at

const DEFAULT_BACKOFF_MS = 1_000
const DEFAULT_FACTOR = 2
const DEFAULT_JITTER = 0.2

const retryFrom = (fields: Fields | null): Retry | null =>
  fields === null
    ? null
    : {
        attempts: fields.number('attempts') ?? 1,
        backoffMs: fields.ms('backoff') ?? DEFAULT_BACKOFF_MS,
        factor: fields.number('factor') ?? DEFAULT_FACTOR,
        jitter: fields.ratio('jitter') ?? DEFAULT_JITTER,
        capMs: fields.ms('cap'),
        budgetMs: fields.ms('budget'),
        on: fields.has('on') ? fields.texts('on') : null,
      }

function undoFrom(fields: Fields, report: Report): UndoAst | null {
  const word = fields.choice('undo', ['nothing', 'impossible'])
  if (word !== null) return word
  const inside = fields.inside('undo')
  return inside === null
    ? null
    : { action: inside.named('uses'), with: valueEntries(inside.tree('with'), report), at: inside.map.at }
}
