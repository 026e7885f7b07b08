// Every shipped runbook, on the simulated host, with the process dying at every call: whatever the luck, the world is
// the same as if it had not, and nothing is done twice. `npm run test:full` tries many more worlds.
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../../../activities/catalogue.ts'
import { compileFiles, listRunbookFiles } from '../../../src/compile/compile-files.ts'
import { sha256Hex } from '../../../src/plan/hash.ts'
import type { Json, JsonObject } from '../../../src/plan/json.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { RunInput, Verb } from '../../../src/plan/run.ts'
import { rehearse, type Rehearsal, type RehearsalOptions } from '../../../src/rehearsal/rehearse.ts'
import type { Script } from '../../../src/rehearsal/simulated-host.ts'
import { rowsOf } from '../../../workflows/interpreter/state.ts'
import { isFull, SEED } from '../../e2e/seeds.ts'
import { inputOf, leftEntry } from '../plans.ts'

const WORLDS = Array.from({ length: isFull ? 150 : 4 }, (_, world) => SEED + world)
/** Two deaths of a run, or a cancel and a death, at every pair of calls. */
const PAIRED_WORLDS = WORLDS.slice(0, isFull ? 25 : 1)
const MATRIX_MS = isFull ? 900_000 : 60_000

const folder = resolve(import.meta.dirname, '../../../runbooks')
const shipped = compileFiles(listRunbookFiles(folder), { catalogue: CATALOGUE }).runbooks.map(({ plan }) => plan)

/** What an action may answer, by its manifest: truths and numbers are luck, names are of the inventory. */
function answerOf(schema: JsonObject, luck: (name: string) => number, name = ''): Json {
  if (schema['const'] !== undefined) return schema['const']
  const choices = schema['enum']
  if (Array.isArray(choices)) return (choices as readonly Json[])[Math.floor(luck(name) * choices.length)] ?? null
  const type = Array.isArray(schema['type']) ? (schema['type'] as readonly Json[])[0] : schema['type']
  switch (type) {
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonObject>>
      return Object.fromEntries(
        Object.entries(properties).map(([key, each]) => [key, answerOf(each, luck, `${name}/${key}`)]),
      )
    }
    case 'array':
      return [answerOf((schema['items'] ?? {}) as JsonObject, luck, `${name}/0`)]
    case 'boolean':
      return luck(name) < 0.5
    case 'integer':
    case 'number':
      return 1
    case 'string':
      return 'node-2'
    default:
      return null
  }
}

const outputs = new Map(CATALOGUE.map(({ name, output }) => [name, output]))

/** A world that answers by the name of what is asked and a seed: never by how often it was asked. */
function worldOf(seed: number): Script {
  const dice = (name: string): number => Number.parseInt(sha256Hex(`${seed} ${name}`).slice(0, 6), 16) / 0x1000000
  return {
    act({ path, operatorRetry, action, poll }) {
      const luck = dice(`${path}#${operatorRetry}`)
      const failed = (code: 'uncertain' | 'unavailable' | 'exhausted') =>
        ({ kind: 'failed', failure: { code, message: 'bad luck' }, attempts: 1 }) as const
      if (poll !== null && luck < 0.4) return failed('exhausted')
      if (luck < 0.15) return failed(action.idempotency === 'no' && luck < 0.1 ? 'uncertain' : 'unavailable')
      const output = answerOf(outputs.get(action.name) ?? {}, (name) => dice(`${path} ${name}`))
      return { kind: 'ok', output, attempts: 1 }
    },
    // Odd times, different for each, so that no two things ever happen in the same instant.
    takesMs: ({ path }) => 10 + dice(`time ${path}`) * 900,
    onCancel: ({ path }) => (dice(`cancel ${path}`) < 0.5 ? 'finish' : 'stop'),
    verify: () => ({ kind: 'report', report: { held: dice('verify') > 0.3, unmet: [], evidence: null } }),
    vote(gate) {
      const luck = dice(`vote ${gate.id}`)
      const verb = gate.verbs[Math.floor(luck * gate.verbs.length)] as Verb
      return luck > 0.9 ? null : { afterMs: 10 + luck * 1_000, verb, by: 'ada', value: {} }
    },
  }
}

function inputsOf(plan: Plan): RunInput['inputs'] {
  const sample: Readonly<Record<string, Json>> = { node: 'node-2', service: 'ollama', cluster: 'lab', string: 'text' }
  return Object.fromEntries(
    Object.entries(plan.inputs).map(([name, { type, default: given }]) => [name, given ?? sample[type] ?? 1]),
  )
}

const run = (plan: Plan, seed: number, options: RehearsalOptions = {}): Promise<Rehearsal> => {
  const input = inputOf(plan, { inputs: inputsOf(plan), left: [leftEntry('old-1'), leftEntry('old-2')] })
  return rehearse(input, worldOf(seed), options)
}

const done = (journal: readonly string[]): readonly string[] => journal.filter((line) => /^(did|failed) /.test(line))
const ending = ({ journal, result: { outcome, code, left } }: Rehearsal): unknown => ({
  done: done(journal).toSorted(),
  outcome,
  code,
  left: left.map(({ stepId }) => stepId),
})

/** What holds however often it died: nothing twice, nothing still open, undo backwards. */
function expectWhole({ journal, state }: Rehearsal): void {
  const keys = done(journal).map((line) => line.split(' ')[1] ?? '')
  expect(new Set(keys).size).toBe(keys.length)
  expect(rowsOf(state).filter(({ status }) => status === 'running' || status === 'waiting')).toEqual([])
  const undone = keys.filter((key) => key.startsWith('undo/')).map((key) => Number(key.split('#').at(-2)))
  expect(undone).toEqual(undone.toSorted((a, b) => b - a))
}

/** Without branches side by side, when a thing happens changes nothing of what happens. */
const isSequential = (plan: Plan): boolean => !/"kind":"(parallel|forEach)"/.test(JSON.stringify(plan))

describe.each(shipped.map((plan) => [plan.name, plan] as const))(`%s (PHIX_SEED=${SEED})`, (_, plan) => {
  test.each(['kill', 'continue'] as const)(
    'dies (%s) at any call and does the same as if it had not',
    async (crash) => {
      for (const world of WORLDS) {
        const whole = await run(plan, world)
        expectWhole(whole)
        for (let crashAtCall = 0; crashAtCall < whole.calls; crashAtCall++) {
          const rehearsal = await run(plan, world, { crashAtCall, crash })
          expectWhole(rehearsal)
          if (isSequential(plan)) expect(ending(rehearsal)).toEqual(ending(whole))
        }
      }
    },
    MATRIX_MS,
  )

  test(
    'cancelled at any call, and dying at any later one, ends as cancelled with nothing left',
    async () => {
      for (const world of PAIRED_WORLDS) {
        const { calls } = await run(plan, world)
        for (let cancelAtCall = 0; cancelAtCall < calls; cancelAtCall++) {
          const whole = await run(plan, world, { cancelAtCall })
          for (let crashAtCall = cancelAtCall; crashAtCall < whole.calls; crashAtCall++) {
            const rehearsal = await run(plan, world, { cancelAtCall, crashAtCall, crash: 'continue' })
            expectWhole(rehearsal)
            if (rehearsal.result.outcome === 'cancelled') expect(rehearsal.result.left).toEqual([])
          }
        }
      }
    },
    MATRIX_MS,
  )
})
