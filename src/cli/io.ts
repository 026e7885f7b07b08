// What a command line touches of its process, as a port: the program runs the same in a terminal, a pipe and a test.
// process-io.ts is the real one.

export interface Io {
  writeOut(text: string): void
  writeError(text: string): void
  /** Is stdout a terminal that can redraw lines? */
  readonly outIsTty: boolean
  /** Is stderr a terminal? */
  readonly errorIsTty: boolean
  /** Can a person answer a question here? */
  readonly canAsk: boolean
  readonly colors: boolean
  readonly columns: number
  now(): number
  /** Resolves early, without failing, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Asks on stderr; answers the line typed, trimmed. */
  ask(question: string): Promise<string>
  readStdin(): Promise<string>
  /** Calls back at each Ctrl-C until it is told to stop; without it, Ctrl-C ends the process at once. */
  onInterrupt(listener: () => void): () => void
  /** Ends the process now. */
  exit(code: number): void
  /** A live region of the terminal; loaded when it is needed. */
  live(): Promise<Live>
}

export interface Live {
  update(lines: readonly string[]): void
  /** Takes the region away and leaves these lines, all of them, however high the terminal is. */
  done(lines: readonly string[]): void
}
