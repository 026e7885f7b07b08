// Logs: one JSON object a line, or short lines for a person. Secrets are masked by value where the line leaves, so that
// neither a message, a stack nor an argument lets one through.
import { pino, type DestinationStream, type Logger } from 'pino'
import { correlation } from './correlation.ts'

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'pretty'
  /** Takes every secret out of a line that is about to leave. */
  readonly mask?: (line: string) => string
  /** Where lines go; stderr by default, because stdout carries data. */
  readonly write?: (line: string) => void
}

/** Creates the logger of a process. */
export function createLogger({ level, format, mask = (line) => line, write = toStderr }: LoggerOptions): Logger {
  const destination: DestinationStream = {
    write: (line) => write(mask(format === 'json' ? line : toPretty(line))),
  }
  return pino(
    {
      level,
      base: null,
      mixin: correlation,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
}

const toStderr = (line: string): void => void process.stderr.write(line)

interface Entry {
  readonly level: string
  readonly time: string
  readonly msg?: string
  readonly err?: { readonly stack?: string; readonly message?: string }
}

/** Writes `12:00:00 info  message key=value`; an entry stays one line, whatever its values hold. */
function toPretty(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Entry & Readonly<Record<string, unknown>>
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const trouble =
    err === undefined
      ? []
      : [
          `err=${JSON.stringify(err.message ?? '')}`,
          ...(err.stack === undefined ? [] : [`stack=${JSON.stringify(err.stack)}`]),
        ]
  // JSON's own spelling of control characters, without the quotes: readable, and never obeyed by a terminal.
  const text = JSON.stringify(msg ?? '')
    .slice(1, -1)
    .replaceAll('\\"', '"')
  return `${[time.slice(11, 19), level.padEnd(5), text, ...facts, ...trouble].join(' ')}\n`
}
