// `phix follow`: watches a run until it ends, through restarts of everything else.
import type { Engine, RunSummary } from '../../temporal/engine.ts'
import { CliError, isEngineError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import { followRun } from '../follow-run.ts'
import { duration } from '../program-options.ts'
import type { Context, Verb } from '../verb.ts'

interface Options {
  readonly latest?: boolean
  readonly timeout: number
  readonly every: number
}

export const follow: Verb<Options> = {
  name: 'follow',
  summary: 'Watch a run until it ends.',
  examples: [
    ['phix follow --latest', 'the open run, or the next one that appears'],
    ['phix follow single-node-recovery/node-2', 'the beginning of an id is enough'],
    ['phix follow --latest --json', 'one JSON object a change'],
  ],
  declare: (command) =>
    command
      .argument('[run]', 'the id of a run, or its beginning')
      .option('--latest', 'the newest open run; waits for one where none is open')
      .addOption(duration('--timeout <duration>', 'give up watching after this long', '1h'))
      .addOption(duration('--every <duration>', 'look this often', '500ms')),
  async run(context, { latest, timeout, every }, word) {
    const { io, out } = context
    const until = io.now() + timeout
    const connected = await connectPatiently(context, until, every)
    if (connected === null) return EXIT.interrupted
    const run =
      word === undefined && latest === true
        ? await waitForOpenRun(context, connected, until, every)
        : await findRun(connected, word as string | undefined, false)
    if (run === null) return EXIT.interrupted
    return followRun(connected, io, out, run.workflowId, { pollMs: every, timeoutMs: Math.max(0, until - io.now()) })
  },
}

/** Connects, also to an engine that is away now and comes back; null where the person went away first. */
async function connectPatiently(
  { deps, io, out, engine }: Context,
  until: number,
  everyMs: number,
): Promise<Engine | null> {
  try {
    return await engine()
  } catch (error) {
    if (!isEngineError(error) || error.kind !== 'unreachable') throw error
    out.say(`! ${error.message}; trying again`)
    const found = await poll(io, until, Math.max(everyMs, 1_000), () => deps.engine().catch(() => null))
    if (found === 'late') throw error
    return found
  }
}

/** Waits for a run to be open; null where the person went away first. Fails: timedOut. */
async function waitForOpenRun(
  { io, out }: Context,
  engine: Engine,
  until: number,
  everyMs: number,
): Promise<RunSummary | null> {
  let lost = false
  const newestOpen = async (): Promise<RunSummary | null> => {
    try {
      const [newest] = await engine.listRuns({ open: true, limit: 1 })
      lost = false
      return newest ?? null
    } catch (error) {
      if (!isEngineError(error) || error.kind !== 'unreachable') throw error
      if (!lost) out.say(`! ${error.message}; trying again`)
      lost = true
      return null
    }
  }
  const now = await newestOpen()
  if (now !== null) return now
  if (!lost) out.say('No run is open. Waiting for the next one that starts; Ctrl-C stops waiting.')
  const found = await poll(io, until, everyMs, newestOpen)
  if (found !== 'late') return found
  throw new CliError(
    'timedOut',
    'No run started in the time given.',
    `See what was decided with \`phix history\`, and older runs with \`phix list\`; wait longer with --timeout 2h.`,
  )
}

/** Asks again and again; null where the person went away, `late` where the time is over. */
async function poll<T>(
  io: Context['io'],
  until: number,
  everyMs: number,
  ask: () => Promise<T | null>,
): Promise<T | null | 'late'> {
  const abort = new AbortController()
  const stopListening = io.onInterrupt(() => abort.abort())
  try {
    while (io.now() < until) {
      await io.sleep(everyMs, abort.signal)
      if (abort.signal.aborted) return null
      const found = await ask()
      if (found !== null) return found
    }
    return 'late'
  } finally {
    stopListening()
  }
}
