// A lab node's configuration: a file that it reads and checks at start, on SIGHUP and on PUT. A file that does not pass
// ends a start and is refused by everything else, so the running values are always ones that passed.
import { readFileSync } from 'node:fs'
import { writeWhole } from '../write-whole.ts'

export interface NodeConfig {
  readonly version: number
  readonly values: Readonly<Record<ValueName, number>>
}

/** Every value with its limits: `[least, most, as provisioned]`. */
const VALUES = {
  /** Tokens in an answer of `/api/generate`. */
  tokens: [1, 256, 8],
  /** Pause after each token. */
  token_delay_ms: [0, 10_000, 4],
  /** Rounds of key stretching for each token: the work that takes CPU. */
  token_work: [0, 100_000, 400],
  max_prompt_bytes: [1, 8_388_608, 8_388_608],
  /** What the process may keep resident before it refuses to generate. */
  memory_limit_mb: [64, 4_096, 256],
  /** What may lie in its spool folder. */
  disk_quota_kb: [64, 1_048_576, 4_096],
  /** Votes that make a leader; less than a majority of the voters permits two. */
  quorum: [1, 99, 3],
} as const
export type ValueName = keyof typeof VALUES

export const PROVISIONED_CONFIG: NodeConfig = {
  version: 1,
  values: Object.fromEntries(
    Object.entries(VALUES).map(([name, [, , value]]) => [name, value]),
  ) as NodeConfig['values'],
}

/** Checks a configuration; answers what is wrong with it, nothing where it passes. */
export function problemsOf(config: unknown): readonly string[] {
  if (!isObject(config) || !isObject(config['values'])) return ['it is not `{"version", "values"}`']
  const { version, values } = config as { version: unknown; values: Record<string, unknown> }
  const problems = Number.isSafeInteger(version) ? [] : ['`version` is not a whole number']
  for (const name of Object.keys(values)) if (!(name in VALUES)) problems.push(`\`${name}\` is not known`)
  for (const [name, [least, most]] of Object.entries(VALUES)) {
    const value = values[name]
    if (!Number.isInteger(value) || Number(value) < least || Number(value) > most)
      problems.push(`\`${name}\` is not a whole number from ${least} to ${most}`)
  }
  return problems
}

/** Reads and checks the file. Fails with one message that names the file and every problem. */
export function readConfig(path: string): NodeConfig {
  const config = parse(path)
  const problems = problemsOf(config)
  if (problems.length > 0) throw new Error(`\`${path}\` is no configuration: ${problems.join('; ')}`)
  return config as NodeConfig
}

export const writeConfig = (path: string, config: NodeConfig): void =>
  writeWhole(path, `${JSON.stringify(config, null, 2)}\n`)

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`\`${path}\` cannot be read as JSON`, { cause })
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
