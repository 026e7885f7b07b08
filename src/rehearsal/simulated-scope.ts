// Cancellation as Temporal's scopes have it: it goes down, never up, and stops at a shield.
import { AsyncLocalStorage } from 'node:async_hooks'

export interface SimulatedScope {
  readonly isCancelled: boolean
  cancel(): void
  /** Calls back when it is cancelled. Answers a function that takes it back. */
  onCancel(call: () => void): () => void
}

const current = new AsyncLocalStorage<SimulatedScope>()

export function createScope(options: { readonly shield: boolean }): SimulatedScope {
  const calls = new Set<() => void>()
  const outer = options.shield ? undefined : current.getStore()
  let cancelled = outer?.isCancelled ?? false
  const scope: SimulatedScope = {
    get isCancelled() {
      return cancelled
    },
    cancel() {
      if (cancelled) return
      cancelled = true
      for (const call of [...calls]) call()
    },
    onCancel(call) {
      calls.add(call)
      return () => calls.delete(call)
    },
  }
  outer?.onCancel(() => scope.cancel())
  return scope
}

export const currentScope = (): SimulatedScope | undefined => current.getStore()
export const runInScope = <T>(scope: SimulatedScope, body: () => Promise<T>): Promise<T> => current.run(scope, body)
