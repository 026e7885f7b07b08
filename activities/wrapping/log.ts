import type { Json } from '../../src/plan/json.ts'
import type { Masker } from './mask.ts'

/** What activities need of a logger; pino fits. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Wraps a log so that no secret reaches it. */
export function maskedLog(log: Log, masker: Masker): Log {
  const masked =
    (write: Log['info']): Log['info'] =>
    (fields, message) =>
      write(masker.json(fields as Json) as object, masker.text(message))
  return {
    info: masked((fields, message) => log.info(fields, message)),
    warn: masked((fields, message) => log.warn(fields, message)),
    error: masked((fields, message) => log.error(fields, message)),
  }
}
