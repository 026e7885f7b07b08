// `--input key=value` words as the typed inputs of a runbook: the plan says the type, the text never decides it.
import type { Json } from '../plan/json.ts'
import type { InputSpec } from '../plan/plan.ts'
import { CliError } from './cli-error.ts'
import { parseDuration } from './format-time.ts'

/** Splits `key=value` words. Fails: usage on a word without `=`, or a key given twice. */
export function splitInputs(words: readonly string[]): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1) throw new CliError('usage', `\`--input ${word}\` has no value.`, 'Write it as `--input KEY=VALUE`.')
    const key = word.slice(0, at)
    if (given.has(key)) throw new CliError('usage', `The input \`${key}\` is given twice.`, 'Keep one of them.')
    given.set(key, word.slice(at + 1))
  }
  return given
}

/**
 * Reads the inputs of a run: typed, defaults filled in, nothing unknown, nothing missing. All mistakes at once.
 * Limits and inventory names are checked where the run is decided; this is what can be known from the plan.
 */
export function readInputs(specs: readonly InputSpec[], words: readonly string[]): Readonly<Record<string, Json>> {
  const given = splitInputs(words)
  const mistakes: string[] = []
  for (const key of given.keys())
    if (!specs.some(({ name }) => name === key)) mistakes.push(`\`${key}\` is no input of this runbook`)
  const inputs: [string, Json][] = []
  for (const spec of specs) {
    const text = given.get(spec.name)
    if (text !== undefined) {
      const value = readValue(spec, text)
      if (value === undefined) mistakes.push(`\`${spec.name}\` must be ${EXPECTED[spec.type]}, this is \`${text}\``)
      else inputs.push([spec.name, value])
    } else if (spec.default !== null) inputs.push([spec.name, spec.default])
    else if (spec.required) mistakes.push(`\`${spec.name}\` (${spec.type}) is missing`)
  }
  if (mistakes.length === 0) return Object.fromEntries(inputs)
  const known = specs.map(({ name, type, required }) => `${name} (${type}${required ? '' : ', optional'})`).join(', ')
  throw new CliError(
    'usage',
    `The inputs do not fit: ${mistakes.join('; ')}.`,
    known === '' ? 'It takes no inputs.' : `It takes: ${known}.`,
  )
}

const EXPECTED: Readonly<Record<InputSpec['type'], string>> = {
  string: 'a text',
  node: 'the name of a node',
  service: 'the name of a service',
  cluster: 'the name of a cluster',
  enum: 'one of its words',
  int: 'a whole number',
  number: 'a number',
  bool: '`true` or `false`',
  duration: 'a duration such as `30s` or `1h30m`',
  list: 'a JSON list',
  map: 'a JSON map',
}

function readValue(spec: InputSpec, text: string): Json | undefined {
  switch (spec.type) {
    case 'string':
      return text
    case 'enum':
    case 'node':
    case 'service':
    case 'cluster':
      return text === '' ? undefined : text
    case 'int': {
      const value = Number(text)
      return /^-?\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined
    }
    case 'number':
      return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'duration':
      return parseDuration(text) ?? undefined
    case 'list': {
      const value = readJson(text)
      return Array.isArray(value) ? value : undefined
    }
    case 'map': {
      const value = readJson(text)
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
    }
  }
}

/** Reads JSON; undefined where it is none. */
export function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Collects an option that may be given several times. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
]
