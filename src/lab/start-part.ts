// Starts one process of the lab where it does not run, and waits until it does its work.
import { readFileSync } from 'node:fs'
import { factsOf } from '../processes/process-facts.ts'
import { askJson } from './ask.ts'
import type { Part } from './lab-parts.ts'
import { untilSo } from './until-so.ts'

const START_LIMIT_MS = 15_000
const ANSWER_LIMIT_MS = 600

export interface Started {
  readonly name: string
  readonly outcome: 'started' | 'adopted' | 'failed'
  readonly pid: number | null
  /** Why it failed; '' else. */
  readonly reason: string
}

/** Starts a part, or leaves it alone where it runs. A part that does not come up is an answer with its reason. */
export async function startPart(part: Part, log: string): Promise<Started> {
  try {
    const { started, pid } = await part.control.start(part.node, AbortSignal.timeout(START_LIMIT_MS))
    if (started) await untilAnswers(part, pid, log)
    return { name: part.name, outcome: started ? 'started' : 'adopted', pid, reason: '' }
  } catch (error) {
    return { name: part.name, outcome: 'failed', pid: null, reason: (error as Error).message }
  }
}

async function untilAnswers({ name, healthUrl }: Part, pid: number, log: string): Promise<void> {
  const answers = async (): Promise<boolean> => {
    if ((factsOf(pid)?.state ?? 'zombie') === 'zombie') throw new Error(`${lastLine(log)} (\`${log}\`)`)
    // Another program may answer on a port that this one found taken.
    return healthUrl === null || (await askJson<{ pid: number }>(healthUrl, ANSWER_LIMIT_MS))?.pid === pid
  }
  await untilSo(answers, `\`${name}\` answers`, START_LIMIT_MS)
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? ''
  } catch {
    return 'it ended and said nothing'
  }
}
