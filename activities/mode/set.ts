import type { Journal } from '../../src/journal/journal.ts'
import { unavailable } from '../wrapping/action-failure.ts'
import { action, type ActionContext } from '../wrapping/action.ts'
import { modeSet } from './manifest.ts'

interface Input {
  readonly mode: string
  readonly active: boolean
  readonly reason?: string
}

/** Enters or leaves a degraded mode of the run's cluster: a record in the journal, the newest one is what holds. */
export const set = action<Input>({
  manifest: modeSet,
  async run({ mode, active, reason }, context) {
    const { run, idempotencyKey } = context.call
    const before = (await context.chooseOnce('before', 'must', () => isActive(context, mode))) as boolean
    const record = {
      id: `mode/${idempotencyKey}`,
      kind: 'mark' as const,
      at: context.now(),
      cluster: run.cluster,
      target: modeTarget(mode),
      workflowId: run.workflowId,
      body: { mode, active, reason: reason ?? '' },
    }
    await context.effect(() => inJournal(context.journal.append([record])))
    return { mode, active, before }
  },
  async would({ mode, active }, context) {
    const isNow = await isActive(context, mode)
    if (isNow === active) return `change nothing: \`${mode}\` is ${active ? 'active' : 'not active'} already`
    return `${active ? 'enter' : 'leave'} degraded mode \`${mode}\``
  },
})

/** Modes share the journal with targets; no target of an inventory has a slash in its name. */
const modeTarget = (mode: string): string => `mode/${mode}`

async function isActive({ journal, call }: ActionContext, mode: string): Promise<boolean> {
  const query: Parameters<Journal['read']>[0] = {
    kind: 'mark',
    cluster: call.run.cluster,
    target: modeTarget(mode),
    limit: 1,
  }
  const [newest] = await inJournal(journal.read(query))
  return (newest?.body as { active?: boolean } | undefined)?.active ?? false
}

async function inJournal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw unavailable('the journal, which holds the modes, cannot be reached; look at its store', error)
  }
}
