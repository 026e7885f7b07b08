// A run as lines: its step table, its open gates with the exact commands that settle them, its end. Values come in escaped.
import type { Gate, Outcome, Pause, RunResult, RunState, StepRow, StepStatus, StartedBy } from '../plan/run.ts'
import { formatAgo, formatClock, formatDuration, formatInstant } from './format-time.ts'
import type { Paint } from './paint.ts'
import { padTo, widthOf } from './table.ts'

export const STEP_MARKS: Readonly<Record<StepStatus, string>> = {
  waiting: '·',
  running: '▸',
  completed: '✓',
  failed: '✗',
  skipped: '–',
  cancelled: '⊘',
  undone: '↶',
}

/** Colours a text by the status of its step. */
export function paintStep(status: StepStatus, text: string, paint: Paint): string {
  switch (status) {
    case 'completed':
      return paint.green(text)
    case 'failed':
      return paint.red(text)
    case 'running':
      return paint.cyan(text)
    case 'waiting':
    case 'skipped':
      return paint.dim(text)
    case 'cancelled':
    case 'undone':
      return paint.yellow(text)
  }
}

/** Renders the step table: mark, title, duration, attempts where more than one, what went wrong. */
export function renderSteps(steps: readonly StepRow[], nowMs: number, paint: Paint): readonly string[] {
  const width = Math.min(48, Math.max(0, ...steps.map(({ title }) => widthOf(title))))
  return steps.map((step) => `  ${renderStep(step, width, nowMs, paint)}`)
}

/** Renders one step on one line. */
export function renderStep(step: StepRow, titleWidth: number, nowMs: number, paint: Paint): string {
  const mark = paintStep(step.status, STEP_MARKS[step.status], paint)
  const parts = [stepTime(step, nowMs).padStart(7)]
  if (step.attempts > 1) parts.push(`attempt ${step.attempts}`)
  if (step.status !== 'completed' && step.status !== 'running' && step.status !== 'waiting') parts.push(step.status)
  if (step.code !== null || step.message !== null)
    parts.push(paint.dim([step.code, step.message].filter((part) => part !== null).join(': ')))
  return `${mark} ${padTo(step.title, titleWidth)}  ${parts.join('  ')}`.trimEnd()
}

const stepTime = ({ status, startedAt, endedAt }: StepRow, nowMs: number): string =>
  startedAt === null || status === 'skipped' ? '' : formatDuration((endedAt ?? nowMs) - startedAt)

export const startedByText = (by: StartedBy): string => (by.kind === 'person' ? by.name : `${by.kind}: ${by.why}`)

/** Renders who, what, where and why on two lines. */
export function renderRunHead(workflowId: string, state: RunState, nowMs: number, paint: Paint): readonly string[] {
  return [
    `${paint.bold(state.runbook)} on ${paint.bold(state.target)} (cluster ${state.cluster})  ${paint.dim(workflowId)}`,
    `started ${formatInstant(state.startedAt)} (${formatAgo(state.startedAt, nowMs)}) by ${startedByText(state.startedBy)}`,
  ]
}

/** Renders what holds a run before its next step. */
export const renderPauses = (workflowId: string, pauses: readonly Pause[], paint: Paint): readonly string[] =>
  pauses.map(
    ({ by, why, until }) =>
      `${paint.yellow('! paused')} by ${by} until ${formatClock(until)} UTC${why === null ? '' : `: ${why}`}; ${paint.cyan(`phix resume ${quoteWord(workflowId)}`)}`,
  )

/** Renders every open gate: what is asked, until when, what it binds to, and what to type. */
export const renderGates = (
  workflowId: string,
  gates: readonly Gate[],
  nowMs: number,
  paint: Paint,
): readonly string[] => gates.flatMap((gate) => renderGate(workflowId, gate, nowMs, paint, gates.length > 1))

const GATE_WORDS: Readonly<Record<Gate['kind'], string>> = {
  approval: 'waits for approval',
  parked: 'is parked: a step failed and a person decides',
  uncertain: 'is uncertain: it may or may not have happened; look, then say which',
}

function renderGate(workflowId: string, gate: Gate, nowMs: number, paint: Paint, named: boolean): readonly string[] {
  const deadline =
    gate.deadlineAt === null
      ? ''
      : gate.deadlineAt > nowMs
        ? `, ${formatDuration(gate.deadlineAt - nowMs)} left (until ${formatClock(gate.deadlineAt)} UTC)`
        : ', its deadline has passed'
  return [
    `${paint.yellow('?')} ${paint.bold(gate.title)} ${GATE_WORDS[gate.kind]}${deadline}`,
    ...gate.message.split('\n').map((line) => `    ${line}`),
    ...gate.verbs.map((verb) => `    ${paint.cyan(commandFor(verb, workflowId, named ? gate.id : null))}`),
  ]
}

const NEEDS_WHY: readonly string[] = ['reject', 'skip', 'cancel']

/** Writes the exact command that says a verb to a run. */
export function commandFor(verb: string, workflowId: string, gateId: string | null): string {
  const words = ['phix', verb, quoteWord(workflowId)]
  if (gateId !== null) words.push('--gate', quoteWord(gateId))
  if (verb === 'supply') words.push('--value', `'{…}'`)
  if (NEEDS_WHY.includes(verb)) words.push('--why', '"…"')
  return words.join(' ')
}

/** Quotes a word for a POSIX shell where it needs it: what is shown can be pasted. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  effective: 'it worked, and the check held',
  recovered: 'nothing had to be done',
  ineffective: 'it ran, but the check did not hold',
  failed: 'a step failed',
  cancelled: 'cancelled',
  rejected: 'people said no, or nobody said yes in time',
  refused: 'it was not allowed to run',
  'needs-human': 'a person must look',
  'timed-out': 'it took too long',
  terminated: 'ended from outside',
}

export const outcomeMark = (outcome: Outcome | null): string =>
  outcome === 'effective' || outcome === 'recovered' ? '✓' : outcome === 'needs-human' ? '!' : '✗'

/** Renders how a run ended, in words and with what it left in the world. */
export function renderResult(result: RunResult, paint: Paint): readonly string[] {
  const good = result.outcome === 'effective' || result.outcome === 'recovered'
  const head = `${outcomeMark(result.outcome)} ${result.outcome}`
  const lines = [
    `${good ? paint.green(head) : paint.red(head)} after ${formatDuration(result.endedAt - result.startedAt)}: ${result.message === '' ? OUTCOME_WORDS[result.outcome] : result.message}`,
  ]
  if (!good) lines.push(`  ${OUTCOME_WORDS[result.outcome]} (code ${result.code})`)
  if (result.failure !== null) lines.push(`  ${result.failure.code}: ${result.failure.message}`)
  if (result.left.length > 0)
    lines.push(
      '  left in the world, taken back when the target returns:',
      ...result.left.map(({ title, target }) => `    - ${title}${target === null ? '' : ` (${target})`}`),
    )
  return lines
}
