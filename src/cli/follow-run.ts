// Follows one run to its end: redraws a table on a terminal, writes a line per change elsewhere, and goes on through
// everything that goes away and comes back. It only watches: nothing it does touches the run.
import type { RunResult, RunState, StepRow } from '../plan/run.ts'
import type { Engine, RunSummary } from '../temporal/engine.ts'
import { CliError, isEngineError } from './cli-error.ts'
import { EXIT, exitOfOutcome } from './exit-codes.ts'
import { formatDuration } from './format-time.ts'
import type { Io, Live } from './io.ts'
import type { Output } from './output.ts'
import { outcomeMark, renderGates, renderResult, renderRunHead, renderStep, renderSteps } from './render-run.ts'
import { oneLine, toSafeJson } from './escape-terminal.ts'

export interface FollowOptions {
  readonly pollMs: number
  /** null: as long as it takes. */
  readonly timeoutMs: number | null
  /** Says nothing of the steps, only the end: `run --wait`. */
  readonly onlyEnd?: boolean
}

interface Watcher {
  /** What the run looks like now. */
  show(state: RunState): void
  /** Something went away or came back. */
  note(text: string): void
  end(ended: Ended, lines: readonly string[]): void
}

interface Ended {
  readonly run: RunSummary
  readonly result: RunResult | null
  readonly exit: number
}

/** A run that was started this instant may not be found yet. */
const APPEARS_WITHIN_MS = 5_000

/**
 * Follows a run and answers the exit code of its outcome. The first Ctrl-C detaches and says how to come back, the
 * second one ends this process; neither cancels anything.
 * Fails: timedOut, notFound.
 */
export async function followRun(
  engine: Engine,
  io: Io,
  out: Output,
  workflowId: string,
  options: FollowOptions,
): Promise<number> {
  const abort = new AbortController()
  const stopListening = detachOnInterrupt(io, out, workflowId, abort)
  const watcher = await createWatcher(io, out, workflowId, options.onlyEnd === true)
  const began = io.now()
  const deadline = options.timeoutMs === null ? Infinity : began + options.timeoutMs
  let lost: string | null = null
  try {
    for (;;) {
      if (abort.signal.aborted) return EXIT.interrupted
      const look = await lookAt(engine, workflowId, io.now() < began + APPEARS_WITHIN_MS)
      if (abort.signal.aborted) return EXIT.interrupted
      if (look.problem !== lost) {
        if (look.problem !== null) watcher.note(`${look.problem}; trying again, the run is not lost`)
        else watcher.note('it answers again')
        lost = look.problem
      }
      if (look.state !== null) watcher.show(look.state)
      if (look.ended !== null) {
        watcher.end(look.ended, renderEnd(look.ended, out))
        return look.ended.exit
      }
      if (io.now() >= deadline)
        throw new CliError(
          'timedOut',
          `\`${workflowId}\` has not ended within ${formatDuration(options.timeoutMs ?? 0)}.`,
          `It goes on; come back with: phix follow ${workflowId}`,
        )
      await io.sleep(options.pollMs, abort.signal)
    }
  } finally {
    stopListening()
  }
}

interface Look {
  readonly state: RunState | null
  readonly problem: string | null
  readonly ended: Ended | null
}

/** Looks once. Whatever is only away for now is a problem, told and waited for; what will never come back is thrown. */
async function lookAt(engine: Engine, workflowId: string, isNew: boolean): Promise<Look> {
  try {
    const run = await engine.findRun(workflowId)
    const state = await engine.runState(workflowId).catch(problemOf)
    const known = typeof state === 'string' ? null : state
    // An ended run is told even where no worker can tell its steps.
    const ended = run.status === 'open' ? null : await readEnd(engine, run)
    return { state: known, problem: ended === null && typeof state === 'string' ? state : null, ended }
  } catch (error) {
    if (isNew && isEngineError(error) && error.kind === 'not-found') return { state: null, problem: null, ended: null }
    return { state: null, problem: problemOf(error), ended: null }
  }
}

