import type { JsonObject } from '../../src/plan/json.ts'
import { requireMembers } from '../controls/find-members.ts'
import { refused } from '../wrapping/action-failure.ts'
import { action, type ActionContext } from '../wrapping/action.ts'
import { changeConfigs, type WantedConfig } from './change-configs.ts'
import { configRollback } from './manifest.ts'

interface OldConfig {
  readonly node: string
  readonly values: JsonObject
}
interface Input {
  readonly target: string
  readonly to?: readonly OldConfig[]
}

/** Gives nodes back the configuration they had before the last change, or exactly the ones given. */
export const rollback = action<Input>({
  manifest: configRollback,
  async run(input, context) {
    const wanted = (await context.chooseOnce('to', 'may', async () =>
      (await wantedConfigs(input, context)).map(({ node, values }) => ({ node: node.name, values })),
    )) as unknown as readonly OldConfig[]
    const { name, nodes } = requireMembers(context, input.target)
    return { target: name, ...(await changeConfigs(pair(wanted, nodes, name), context)) }
  },
  async would(input, context) {
    const wanted = await wantedConfigs(input, context)
    return `give ${wanted.map(({ node }) => node.name).join(', ') || 'no node'} its earlier configuration back`
  },
})

async function wantedConfigs({ target, to }: Input, context: ActionContext): Promise<readonly WantedConfig[]> {
  const { name, nodes } = requireMembers(context, target)
  if (to !== undefined) return pair(to, nodes, name)
  const earlier = await Promise.all(
    nodes.map(async (node) => ({ node, values: await lastReplaced(node.name, context) })),
  )
  const known = earlier.flatMap(({ node, values }) => (values === null ? [] : [{ node, values }]))
  if (known.length > 0) return known
  throw refused(
    `no earlier configuration of \`${name}\` is known: no \`config.apply\` is in the journal; give it as \`to\``,
  )
}

function pair(configs: readonly OldConfig[], nodes: readonly WantedConfig['node'][], target: string) {
  return configs.map(({ node: name, values }) => {
    const node = nodes.find((each) => each.name === name)
    if (node === undefined) throw refused(`\`to\` names \`${name.slice(0, 80)}\`, which is no node of \`${target}\``)
    return { node, values }
  })
}

const RECORDS_READ = 1_000

/** Answers what the last successful `config.apply` replaced on this node; null where the journal knows none. */
async function lastReplaced(node: string, { journal, call }: ActionContext): Promise<JsonObject | null> {
  const records = await journal.read({ kind: 'step', cluster: call.run.cluster, limit: RECORDS_READ })
  for (const { body } of records) {
    const { action: name, outcome } = body as { action?: string; outcome?: { output?: { before?: OldConfig[] } } }
    if (name !== 'config.apply') continue
    const old = outcome?.output?.before?.find((config) => config.node === node)
    if (old !== undefined) return old.values
  }
  return null
}
