// From how the steps ended to the outcome: the closed list of rules.md, Endings, each with a code and a sentence.
import type { Failure } from '../../src/plan/manifest.ts'
import type { Outcome } from '../../src/plan/run.ts'
import type { Flow } from './flow.ts'
import type { State, Verified } from './state.ts'
import { unmetText } from './verify-row.ts'

export interface Ending {
  readonly outcome: Outcome
  readonly code: string
  readonly message: string
  readonly failure: Failure | null
}

/** Whether the steps ended well, so that only `verify` can still say no. */
export const wentWell = (flow: Flow): boolean => flow.kind === 'next' || flow.kind === 'ended'

/** Answers the outcome of a run whose steps, undo, `finally` and verify are over. */
export function outcomeOf(state: State, undoWasDue: boolean): Ending {
  const ending = endingOf(state)
  if (!undoWasDue || state.stuck.length === 0) return ending
  const stuck = state.stuck.map(({ stepId, why }) => `\`${stepId}\` (${why})`).join('; ')
  const code = ending.code === 'uncertain' ? 'uncertain' : 'undo-failed'
  const message = `${ending.message} These changes are still in the world: ${stuck}.`
  return { ...ending, outcome: 'needs-human', code, message }
}

/** How the run ended, whatever became of its undo. */
export function endingOf(state: State): Ending {
  const flow = state.ending
  if (flow === null) throw new Error('a run has no outcome before its steps ended')
  if (state.cancel !== null && flow.kind !== 'unresolved') return cancelled(state.cancel)
  switch (flow.kind) {
    case 'failed':
      return {
        outcome: 'failed',
        code: flow.failure.code,
        message: `\`${flow.step}\` failed: ${flow.failure.message}`,
        failure: flow.failure,
      }
    case 'cancelled':
      return { outcome: 'cancelled', code: 'cancelled', message: flow.message, failure: null }
    case 'rejected':
      return { outcome: 'rejected', code: flow.code, message: flow.message, failure: null }
    case 'unresolved': {
      const message = `Nobody knows whether \`${flow.step}\` happened: ${flow.failure.message}`
      return { outcome: 'needs-human', code: 'uncertain', message, failure: flow.failure }
    }
    case 'next':
    case 'ended':
      return goodEnding(state, flow)
  }
}

const cancelled = ({ by, why }: NonNullable<State['cancel']>): Ending => ({
  outcome: 'cancelled',
  code: 'cancelled',
  message: `${by} cancelled the run${why === null ? '.' : `: ${why}`}`,
  failure: null,
})

function goodEnding(state: State, flow: Flow & { readonly kind: 'next' | 'ended' }): Ending {
  const after = state.finallyFlow
  if (after !== null && after.kind !== 'next') {
    const failure: Failure =
      'failure' in after ? after.failure : { code: 'exhausted', message: '`finally` did not end in time' }
    const message = `The steps are done, but \`finally\` failed: ${failure.message}`
    return { outcome: 'failed', code: 'finally-failed', message, failure }
  }
  if (flow.kind === 'ended' && flow.outcome === 'recovered') {
    const message = flow.message ?? 'The cause was already gone; nothing was changed.'
    return { outcome: 'recovered', code: 'nothing-to-do', message, failure: null }
  }
  return verifiedEnding(state.verified, flow.kind === 'ended' ? flow.message : null)
}

function verifiedEnding(verified: Verified | null, said: string | null): Ending {
  if (verified === null) {
    const message = said ?? 'All steps are done; the runbook verifies nothing.'
    return { outcome: 'effective', code: 'not-verified', message, failure: null }
  }
  switch (verified.kind) {
    case 'failed': {
      const message = `Whether it helped could not be verified: ${verified.failure.message}`
      return { outcome: 'ineffective', code: 'verify-could-not-run', message, failure: verified.failure }
    }
    case 'cancelled':
      return { outcome: 'cancelled', code: 'cancelled', message: 'The run was cancelled.', failure: null }
    case 'report': {
      const { held, unmet } = verified.report
      if (held) return { outcome: 'effective', code: 'verified', message: said ?? 'Verified.', failure: null }
      const message = `All steps are done, but what verify asks for did not hold: ${unmetText(unmet)}`
      return { outcome: 'ineffective', code: 'verify-did-not-hold', message, failure: null }
    }
  }
}
