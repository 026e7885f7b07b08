// What a caller is told when the engine could not answer; everything else is a bug, and told to the log.

export interface HttpError {
  readonly status: 400 | 404 | 409 | 503
  readonly code: string
  readonly message: string
}

/** A request that is wrong in itself. */
export class BadRequest extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadRequest'
  }
}

/** Answers the response of an error that is no bug; null for one that is. */
export function toHttpError(error: unknown): HttpError | null {
  if (!(error instanceof Error)) return null
  if (error.name === 'BadRequest') return { status: 400, code: 'bad-request', message: error.message }
  if (error.name !== 'EngineError' || !('kind' in error)) return null
  switch (error.kind) {
    case 'not-found':
      return { status: 404, code: 'not-found', message: error.message }
    case 'refused':
    case 'too-large':
      return { status: 409, code: String(error.kind), message: error.message }
    case 'unreachable':
    case 'stuck':
      return { status: 503, code: String(error.kind), message: error.message }
    default:
      return null
  }
}
