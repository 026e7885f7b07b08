import { describe, isText, valueOf, type Tree } from '../../1-read/tree.ts'
import { durationMs } from '../../2-shape/literals.ts'
import type { Rule } from '../context.ts'

const LONGEST_MS = 30 * 86_400_000

/** Where a step writes how long it waits. */
const OF_A_STEP = ['wait', 'timeout', 'every', 'retry.backoff', 'retry.cap', 'retry.budget'] as const
const OF_PEOPLE = ['approve.deadline', 'needsApproval.deadline', 'manual.deadline'] as const
const OF_VERIFY = ['within', 'stable', 'every'] as const

/** Nothing waits for longer than 30 days: that is an endless wait with a number on it. */
export const waitsAreShort: Rule = ({ ast, places, report }) => {
  const judge = (tree: Tree, path: string): void => {
    const key = path.split('.').at(-1) ?? path
    const written = path.split('.').reduce<Tree | undefined>(inside, tree)
    if (!isText(written) || (durationMs(written.value) ?? 0) <= LONGEST_MS) return
    report('RB335', written.at, { key, found: describe(written), limit: '30 days' })
  }
  for (const { step } of places.all)
    if (!step.broken) for (const path of [...OF_A_STEP, ...OF_PEOPLE]) judge(step.tree, path)
  if (ast.verify !== null) for (const path of OF_VERIFY) judge(ast.verify.tree, path)
}

const inside = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.kind === 'map' ? valueOf(tree, key) : undefined
