// `phix show`: the whole story of one run, open or closed, also when no worker can be asked.
import type { RunResult, RunState } from '../../plan/run.ts'
import type { Engine, RunSummary } from '../../temporal/engine.ts'
import { inTime } from '../../telemetry/in-time.ts'
import { isEngineError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { findRun } from '../find-run.ts'
import { formatClock, formatInstant } from '../format-time.ts'
import type { Paint } from '../paint.ts'
import { renderGates, renderPauses, renderResult, renderRunHead, renderSteps } from '../render-run.ts'
import type { Context, Verb } from '../verb.ts'

interface Story {
  readonly run: RunSummary
  readonly state: RunState | null
  readonly result: RunResult | null
  /** Why the state could not be had. */
  readonly problem: string | null
  /** Who was told what, oldest first; empty also where the journal is away. */
  readonly told: readonly Told[]
}

interface Told {
  readonly at: number
  readonly text: string
}

interface Options {
  readonly latest?: boolean
}

export const show: Verb<Options> = {
  name: 'show',
  summary: 'Tell the whole story of one run.',
  examples: [
    ['phix show --latest', 'the newest run'],
    ['phix show single-node-recovery/node-2', 'the beginning of an id is enough'],
  ],
  declare: (command) =>
    command.argument('[run]', 'the id of a run, or its beginning').option('--latest', 'the newest run'),
  async run(context, { latest }, word) {
    const { io, out } = context
    const connected = await context.engine()
    const run = await out.progress('Finding the run', findRun(connected, word as string | undefined, latest === true))
    const story = await out.progress('Asking the run', readStory(context, connected, run))
    out.answer(
      story,
      (safe) => renderStory(safe, io.now(), out.paint),
      ({ state }) =>
        (state?.steps ?? []).map(({ id, status, attempts, startedAt, endedAt, code, message, title }) => [
          ...[id, status, attempts, startedAt, endedAt, code, message, title],
        ]),
    )
    return EXIT.ok
  },
}

async function readStory(context: Context, engine: Engine, run: RunSummary): Promise<Story> {
  const [state, result, told] = await Promise.all([
    engine.runState(run.workflowId).catch((error: unknown) => {
      if (isEngineError(error)) return error.message
      throw error
    }),
    run.status === 'open' ? null : engine.runResult(run.workflowId),
    readTold(context, run),
  ])
  return typeof state === 'string'
    ? { run, state: null, result, problem: state, told }
    : { run, state, result: result ?? state.result, problem: null, told }
}

const MOST_TOLD = 30

/** A journal that is away takes this from the story, not the story. */
async function readTold(context: Context, { workflowId }: RunSummary): Promise<readonly Told[]> {
  try {
    const asked = (await context.journal()).read({ kind: 'notification', workflowId, limit: MOST_TOLD })
    const records = await inTime(asked, [])
    return records.toReversed().flatMap(({ at, body }) => {
      const { text } = (body ?? {}) as { readonly text?: unknown }
      return typeof text === 'string' ? [{ at, text }] : []
    })
  } catch {
    return []
  }
}

function renderStory({ run, state, result, problem, told }: Story, nowMs: number, paint: Paint): readonly string[] {
  const lines: string[] = []
  if (state === null) {
    lines.push(
      `${paint.bold(run.runbook)} on ${paint.bold(run.target)} (cluster ${run.cluster})  ${paint.dim(run.workflowId)}`,
    )
    lines.push(`started ${formatInstant(run.startedAt)}; ${run.status}`)
    lines.push(`${paint.yellow('!')} its steps cannot be read now: ${problem ?? 'no reason given'}`)
  } else {
    lines.push(...renderRunHead(run.workflowId, state, nowMs, paint))
    lines.push(paint.dim(`plan ${state.planHash.slice(0, 12)}`), '')
    lines.push(...renderSteps(state.steps, run.closedAt ?? nowMs, paint))
    if (state.notes.length > 0) {
      lines.push('', 'Notes')
      for (const note of state.notes) lines.push(`  ${paint.dim(formatClock(note.at))}  ${note.text}`)
    }
    if (run.status === 'open') lines.push(...renderPauses(run.workflowId, state.pauses ?? [], paint))
    if (run.status === 'open' && state.gates.length > 0)
      lines.push('', ...renderGates(run.workflowId, state.gates, nowMs, paint))
  }
  if (told.length > 0)
    lines.push('', 'People', ...told.map(({ at, text }) => `  ${paint.dim(formatClock(at))}  ${text}`))
  if (result !== null) lines.push('', ...renderResult(result, paint))
  else if (run.status !== 'open') lines.push('', `${paint.red('✗')} ${run.status}: it left no result`)
  else if (state !== null && state.gates.length === 0)
    lines.push('', paint.dim(`still running; watch it with: phix follow ${run.workflowId}`))
  return lines
}
