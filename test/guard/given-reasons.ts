// Reads out of the source text which reasons the guard can give, and with which kind of decision.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface GivenReason {
  readonly kind: string
  readonly reason: string
}

const FOLDER = join(import.meta.dirname, '../../src/guard')
/** What is not written as `kind: '…', reason: '…'` in the text, because it is worked out. */
const WORKED_OUT: readonly GivenReason[] = [
  { kind: 'shadowed', reason: 'observe' },
  { kind: 'shadowed', reason: 'suggest' },
  { kind: 'refused', reason: 'no-runbook' },
  { kind: 'refused', reason: 'bad-inputs' },
]

/** Answers every reason with its kind. Fails where a reason stands in the text without a kind before it. */
export function readGivenReasons(): readonly GivenReason[] {
  const written = readdirSync(FOLDER).flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8')
    const pairs = [...text.matchAll(/kind: '([a-z]+)',\s+reason: '([a-z-]+)'/g)]
    const alone = [...text.matchAll(/reason: '/g)].length - pairs.length
    if (alone > 0) throw new Error(`${file}: write \`kind\` right before \`reason\`, so that this test can read both`)
    return pairs.map(([, kind = '', reason = '']) => ({ kind, reason }))
  })
  return [...written, ...WORKED_OUT]
}
