// A word that was said to a run as a whole, into the journal: it outlives the run's history. The run never waits for it but
// at its end, and a journal that cannot be written is no failure of the run.
import { condition, log, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { RecordCall } from '../src/guard/protocol.ts'
import type { RunInput, RunVerb, VerbMessage } from '../src/plan/run.ts'

const { record } = proxyActivities<{ record(call: RecordCall): Promise<number> }>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '1s' },
})

const SENTENCES: Readonly<Record<RunVerb, string>> = {
  cancel: 'cancelled the run',
  pause: 'paused the run',
  resume: 'let the run go on',
  ack: 'is on it',
}

export interface WordRecorder {
  add(verb: RunVerb, message: VerbMessage): void
  /** Whether everything was told, or given up. */
  isIdle(): boolean
  whenIdle(): Promise<void>
}

export function createWordRecorder(input: RunInput): WordRecorder {
  let open = 0
  const isIdle = (): boolean => open === 0
  return {
    add(verb, message) {
      open++
      void recordWord(input, verb, message).finally(() => open--)
    },
    isIdle,
    whenIdle: () => (isIdle() ? Promise.resolve() : condition(isIdle)),
  }
}

async function recordWord({ cluster, target }: RunInput, verb: RunVerb, message: VerbMessage): Promise<void> {
  const { workflowId } = workflowInfo()
  const at = Date.now()
  const { by, why = null, until = null, hold = 'person' } = message
  const text = `\`${by}\` ${SENTENCES[verb]}${why === null ? '' : `: ${why}`}`
  const body = { what: verb, by, why, until, hold, text }
  const entry = { id: `${workflowId}/${verb}/${at}`, kind: 'audit', at, cluster, target, workflowId, body } as const
  await record({ records: [entry] }).catch((error: unknown) => {
    log.warn('a word that was said to the run is not in the journal', { verb, by, error })
  })
}
