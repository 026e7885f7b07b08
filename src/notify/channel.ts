// The port of every channel: one message to one address. What a message says of the world came from outside, so each channel
// escapes it for its own medium. A folder of files, one a channel; open-channel.ts knows them all.
import type { NotifyForm } from '../plan/run.ts'
import type { Severity } from '../plan/plan.ts'

export interface Message {
  /** A UUID, the same whenever the same message goes to the same address: receivers can drop the second. */
  readonly id: string
  /** A UUID, the same for all messages of one run: they belong together. */
  readonly thread: string
  /** Epoch ms. */
  readonly at: number
  readonly severity: Severity
  readonly form: NotifyForm
  readonly cluster: string
  readonly target: string
  /** Id of the run, or of the detector. */
  readonly run: string
  readonly step: string
  readonly text: string
  /** What a person can type. */
  readonly commands: readonly string[]
}

export interface Channel {
  /** Resolves when the receiver has taken it. Fails: ChannelError. */
  send(message: Message, to: string | null): Promise<void>
}

/** One wait of a channel; together they stay below the activity's own deadline. */
export const CHANNEL_DEADLINE_MS = 4_000

/** Why a channel did not take a message, and whether trying again could help. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError'
  readonly isRetryable: boolean
  constructor(message: string, { isRetryable, cause }: { isRetryable: boolean; cause?: unknown }) {
    super(message, { cause })
    this.isRetryable = isRetryable
  }
}
