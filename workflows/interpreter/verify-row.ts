// The verification of a run as a row of its step table: what it asks for, and where it was not met, what was seen last.
import type { VerifySpec } from '../../src/plan/plan.ts'
import type { StepRow } from '../../src/plan/run.ts'
import { setRow, type State, type Verified } from './state.ts'

export const VERIFY_ROW = 'verify'

export interface VerifyRow {
  readonly title: string
  end(verified: Verified, now: number): void
}

/** Puts the row into the table; a run that goes on from its state keeps the row's beginning. */
export function startVerifyRow(state: State, verify: VerifySpec, now: number): VerifyRow {
  const title = `Verify: ${verify.that.join(' and ')}`
  const before = state.rows[VERIFY_ROW]
  const startedAt = before?.status === 'running' ? before.startedAt : now
  const row: StepRow = {
    id: VERIFY_ROW,
    title,
    status: 'running',
    attempts: 1,
    startedAt,
    endedAt: null,
    code: null,
    message: null,
  }
  setRow(state, row)
  return { title, end: (verified, endedAt) => setRow(state, { ...row, ...found(verified), endedAt }) }
}

function found(verified: Verified): Pick<StepRow, 'status' | 'code' | 'message'> {
  switch (verified.kind) {
    case 'cancelled':
      return { status: 'cancelled', code: null, message: null }
    case 'failed':
      return { status: 'failed', code: 'verify-could-not-run', message: verified.failure.message }
    case 'report': {
      const { held, unmet } = verified.report
      if (held) return { status: 'completed', code: null, message: null }
      return { status: 'failed', code: 'verify-did-not-hold', message: unmetText(unmet) }
    }
  }
}

/** Says which conditions were last seen how; the same words in the row and in the outcome. */
export const unmetText = (unmet: readonly { readonly that: string; readonly seen: string }[]): string =>
  unmet.map(({ that, seen }) => `\`${that}\` (seen: ${seen})`).join('; ')
