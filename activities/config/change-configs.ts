import type { Node } from '../../src/inventory/inventory.ts'
import { canonicalJson, type Json, type JsonObject } from '../../src/plan/json.ts'
import { readConfig, writeConfig, type NodeConfig } from '../controls/node-api.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import type { ActionContext } from '../wrapping/action.ts'

/** One node and the values that it shall have. */
export interface WantedConfig {
  readonly node: Node
  readonly values: JsonObject
}

/**
 * Gives each node its values, one after the other, each read back; a node that has them already is left alone.
 * Invariant: where one refuses, those that this attempt changed are put back, so that a service is never half changed.
 */
export async function changeConfigs(wanted: readonly WantedConfig[], context: ActionContext): Promise<JsonObject> {
  const all = (await context.chooseOnce(
    'before',
    'may',
    async () => (await Promise.all(wanted.map(({ node }) => readConfig(node, context.signal)))) as unknown as Json,
  )) as unknown as readonly NodeConfig[]
  const before = all.filter(({ node, values }) => {
    const want = wanted.find((each) => each.node.name === node)
    return want !== undefined && !isSame(values, want.values)
  })
  const written: WantedConfig[] = []
  try {
    for (const want of wanted) {
      const was = await readConfig(want.node, context.signal)
      if (isSame(was.values, want.values)) continue
      context.say(`configuring ${want.node.name}`)
      await context.effect(() => writeAndReadBack(want, was, context))
      written.push({ node: want.node, values: was.values })
    }
  } catch (error) {
    if (!context.signal.aborted) await putBack(written, context)
    throw error
  }
  const after = await Promise.all(wanted.map(({ node }) => readConfig(node, context.signal)))
  return {
    changed: before.map(({ node }) => node),
    before: before.map((config) => ({ ...config })),
    after: after.filter(({ node }) => before.some((each) => each.node === node)).map((config) => ({ ...config })),
  }
}

async function writeAndReadBack({ node, values }: WantedConfig, was: NodeConfig, context: ActionContext) {
  const version = typeof was.version === 'number' ? { version: was.version + 1 } : {}
  await writeConfig(node, { ...version, values }, context.call.idempotencyKey, context.signal)
  const now = await readConfig(node, context.signal)
  if (!isSame(now.values, values))
    throw unavailable(`\`${node.name}\` took the configuration and still has another; look at its log`)
}

async function putBack(written: readonly WantedConfig[], context: ActionContext): Promise<void> {
  for (const was of written.toReversed())
    await writeAndReadBack(was, await readConfig(was.node, context.signal), context).catch(() => undefined)
}

export const isSame = (a: JsonObject, b: JsonObject): boolean => canonicalJson(a) === canonicalJson(b)
