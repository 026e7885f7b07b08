// `phix run`: asks the detector for a run, shows its decision, and stays with it or not.
import type { Decision, StartReply } from '../../guard/protocol.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { findTargets } from '../../inventory/find-target.ts'
import type { Json } from '../../plan/json.ts'
import type { Plan } from '../../plan/plan.ts'
import { awaitStart, isQueued } from '../await-start.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import { findRunbook } from '../find-runbook.ts'
import { followRun } from '../follow-run.ts'
import { collect, readInputs } from '../parse-inputs.ts'
import { duration } from '../program-options.ts'
import { adviceFor } from '../render-decision.ts'
import { readPlan } from '../read-plan.ts'
import type { Context, Verb } from '../verb.ts'

interface Options {
  readonly input?: readonly string[]
  readonly cluster?: string
  readonly wait?: boolean
  readonly follow?: boolean
  readonly detach?: boolean
  readonly overrideFreeze?: string
  readonly timeout: number
}

export const run: Verb<Options> = {
  name: 'run',
  summary: 'Ask for a run of a runbook; guards decide.',
  examples: [
    ['phix run single-node-recovery --input node=node-4', 'and watch it'],
    ['phix run single-node-recovery --input node=node-4 --wait', 'only the end'],
    ['phix run single-node-recovery --input node=node-4 --detach', 'do not stay'],
    ['phix plan single-node-recovery --input node=node-4', 'see first what it would do'],
  ],
  declare: (command) =>
    command
      .argument('<runbook>', 'the name of a runbook')
      .option('-i, --input <key=value>', 'an input; may be given several times', collect)
      .option('--cluster <name>', 'which cluster, where the target does not say it')
      .option('--follow', 'watch every step (the default on a terminal)')
      .option('--wait', 'wait for the end (and for its turn, where it is queued), say only that')
      .option('--detach', 'start it and leave (the default elsewhere)')
      .option('--override-freeze <why>', 'start it although the cluster is frozen; the reason is kept')
      .addOption(duration('--timeout <duration>', 'give up watching after this long', '1h')),
  async run(context, options, word) {
    const modes = [options.wait, options.follow, options.detach].filter((set) => set === true)
    if (modes.length > 1)
      throw new CliError('usage', '--wait, --follow and --detach exclude each other.', 'Keep one of them.')
    const { out, io, deps } = context
    const settings = await context.settings()
    const file = await findRunbook(await deps.compiler(), settings.runbooksFolder, String(word))
    const { plan } = readPlan(file)
    const inputs = readInputs(plan.inputs, options.input ?? [])
    const cluster = clusterOf(await deps.inventory(), plan, inputs, options.cluster)
    const engine = await context.engine()
    // Chosen once: a call that is sent twice because the line broke is still one request.
    const overrideFreeze = reasonFrom(options.overrideFreeze)
    const request = {
      runbook: plan.name,
      inputs,
      by: settings.person,
      requestId: crypto.randomUUID(),
      ...(overrideFreeze === null ? {} : { overrideFreeze }),
    }
    const reply = await out.progress('Asking the detector', engine.detector.start(cluster, request))
    const leaves = options.detach === true || (modes.length === 0 && !io.outIsTty)
    tellDecision(context, reply)
    if (isQueued(reply.decision) && leaves) {
      out.say('It starts by itself when its turn comes. Watch for it with: phix follow --latest')
      return EXIT.ok
    }
    const decision = isQueued(reply.decision)
      ? await awaitStart(engine, io, cluster, request.requestId, options.timeout)
      : reply.decision
    if (decision === null) {
      out.warn('\nDetached; the request stays queued. See it with: phix list')
      return EXIT.interrupted
    }
    const { workflowId } = decision
    if (workflowId === null || (decision.kind !== 'started' && decision.kind !== 'joined'))
      throw new CliError(
        'refused',
        `${plan.name} was not started on ${decision.target}: ${decision.message}`,
        adviceFor(decision),
      )
    if (leaves) {
      out.say(`Watch it with: phix follow ${workflowId}`)
      return EXIT.ok
    }
    return followRun(engine, io, out, workflowId, {
      pollMs: 500,
      timeoutMs: options.timeout,
      onlyEnd: options.wait === true,
    })
  },
}

function reasonFrom(given: string | undefined): string | null {
  if (given === undefined) return null
  if (given.trim() !== '') return given
  throw new CliError('usage', 'To override a freeze needs a reason: it is what the next person reads.', null)
}

function tellDecision({ out }: Context, { decision, workflowId, runId }: StartReply): void {
  if (out.json) return out.answer({ kind: 'decision', decision, workflowId, runId }, () => [])
  if (decision.kind === 'started' || decision.kind === 'joined' || isQueued(decision))
    out.lines(renderReply(out.safe(decision), workflowId))
}

const renderReply = (decision: Decision, workflowId: string | null): readonly string[] => [
  `${isQueued(decision) ? 'queued' : decision.kind}: ${decision.message}`,
  ...(workflowId === null ? [] : [workflowId]),
]

/** Answers the cluster that decides: the one named, the target's, or the only one. Fails: usage, notFound. */
export function clusterOf(
  inventory: Inventory,
  plan: Plan,
  inputs: Readonly<Record<string, Json>>,
  named: string | undefined,
): string {
  const names = inventory.clusters.map(({ name }) => name)
  if (named !== undefined) {
    if (names.includes(named)) return named
    throw new CliError(
      'notFound',
      `There is no cluster \`${named}\` in the inventory.`,
      `There are: ${names.join(', ')}.`,
    )
  }
  const targets = plan.inputs.filter(({ type }) => type === 'node' || type === 'service' || type === 'cluster')
  const found = new Set<string>()
  for (const { name, type } of targets) {
    const value = inputs[name]
    if (typeof value !== 'string') continue
    const here = findTargets(inventory, value)
    if (here.length === 0)
      throw new CliError(
        'notFound',
        `There is no ${type} \`${value}\` in the inventory.`,
        knownTargets(inventory, type),
      )
    for (const { cluster } of here) found.add(cluster.name)
  }
  const candidates = found.size > 0 ? [...found] : names
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  throw new CliError(
    'usage',
    'It is not clear which cluster is meant.',
    `Say --cluster with one of: ${candidates.join(', ')}.`,
  )
}

function knownTargets(inventory: Inventory, type: string): string {
  const names = inventory.clusters.flatMap((cluster) =>
    type === 'cluster' ? [cluster.name] : (type === 'node' ? cluster.nodes : cluster.services).map(({ name }) => name),
  )
  return names.length === 0
    ? 'The inventory names none.'
    : `There are: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`
}
