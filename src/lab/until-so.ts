// Waits for the world, with a deadline.
import { setTimeout as sleep } from 'node:timers/promises'
import { askJson } from './ask.ts'
import type { LabNode } from './layout.ts'

const LOOK_AGAIN_MS = 50
const LIMIT_MS = 10_000

/** Resolves once the condition holds. Fails with what did not become so. */
export async function untilSo(condition: () => Promise<boolean>, what: string, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so within ${limitMs / 1_000} s: ${what}`)
    await sleep(LOOK_AGAIN_MS)
  }
}

export const untilHealthy = ({ name, address }: LabNode): Promise<void> =>
  untilSo(async () => (await askJson(`${address}/api/v1/health`, 1_000)) !== null, `\`${name}\` is healthy`)
