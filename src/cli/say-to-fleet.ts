// What a person says to the detectors of one cluster or of all. Each cluster is asked by itself: one that cannot be reached
// does not keep the others from hearing it, and is told at the end.
import type { Command } from 'commander'
import type { FleetCommand, FleetReply } from '../guard/protocol.ts'
import { CliError, toComplaint } from './cli-error.ts'
import { EXIT } from './exit-codes.ts'
import type { Context } from './verb.ts'

export interface FleetOptions {
  readonly cluster?: string
  readonly all?: boolean
  readonly why?: string
}
type Common = Pick<FleetCommand, 'by' | 'why' | 'requestId'>

/** Declares which clusters are meant, and the reason. */
export const declareClusters = (command: Command): Command =>
  command
    .option('--cluster <name>', 'this cluster')
    .option('--all', 'every cluster of the inventory')
    .option('--why <text>', 'the reason; it is kept')

/** Says it to the clusters that were named, each by itself. Answers the exit code. */
export async function sayToFleet(
  context: Context,
  { cluster, all, why }: FleetOptions,
  verb: string,
  toCommand: (said: Common) => FleetCommand,
): Promise<number> {
  const names = (await context.deps.inventory()).clusters.map(({ name }) => name)
  const example = `phix ${verb} --cluster ${names[0] ?? 'NAME'} --why "…"`
  if ((cluster === undefined) === (all !== true))
    throw new CliError('usage', 'Say --cluster with a name, or --all.', example)
  if (cluster !== undefined && !names.includes(cluster))
    throw new CliError(
      'notFound',
      `There is no cluster \`${cluster}\` in the inventory.`,
      `There are: ${names.join(', ')}.`,
    )
  await sayToClusters(context, cluster === undefined ? names : [cluster], demandWhy(why, example), toCommand)
  return EXIT.ok
}

/** Answers the reason. Fails: usage, where none was given. */
export function demandWhy(why: string | undefined, example: string): string {
  if (why !== undefined && why.trim() !== '') return why
  throw new CliError('usage', 'It needs a reason: it is what the next person reads.', example)
}

/** Says it to each cluster. Fails where one did not hear it, after all were asked. */
export async function sayToClusters(
  { settings, engine, out }: Context,
  clusters: readonly string[],
  why: string,
  toCommand: (said: Common) => FleetCommand,
): Promise<void> {
  const by = (await settings()).person
  const { detector } = await engine()
  // Chosen once: a word that is sent twice because the line broke is still one word.
  const said = clusters.map((cluster) => ({
    cluster,
    command: toCommand({ by, why, requestId: crypto.randomUUID() }),
  }))
  const answers = await out.progress(
    'Asking the detector',
    Promise.allSettled(said.map(({ cluster, command }) => detector.command(cluster, command))),
  )
  const heard: ({ readonly cluster: string } & FleetReply)[] = []
  const deaf: { readonly cluster: string; readonly error: unknown }[] = []
  for (const [index, answer] of answers.entries()) {
    const cluster = clusters[index] ?? ''
    if (answer.status === 'fulfilled') heard.push({ cluster, ...answer.value })
    else deaf.push({ cluster, error: answer.reason })
  }
  out.answer({ clusters: heard }, (safe) => safe.clusters.map(({ message }) => message))
  const [first] = deaf
  if (first === undefined) return
  for (const { cluster, error } of deaf) out.warn(`phix: \`${cluster}\` did not hear it: ${toComplaint(error).message}`)
  throw first.error
}
