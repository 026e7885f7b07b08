// Which run, step and decision the code that logs is working for. Every line that is written meanwhile carries it,
// whoever writes it; so a log can be read run by run.
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Correlation {
  /** Workflow id. */
  readonly run?: string
  readonly runbook?: string
  /** Step id with the iteration's key. */
  readonly step?: string
  readonly decision?: string
  readonly cluster?: string
  readonly target?: string
}

const current = new AsyncLocalStorage<Correlation>()

/** Runs the work; its log lines carry these ids. */
export const correlated = <T>(ids: Correlation, work: () => T): T =>
  current.run({ ...current.getStore(), ...ids }, work)

/** Answers the ids of the work under way. */
export const correlation = (): Correlation => current.getStore() ?? {}
