// Every call to the server goes through here: it has a deadline, what it sends is sized first, and its errors are ours.
// Why: an update over 1 MB and a call to a server that is away both hang for tens of seconds (temporal.md §13.12).
import type { Client } from '@temporalio/client'
import { EngineError } from './engine.ts'
import { toEngineError, type Attempt } from './engine-errors.ts'

export interface Calls {
  readonly client: Client
  /** Runs the call within a deadline. Fails: as engine-errors.ts says. */
  readonly within: <T>(deadlineMs: number, attempt: Omit<Attempt, 'address'>, call: () => Promise<T>) => Promise<T>
}

/** How long the server may take to answer; and a worker behind it. */
export const SERVER_MS = 5000
export const WORKER_MS = 10_000

export function createCalls(client: Client, address: string): Calls {
  return {
    client,
    async within(deadlineMs, attempt, call) {
      try {
        // The deadline bounds one request, the signal the client's retries of it.
        const signal = AbortSignal.timeout(deadlineMs)
        return await client.withDeadline(Date.now() + deadlineMs, () => client.withAbortSignal(signal, call))
      } catch (error) {
        throw toEngineError(error, { ...attempt, address })
      }
    },
  }
}

/** Answers the value where its JSON fits. Fails: too-large. */
export function sized<T>(value: T, limitBytes: number, what: string): T {
  const bytes = Buffer.byteLength(JSON.stringify(value))
  if (bytes <= limitBytes) return value
  throw new EngineError('too-large', `${what} is ${bytes} bytes, and at most ${limitBytes} are sent; send less`)
}
