// `phix plan`: every step as it would run, with real inputs; changes nothing.
import { findTarget } from '../../inventory/find-target.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { DetectorState } from '../../guard/protocol.ts'
import type { Json } from '../../plan/json.ts'
import type { Plan } from '../../plan/plan.ts'
import { isEngineError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { findRunbook } from '../find-runbook.ts'
import { formatDuration } from '../format-time.ts'
import type { Paint } from '../paint.ts'
import { collect, readInputs } from '../parse-inputs.ts'
import type { PlannedStep } from '../plan-view/render-plan.ts'
import { readPlan } from '../read-plan.ts'
import { quoteWord } from '../render-run.ts'
import type { Context, Verb } from '../verb.ts'
import { clusterOf } from './run.ts'

interface Options {
  readonly input?: readonly string[]
  readonly cluster?: string
  readonly offline?: boolean
}

interface Preview {
  readonly runbook: string
  readonly planHash: string
  readonly cluster: string
  readonly inputs: Readonly<Record<string, Json>>
  readonly steps: readonly PlannedStep[]
  readonly verify: Plan['verify']
  /** What the detector says now about the targets; null: not asked, or it could not answer. */
  readonly now: { readonly target: string; readonly text: string }[] | null
  readonly problem: string | null
}

export const plan: Verb<Options> = {
  name: 'plan',
  summary: 'Show what a run would do, step by step; change nothing.',
  examples: [
    ['phix plan single-node-recovery --input node=node-4', 'with real inputs'],
    ['phix plan single-node-recovery -i node=node-4 --offline', 'without a network'],
  ],
  declare: (command) =>
    command
      .argument('<runbook>', 'the name of a runbook, or a file')
      .option('-i, --input <key=value>', 'an input; may be given several times', collect)
      .option('--cluster <name>', 'which cluster, where the target does not say it')
      .option('--offline', 'ask nothing over the network'),
  async run(context, options, word) {
    const { deps, out } = context
    const file = await findRunbook(await deps.compiler(), (await context.settings()).runbooksFolder, String(word))
    const compiled = readPlan(file)
    const inputs = readInputs(compiled.plan.inputs, options.input ?? [])
    const inventory = options.offline === true ? await readInventoryIfAny(context) : await deps.inventory()
    const cluster =
      inventory === null
        ? (options.cluster ?? '(unknown)')
        : clusterOf(inventory, compiled.plan, inputs, options.cluster)
    const { planSteps } = await import('../plan-view/render-plan.ts')
    const steps = planSteps(compiled.plan, { inputs })
    const named = Object.values(inputs).filter((value) => typeof value === 'string')
    const targets = [...new Set([...named, ...steps.flatMap((step) => step.targets)])].filter(
      (name) => inventory !== null && findTarget(inventory, name, cluster) !== null,
    )
    const asked = options.offline === true ? { now: null, problem: null } : await askDetector(context, cluster, targets)
    const preview: Preview = {
      runbook: compiled.plan.name,
      planHash: compiled.planHash,
      cluster,
      inputs,
      steps,
      verify: compiled.plan.verify,
      ...asked,
    }
    out.answer(preview, (safe) => renderPreview(safe, out.paint))
    if (options.offline === true) out.say('Offline: what the detector would say now was not asked.')
    const inputWords = (options.input ?? []).map((input) => ` --input ${quoteWord(input)}`).join('')
    out.say(`Nothing was done. Do it with: phix run ${compiled.plan.name}${inputWords}`)
    return EXIT.ok
  },
}

/** A machine that only checks files has no inventory: the plan can be shown, its targets cannot be checked. */
async function readInventoryIfAny({ deps, out }: Context): Promise<Inventory | null> {
  try {
    return await deps.inventory()
  } catch (error) {
    out.say(`! targets were not checked: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

async function askDetector(
  context: Context,
  cluster: string,
  targets: readonly string[],
): Promise<Pick<Preview, 'now' | 'problem'>> {
  try {
    const engine = await context.engine()
    const state = await context.out.progress('Asking the detector', engine.detector.state(cluster))
    if (state === null) return { now: null, problem: `no detector runs for ${cluster}` }
    return { now: targets.flatMap((target) => describeNow(state, target, context.io.now())), problem: null }
  } catch (error) {
    if (!isEngineError(error)) throw error
    return { now: null, problem: error.message }
  }
}

function describeNow(state: DetectorState, target: string, nowMs: number): { target: string; text: string }[] {
  const known = state.targets[target]
  if (known === undefined) return []
  const busy = state.open.find((run) => run.target === target || run.lock === target)
  const parts = [`${known.verdict}, meant to be ${known.desired}`]
  if (busy !== undefined) parts.push(`locked by ${busy.workflowId}`)
  if (known.cooldownUntil !== null && known.cooldownUntil > nowMs)
    parts.push(`cooling down for ${formatDuration(known.cooldownUntil - nowMs)}`)
  return [{ target, text: parts.join('; ') }]
}

function renderPreview(preview: Preview, paint: Paint): readonly string[] {
  const { steps, verify } = preview
  const lines = [
    `${paint.bold(preview.runbook)} on cluster ${preview.cluster}, inputs ${JSON.stringify(preview.inputs)}`,
    '',
  ]
  for (const step of steps) lines.push(...renderPlanned(step, paint))
  if (verify !== null)
    lines.push(
      '',
      `judged by ${verify.that.map((cel) => `\`${cel}\``).join(' and ')}, within ${formatDuration(verify.withinMs)}, steady for ${formatDuration(verify.stableMs)}`,
    )
  const changing = steps.filter(({ effect }) => effect === 'change' || effect === 'destroy')
  const touched = [...new Set(changing.flatMap(({ targets }) => targets))]
  lines.push(
    '',
    `${changing.length} of ${steps.length} steps change something${touched.length === 0 ? '' : `, on ${touched.join(', ')}`}; ${steps.filter(({ gate }) => gate).length} wait for people`,
  )
  const unknown = [...new Set(steps.flatMap((step) => step.unknown))]
  if (unknown.length > 0) lines.push(`known only when it runs: ${unknown.map((cel) => `\`${cel}\``).join(', ')}`)
  if (preview.now !== null) for (const { target, text } of preview.now) lines.push(`now       ${target}: ${text}`)
  if (preview.problem !== null)
    lines.push(`${paint.yellow('!')} what the detector says now is unknown: ${preview.problem}`)
  lines.push(`plan      ${preview.planHash}`)
  return lines
}

function renderPlanned(step: PlannedStep, paint: Paint): readonly string[] {
  const indent = '  '.repeat(step.depth + 1)
  const mark = step.gate
    ? paint.yellow('?')
    : step.effect === 'change'
      ? paint.yellow('~')
      : step.effect === 'destroy'
        ? paint.red('-')
        : '·'
  const lines = [
    `${indent}${mark} ${paint.bold(step.title)}${step.action === null ? '' : `  ${step.action} ${JSON.stringify(step.args)}`}`,
  ]
  lines.push(`${indent}    ${step.says}${step.targets.length === 0 ? '' : ` (on ${step.targets.join(', ')})`}`)
  if (step.condition !== null) {
    const { text, holds } = step.condition
    lines.push(
      `${indent}    only if \`${text}\`: ${holds === true ? 'holds' : holds === false ? 'does not hold' : holds}`,
    )
  }
  return lines
}
