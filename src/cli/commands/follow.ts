// `phix follow`: watches a run until it ends, through restarts of everything else.
import type { Engine, RunSummary } from '../../temporal/engine.ts'
import { CliError, isEngineError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import { followRun } from '../follow-run.ts'
import { formatAgo } from '../format-time.ts'
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
    ['phix follow --latest', 'what is going on, has just ended, or comes next'],
    ['phix follow single-node-recovery/node-2', 'the beginning of an id is enough'],
    ['phix follow --latest --json', 'one JSON object a change'],
  ],
  declare: (command) =>
    command
      .argument('[run]', 'the id of a run, or its beginning')
      .option('--latest', 'the newest open run, else one that ended in the last 15 s, else the next')
      .addOption(duration('--timeout <duration>', 'give up watching after this long', '1h'))
      .addOption(duration('--every <duration>', 'look this often', '500ms')),
  async run(context, { latest, timeout, every }, word) {
    const { io, out } = context
    const until = io.now() + timeout
    const connected = await connectPatiently(context, until, every)
    if (connected === null) return EXIT.interrupted
    const run =
      word === undefined && latest === true
        ? await latestRun(context, connected, until, every)
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

/** Chooses the run that `--latest` means, waits for one where there is none, and says which; null where the person went away. */
async function latestRun(context: Context, engine: Engine, until: number, everyMs: number): Promise<RunSummary | null> {
  const { io, out } = context
  const began = io.now()
  const look = createLook(context, engine)
  const first = await look()
  const now = first === null ? null : (moving(first) ?? startedSince(first, began) ?? null)
  const ended = first === null ? null : justEnded(first, began)
  if (now === null && ended !== null)
    out.say(
      `${ended.workflowId} ended ${formatAgo(ended.closedAt ?? began, began)}. Looking whether another one starts …`,
    )
  const waits = first?.open[0] ?? null
  if (first !== null && now === null && ended === null && waits === null)
    out.say('No run is open. Waiting for the next one that starts; Ctrl-C stops waiting.')
  // What has ended or waits is shown only once it is clear that nothing follows at its heels.
  const older = ended ?? waits
  const patience = older === null ? until : Math.min(until, began + NEXT_WITHIN_MS)
  const next = async (): Promise<RunSummary | null> => {
    const seen = await look()
    return seen === null ? null : (moving(seen) ?? startedSince(seen, began) ?? null)
  }
  const found = now ?? (await poll(io, patience, everyMs, next))
  if (found === null) return null
  const chosen = found === 'late' ? older : found
  if (chosen !== null) {
    const sentence = sentenceOf(chosen, io.now(), first?.open.length ?? 0)
    if (sentence !== null) out.say(sentence)
    return chosen
  }
  throw new CliError(
    'timedOut',
    'No run started in the time given.',
    `See what was decided with \`phix history\`, and older runs with \`phix list\`; wait longer with --timeout 2h.`,
  )
}

/** A run can end faster than a person types `follow`. */
const JUST_ENDED_MS = 15_000
/** As long as it takes from a fault to its run: what ended before is not meant by who has just broken something else. */
const NEXT_WITHIN_MS = 6_000

interface Seen {
  readonly open: readonly RunSummary[]
  readonly newest: RunSummary | null
}

/** Looks at the runs; null while the engine is away, which is told once. */
function createLook({ out }: Context, engine: Engine): () => Promise<Seen | null> {
  let lost = false
  return async () => {
    try {
      const [open, all] = await Promise.all([engine.listRuns({ open: true, limit: 50 }), engine.listRuns({ limit: 1 })])
      lost = false
      return { open, newest: all[0] ?? null }
    } catch (error) {
      if (!isEngineError(error) || error.kind !== 'unreachable') throw error
      if (!lost) out.say(`! ${error.message}; trying again`)
      lost = true
      return null
    }
  }
}

const moving = ({ open }: Seen): RunSummary | undefined => open.find(({ waiting }) => !waiting)

const startedSince = ({ newest }: Seen, began: number): RunSummary | undefined =>
  newest !== null && newest.startedAt > began ? newest : undefined

const justEnded = ({ newest }: Seen, began: number): RunSummary | null =>
  newest !== null && newest.closedAt !== null && newest.closedAt > began - JUST_ENDED_MS ? newest : null

/** Says which run it is where that could be asked; null where there is only one it could be. */
function sentenceOf({ workflowId, closedAt, waiting }: RunSummary, nowMs: number, openCount: number): string | null {
  if (closedAt !== null) return `${workflowId} ended ${formatAgo(closedAt, nowMs)}.`
  if (waiting) return `Nothing else goes on, but ${workflowId} waits for a person.`
  return openCount > 1 ? `${openCount} runs are open (phix list --open); this is ${workflowId}.` : null
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
