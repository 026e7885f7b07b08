// The real process as an Io. Settings of the terminal come from src/config, the only reader of the environment.
import { setTimeout as wait } from 'node:timers/promises'
import type { TerminalEnvironment } from '../config/read-terminal.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'

/** Wraps this process. A reader that went away (`phix list | head -1`) ends it quietly. */
export function createProcessIo(terminal: TerminalEnvironment): Io {
  process.stdout.on('error', endOnClosedPipe)
  const canRedraw = !terminal.dumb
  return {
    writeOut: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    // A terminal without a height (a bare pty) has no room to redraw in.
    outIsTty: Boolean(process.stdout.isTTY) && canRedraw && process.stdout.rows > 0,
    errorIsTty: Boolean(process.stderr.isTTY) && canRedraw,
    canAsk: Boolean(process.stdin.isTTY) && Boolean(process.stderr.isTTY),
    colors: terminal.forceColor || (Boolean(process.stdout.isTTY) && !terminal.noColor && !terminal.dumb),
    columns: process.stdout.columns ?? 80,
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
    },
    ask,
    readStdin,
    onInterrupt: (listener) => {
      process.on('SIGINT', listener)
      return () => void process.off('SIGINT', listener)
    },
    exit: (code) => process.exit(code),
    live: async () => {
      const { createLogUpdate } = await import('log-update')
      const log = createLogUpdate(process.stdout)
      return {
        update: (lines) => log(lines.join('\n')),
        done: (lines) => {
          log.clear()
          log.done()
          process.stdout.write(`${lines.join('\n')}\n`)
        },
      }
    },
  }
}

function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  // Readline takes Ctrl-C for itself; it means here what it means everywhere.
  reader.on('SIGINT', () => process.exit(EXIT.interrupted))
  // Ctrl-D, or a terminal that went away, is no answer, and no answer is not yes.
  const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('')))
  try {
    return (await Promise.race([reader.question(question), closed])).trim()
  } finally {
    reader.close()
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
