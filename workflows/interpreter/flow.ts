import type { Failure } from '../../src/plan/manifest.ts'

/** How a step or a block went on. Only `next` lets the following step run. */
export type Flow =
  | { readonly kind: 'next' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly step: string }
  | { readonly kind: 'ended'; readonly outcome: 'recovered' | 'effective'; readonly message: string | null }
  | { readonly kind: 'rejected'; readonly code: 'rejected' | 'gate-deadline'; readonly message: string }
  | { readonly kind: 'cancelled'; readonly message: string }
  /** A change may or may not have happened, and nobody found out. */
  | { readonly kind: 'unresolved'; readonly failure: Failure; readonly step: string }

export const NEXT: Flow = { kind: 'next' }
export const CANCELLED: Flow = { kind: 'cancelled', message: 'The run was cancelled.' }