function problemOf(error: unknown): string {
  if (isEngineError(error) && (error.kind === 'unreachable' || error.kind === 'stuck'))
    return error.message.replace(/\.$/, '')
  throw error
}

async function readEnd(engine: Engine, run: RunSummary): Promise<Ended> {
  const result = await engine.runResult(run.workflowId)
  return { run, result, exit: exitOfOutcome(result?.outcome ?? run.outcome) }
}

function renderEnd({ run, result }: Ended, out: Output): readonly string[] {
  if (result !== null) return renderResult(out.safe(result), out.paint)
  const outcome = run.outcome ?? run.status
  return [`${outcomeMark(run.outcome)} ${outcome}: it left no result; see it with: phix show ${run.workflowId}`]
}

function detachOnInterrupt(io: Io, out: Output, workflowId: string, abort: AbortController): () => void {
  return io.onInterrupt(() => {
    if (abort.signal.aborted) return io.exit(EXIT.interrupted)
    out.warn(`\nDetached; the run goes on. Come back with: phix follow ${workflowId}`)
    abort.abort()
  })
}

async function createWatcher(io: Io, out: Output, workflowId: string, onlyEnd: boolean): Promise<Watcher> {
  if (out.json) return createJsonWatcher(io)
  if (onlyEnd) return { show: () => undefined, note: (text) => out.say(text), end: (_, lines) => out.lines(lines) }
  return io.outIsTty ? createLiveWatcher(io, out, workflowId, await io.live()) : createLineWatcher(io, out, workflowId)
}

function createLiveWatcher(io: Io, out: Output, workflowId: string, live: Live): Watcher {
  let last: RunState | null = null
  const frame = (below: readonly string[]): readonly string[] => {
    if (last === null) return below.map(oneLine)
    const now = last.result?.endedAt ?? io.now()
    const lines = [
      ...renderRunHead(workflowId, last, now, out.paint),
      '',
      ...renderSteps(last.steps, now, out.paint),
      ...(last.gates.length > 0 ? ['', ...renderGates(workflowId, last.gates, now, out.paint)] : []),
      ...below,
    ]
    // What is redrawn is counted in lines, and a line feed inside one could begin a line that we seem to have written.
    return lines.map(oneLine)
  }
  return {
    show: (state) => {
      last = out.safe(state)
      live.update(frame([]))
    },
    note: (text) => live.update(frame(['', out.paint.yellow(`! ${out.safe(text)}`)])),
    end: (_, lines) => live.done(frame(['', ...lines])),
  }
}

function createLineWatcher(io: Io, out: Output, workflowId: string): Watcher {
  const told = new Map<string, string>()
  let begun = false
  const isNews = (id: string, mark: string): boolean => {
    if ((told.get(id) ?? '') === mark) return false
    told.set(id, mark)
    return true
  }
  return {
    show: (given) => {
      const state = out.safe(given)
      if (!begun) out.lines(renderRunHead(workflowId, state, io.now(), out.paint))
      begun = true
      for (const step of state.steps)
        if (isNews(step.id, changeOf(step))) out.lines([renderStep(step, 0, io.now(), out.paint)])
      for (const gate of state.gates)
        if (isNews(`gate ${gate.id}`, gate.snapshotHash))
          out.lines(renderGates(workflowId, [gate], io.now(), out.paint))
    },
    note: (text) => out.say(`! ${text}`),
    end: (_, lines) => out.lines(lines),
  }
}

/** A step that only waits is no news: it is told when it begins. */
const changeOf = (step: StepRow): string => (step.status === 'waiting' ? '' : `${step.status} ${step.attempts}`)

function createJsonWatcher(io: Io): Watcher {
  let last = ''
  const write = (value: object): void => {
    const line = toSafeJson({ v: 1, ...value })
    if (line !== last) io.writeOut(`${line}\n`)
    last = line
  }
  return {
    show: (state) => write({ kind: 'state', state }),
    note: (text) => write({ kind: 'note', text }),
    end: ({ run, result, exit }) => write({ kind: 'end', run, result, exit }),
  }
}
