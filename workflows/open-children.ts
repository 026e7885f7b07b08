// The runs that are steps of this one and go on now: a pause and its end reach them, too, so that what a person holds does
// not go on one level below. Each passes the word on to its own.
import { defineSignal, log, patched, type ChildWorkflowHandle, type Workflow } from '@temporalio/workflow'
import type { Pause, VerbMessage } from '../src/plan/run.ts'

type Child = Pick<ChildWorkflowHandle<Workflow>, 'workflowId' | 'signal'>

export interface OpenChildren {
  /** Joins the open ones; what holds the parent meanwhile holds it, too. */
  add(child: Child, pauses: readonly Pause[]): void
  remove(child: Child): void
  /** Holds them as their parent is held. */
  hold(pauses: readonly Pause[]): void
  letGo(message: VerbMessage): void
}

/** A run that was open before there was this knows nothing of it in its history. */
const PATCH = 'a-pause-reaches-children'

export function createOpenChildren(): OpenChildren {
  const open = new Set<Child>()
  const holdEach = (children: Iterable<Child>, pauses: readonly Pause[]): void => {
    for (const child of children) for (const pause of pauses) void say(child, 'pause', toMessage(pause))
  }
  return {
    add(child, pauses) {
      open.add(child)
      if (pauses.length > 0 && patched(PATCH)) holdEach([child], pauses)
    },
    remove: (child) => void open.delete(child),
    hold(pauses) {
      if (open.size > 0 && patched(PATCH)) holdEach(open, pauses)
    },
    letGo({ by, why, hold }) {
      if (open.size === 0 || !patched(PATCH)) return
      const message = { by, ...(why === undefined ? {} : { why }), ...(hold === undefined ? {} : { hold }) }
      for (const child of open) void say(child, 'resume', message)
    },
  }
}

/** The pause itself, so that both end at the same time. */
const toMessage = ({ by, why, until, hold }: Pause): VerbMessage => ({
  ...{ by, until },
  ...(why === null ? {} : { why }),
  ...(hold === 'freeze' ? { hold } : {}),
})

async function say(child: Child, word: 'pause' | 'resume', message: VerbMessage): Promise<void> {
  await child.signal(defineSignal<[VerbMessage]>(word), message).catch((error: unknown) => {
    log.info('a run that is a step of this one was not told', { workflowId: child.workflowId, word, error })
  })
}
