// Temporal's log lines in our log: one format, one level, one mask.
import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/worker'
import type { Logger } from 'pino'

/** Answers a logger for Temporal's runtime that writes to ours. */
export function toTemporalLogger(log: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta?: LogMetadata): void => {
    const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const
    const { workflowId, ...rest } = meta ?? {}
    // One name for one id in every line, whoever wrote it.
    log[levels[level]]({ ...(workflowId !== undefined && { run: workflowId }), ...rest }, message)
  }
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  }
}
