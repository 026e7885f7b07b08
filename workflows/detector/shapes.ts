// What may be said to a detector. An update is refused before it becomes an event; a signal cannot be, so what does not fit
// is left out: an exception in a handler would fail the workflow task, again and again, and the detector with it.
import { ApplicationFailure } from '@temporalio/workflow'
import type { EndedMessage, Observation } from '../../src/guard/protocol.ts'
import type { Json } from '../../src/plan/json.ts'
import { readRunResult } from '../../src/plan/read-result.ts'
import { LIMITS } from '../../src/plan/run.ts'
import { bytesOf } from '../../src/plan/size.ts'

type Fields = Readonly<Record<string, unknown>>

const DESIRED = ['serving', 'failed', 'drained', 'stopped', 'spare']
const VERDICTS = ['healthy', 'suspect', 'failed', 'unknown']
const PHASES = ['pending', 'standing', 'over', 'unknown']
const NAME_LENGTH = 500

/** Fails: ApplicationFailure `rejected`, with what is missing. */
export function demandStart(message: unknown): void {
  const given = demandTexts(message, ['runbook', 'by', 'requestId'])
  demandThat(isMap(given['inputs']), '`inputs` must be one object with a value for each input')
  demandThat(bytesOf(given['inputs'] as Json) <= LIMITS.inputsBytes, `\`inputs\` may have ${LIMITS.inputsBytes} bytes`)
}

/** Fails: ApplicationFailure `rejected`. */
export function demandGrant(message: unknown): void {
  const given = demandTexts(message, ['workflowId', 'runId', 'runbook', 'target'])
  const { guard, startedBy, covers, limits, lock } = given
  demandThat(isMap(guard) && Array.isArray(guard['attempts']), '`guard` must be the guard of its plan')
  demandThat(isMap(startedBy) && isText(startedBy['kind']), '`startedBy` must say who started it')
  demandThat(covers === undefined || (Array.isArray(covers) && covers.every(isText)), '`covers` must be names')
  demandThat(limits === undefined || isMap(limits), '`limits` must be the limits of its cluster')
  demandThat(lock === null || isText(lock), '`lock` must be a name or null')
}

/** Fails: ApplicationFailure `rejected`. */
export function demandMark(message: unknown): void {
  const given = demandTexts(message, ['target', 'desired', 'key'])
  demandThat(DESIRED.includes(String(given['desired'])), `\`desired\` must be one of ${DESIRED.join(', ')}`)
  demandThat(typeof given['why'] === 'string' && given['why'].length <= 2_000, '`why` must be text')
}

/** Fails: ApplicationFailure `rejected`. */
export function demandMode(message: unknown): void {
  const given = demandTexts(message, ['mode', 'workflowId', 'key'])
  demandThat(typeof given['on'] === 'boolean', '`on` must be true or false')
  demandThat(typeof given['why'] === 'string' && given['why'].length <= 2_000, '`why` must be text')
}

/** Answers what of a signal is an observation. */
export const observationsIn = (batch: unknown): readonly Observation[] =>
  Array.isArray(batch) ? batch.filter(isObservation) : []

function isObservation(value: unknown): value is Observation {
  if (!isMap(value) || !Number.isFinite(value['at'])) return false
  switch (value['kind']) {
    case 'verdict':
      return (
        isText(value['target']) &&
        VERDICTS.includes(String(value['verdict'])) &&
        Number.isFinite(value['phi']) &&
        typeof value['evidence'] === 'string'
      )
    case 'symptom':
      return isSymptom(value)
    case 'observer':
      return typeof value['trusted'] === 'boolean' && typeof value['evidence'] === 'string'
    case 'shards':
      return Number.isInteger(value['count'])
    case 'mode':
      return isText(value['mode']) && Number.isFinite(value['heldAt']) && typeof value['evidence'] === 'string'
    case 'roster':
      return isRoster(value['roster'])
    default:
      return false
  }
}

const isSymptom = (value: Fields): boolean =>
  [value['symptom'], value['runbook'], value['target']].every(isText) &&
  (value['cause'] === 'condition' || value['cause'] === 'trend') &&
  (value['over'] === 'target' || value['over'] === 'cluster') &&
  PHASES.includes(String(value['phase'])) &&
  Number.isInteger(value['trigger']) &&
  Number.isFinite(value['rank']) &&
  typeof value['evidence'] === 'string' &&
  (value['forecast'] === undefined || isForecast(value['forecast']))

const isForecast = (value: unknown): boolean =>
  isMap(value) && ['value', 'reaches', 'dueAt', 'confidence'].every((name) => Number.isFinite(value[name]))

const isRoster = (value: unknown): boolean =>
  isMap(value) &&
  Array.isArray(value['nodes']) &&
  value['nodes'].every((node) => isMap(node) && isText(node['name'])) &&
  isMap(value['limits']) &&
  Number.isFinite(value['limits']['runsInFlight']) &&
  Number.isFinite(value['limits']['startsPerMinute']) &&
  Array.isArray(value['page'])

/** Answers whether a signal is a run's last word. */
export const isEnded = (message: unknown): message is EndedMessage =>
  isMap(message) &&
  isText(message['workflowId']) &&
  isMap(message['result']) &&
  Array.isArray(message['result']['left']) &&
  readRunResult({ status: 'COMPLETED', result: message['result'] }) !== null

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= NAME_LENGTH

function demandTexts(message: unknown, names: readonly string[]): Fields {
  const given = isMap(message) ? message : {}
  const list = names.map((name) => `\`${name}\``).join(', ')
  demandThat(
    names.every((name) => isText(given[name])),
    `the message must be one object with ${list} as text of at most ${NAME_LENGTH} characters`,
  )
  return given
}

function demandThat(holds: boolean, sentence: string): void {
  if (!holds) throw ApplicationFailure.nonRetryable(sentence, 'rejected')
}
