// Random plans for property tests: every step kind, nested, with ids that are unique in the plan.
import fc from 'fast-check'
import type { OnFailure, Plan, Step } from '../../../src/plan/plan.ts'
import { approve, block, change, end, fail, forEach, parallel, planOf, read, step, tryStep, VERIFY } from '../plans.ts'

type Shape =
  | { readonly kind: 'change' | 'read' | 'poll' | 'wait' | 'set' | 'fail' | 'end' | 'notify' | 'approve' | 'manual' }
  | { readonly kind: 'degrade' | 'child' | 'undoLeft' }
  | { readonly kind: 'do' | 'parallel' | 'forEach' | 'switch' | 'repeat' | 'try'; readonly inside: readonly Shape[][] }

interface Dressed {
  readonly shape: Shape
  readonly onFailure: OnFailure | null
  readonly limited: boolean
}

const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Shape>({ kind: 'change' }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom<Shape>(
      { kind: 'read' },
      { kind: 'poll' },
      { kind: 'wait' },
      { kind: 'set' },
      { kind: 'notify' },
      { kind: 'approve' },
      { kind: 'manual' },
      { kind: 'degrade' },
      { kind: 'child' },
      { kind: 'undoLeft' },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<Shape>({ kind: 'fail' }, { kind: 'end' }) },
)

const shapeAt = (depth: number): fc.Arbitrary<Shape> =>
  depth === 0
    ? leaf
    : fc.oneof(
        { weight: 3, arbitrary: leaf },
        {
          weight: 2,
          arbitrary: fc.record({
            kind: fc.constantFrom('do' as const, 'parallel', 'forEach', 'switch', 'repeat', 'try'),
            inside: fc.array(fc.array(shapeAt(depth - 1), { minLength: 1, maxLength: 2 }), {
              minLength: 2,
              maxLength: 2,
            }),
          }),
        },
      )

const dressed: fc.Arbitrary<Dressed> = fc.record({
  shape: shapeAt(3),
  onFailure: fc.constantFrom<OnFailure | null>(null, 'abort', 'continue', 'park'),
  limited: fc.boolean(),
})

/** Plans of up to five steps at the top, three levels deep. */
export const randomPlans: fc.Arbitrary<Plan> = fc
  .tuple(
    fc.array(dressed, { minLength: 1, maxLength: 5 }),
    fc.array(fc.constantFrom<Shape>({ kind: 'change' }, { kind: 'read' }, { kind: 'wait' }), { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([steps, tidy, undoes]) => {
    const numbers = { next: 0 }
    return planOf(
      steps.map(({ shape, onFailure, limited }) => ({
        ...build(shape, numbers),
        onFailure,
        ...(limited && 'inside' in shape ? { timeoutMs: 3_000 } : {}),
      })),
      {
        finally: tidy.map((shape) => build(shape, numbers)),
        verify: { ...VERIFY, onIneffective: undoes ? 'undo' : 'keep' },
        escalate: [{ after: { kind: 'elapsed', ms: 30_000 }, notify: ['oncall'] }],
      },
    )
  })

function build(shape: Shape, numbers: { next: number }): Step {
  const id = `s${numbers.next++}`
  const all = (shapes: readonly Shape[]): Step[] => shapes.map((each) => build(each, numbers))
  switch (shape.kind) {
    case 'change':
      return change(id)
    case 'read':
      return read(id)
    case 'poll':
      return step(
        'waitUntil',
        id,
        { action: read(id).action, with: {}, targets: [], until: 'output.ok', everyMs: 500 },
        { timeoutMs: 10_000 },
      )
    case 'wait':
      return step('wait', id, { for: { lit: 1_500 } })
    case 'set':
      return step('set', id, { values: { now: { cel: 'now' } } })
    case 'notify':
      return step('notify', id, { to: ['oncall'], message: { lit: 'look' } })
    case 'approve':
      return approve(id)
    case 'manual':
      return step('manual', id, { text: { lit: 'do it' }, checklist: [], output: null, deadlineMs: 60_000 })
    case 'degrade':
      return step('degrade', id, { mode: id, reason: { lit: 'load' } })
    case 'child':
      return step('run', id, { plan: planOf([]), with: {} })
    case 'undoLeft':
      return step('undoLeft', id, {})
    case 'fail':
      return fail(id)
    case 'end':
      return end(id)
    case 'do':
      return block(id, all(shape.inside.flat()))
    case 'parallel':
      return parallel(id, shape.inside.map(all), { mode: numbers.next % 2 === 0 ? 'failFast' : 'collect' })
    case 'forEach':
      return forEach(id, ['x', 'y', 'z'], all(shape.inside.flat()), { concurrency: 2, maxFailures: numbers.next % 2 })
    case 'switch':
      return step('switch', id, {
        cases: [{ when: 'now % 2 == 0', steps: all(shape.inside[0] ?? []) }],
        otherwise: all(shape.inside[1] ?? []),
        outputs: {},
      })
    case 'repeat':
      return step('repeat', id, {
        until: 'index >= 1',
        maxIterations: 3,
        everyMs: 500,
        steps: all(shape.inside.flat()),
        outputs: {},
      })
    case 'try':
      return tryStep(id, all(shape.inside[0] ?? []), {
        catches: [{ codes: null, steps: all(shape.inside[1] ?? []) }],
        finally: [build({ kind: 'change' }, numbers)],
      })
  }
}
