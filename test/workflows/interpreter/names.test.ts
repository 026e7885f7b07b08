import { describe, expect, test } from 'vitest'
import { rehearse } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import { change, end, fail, inputOf, planOf, read, step, tryStep } from '../plans.ts'

const WAITING = { status: 'waiting', ok: false, code: null, output: null, attempts: 0 }
/** A step that writes down what it sees of `late`. */
const look = (id: string) => read(id, { with: { saw: { cel: 'steps.late' } } })

async function sawIn(plan: ReturnType<typeof planOf>): Promise<unknown> {
  const seen: unknown[] = []
  const script: Script = {
    act: ({ args }) => {
      if ('saw' in args) seen.push(args['saw'])
      return { kind: 'ok', output: {}, attempts: 1 }
    },
  }
  await rehearse(inputOf(plan), script)
  return seen
}

describe('a step that was not reached is `waiting`', () => {
  test('in a catch and a finally of its block', async () => {
    const catches = [{ codes: null, steps: [look('why')] }]
    const plan = planOf([tryStep('t', [fail('bad'), change('late')], { catches, finally: [look('tidy')] })])
    expect(await sawIn(plan)).toEqual([WAITING, WAITING])
  })
  test('in the finally of a run that ended before it', async () => {
    expect(await sawIn(planOf([end('stop'), change('late')], { finally: [look('tidy')] }))).toEqual([WAITING])
  })
  test('in the outputs of a switch that took another case, and in a later `if`', async () => {
    const cases = [{ when: 'false', steps: [change('late')] }]
    const outputs = { ok: { cel: 'steps.late.ok' }, status: { cel: 'steps.late.status' } }
    const chosen = step('switch', 's', { cases, otherwise: [read('other')], outputs })
    const after = read('after', { if: '!steps.s.output.ok', with: { saw: { cel: 'steps.s.output' } } })
    expect(await sawIn(planOf([chosen, after]))).toEqual([{ ok: false, status: 'waiting' }])
  })
})
