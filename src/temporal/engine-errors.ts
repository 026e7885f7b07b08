// Turns whatever the client throws into an EngineError with a sentence that says what to do. A bug stays what it is.
// What the server really throws, and when, is in temporal.md §13.1, §13.2 and §13.12.
import {
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client'
import { NamespaceNotFoundError, WorkflowNotFoundError } from '@temporalio/common'
import { EngineError } from './engine.ts'

/** What was being done, for the sentence: `ask \`x\` for its state`. */
export interface Attempt {
  readonly doing: string
  readonly address: string
  /** True where a worker must answer, not only the server. */
  readonly needsWorker?: boolean
}

// The status codes of gRPC (https://grpc.io/docs/guides/status-codes/) that are told apart.
const CANCELLED = 1
const INVALID_ARGUMENT = 3
const DEADLINE_EXCEEDED = 4
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const FAILED_PRECONDITION = 9
const UNAUTHENTICATED = 16

const TOO_LARGE = /size exceeds limit|larger than max|message too large/i

/** Answers the EngineError that this is, or the error itself where it is none of the server's doing. */
export function toEngineError(error: unknown, attempt: Attempt): unknown {
  if (error instanceof EngineError) return error
  const say = (kind: EngineError['kind'], why: string): EngineError =>
    new EngineError(kind, `could not ${attempt.doing}: ${why}`, { cause: error })

  if (error instanceof NamespaceNotFoundError)
    return say(
      'refused',
      `there is no namespace \`${error.namespace}\`; create it, or name another one in the settings`,
    )
  if (error instanceof WorkflowNotFoundError)
    return /already completed/.test(error.message)
      ? say('refused', 'it has already ended; `phix show` tells how')
      : say('not-found', 'there is no such run; `phix list` shows those there are')
  if (error instanceof WorkflowUpdateFailedError)
    return new EngineError('refused', error.cause?.message ?? error.message, { cause: error })
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return noAnswer(say, attempt)
  if (error instanceof QueryNotRegisteredError)
    return TOO_LARGE.test(error.message)
      ? say('too-large', 'its answer is larger than Temporal carries; see its history in Temporal’s UI')
      : say('refused', `it is none of Phix's, or of another version (${error.message})`)
  if (error instanceof QueryRejectedError)
    return say('refused', 'it is paused in Temporal itself; `temporal workflow unpause` lets it go on')

  const status = grpcStatusOf(error)
  return status === null ? error : fromStatus(status, say, attempt)
}

type Say = (kind: EngineError['kind'], why: string) => EngineError

function fromStatus({ code, details }: { code: number; details: string }, say: Say, attempt: Attempt): EngineError {
  switch (code) {
    case DEADLINE_EXCEEDED:
    case CANCELLED:
      return noAnswer(say, attempt)
    case NOT_FOUND:
      return say('not-found', `the server knows no such thing (${details})`)
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return say('refused', `the server does not let us (${details}); check the key or certificate`)
    case INVALID_ARGUMENT:
    case RESOURCE_EXHAUSTED:
      if (TOO_LARGE.test(details)) return say('too-large', `it is larger than Temporal carries (${details}); send less`)
      return code === INVALID_ARGUMENT
        ? say('refused', `the server does not take it (${details})`)
        : say('unreachable', `the server is over its limits (${details}); try again in a moment`)
    case FAILED_PRECONDITION:
      if (/Workflow Task in failed state/.test(details))
        return say(
          'stuck',
          'its workflow task fails, which is a bug in Phix or a changed worker; see `phix show` and the worker’s log',
        )
      return say('refused', `not in the state it is in (${details})`)
    default:
      return say(
        'unreachable',
        `no Temporal server answers at \`${attempt.address}\` (${details}); start one with \`phix up\`, or check the address`,
      )
  }
}

const noAnswer = (say: Say, { address, needsWorker }: Attempt): EngineError =>
  needsWorker
    ? say('unreachable', 'no worker answered in time; is one running? `phix up` or `phix worker` starts one')
    : say(
        'unreachable',
        `no Temporal server answered at \`${address}\` in time; start one with \`phix up\`, or check the address`,
      )

/** The gRPC status may be the error itself or the cause of the client's own ServiceError. */
function grpcStatusOf(error: unknown): { code: number; details: string } | null {
  if (isGrpcServiceError(error)) return { code: error.code, details: error.details }
  if (error instanceof ServiceError && error.cause !== undefined) return grpcStatusOf(error.cause)
  if (error instanceof Error && error.name === 'AbortError') return { code: CANCELLED, details: error.message }
  return null
}
