// Every id in one file: identity is a function, so starting twice is starting once.

/** `detector/<cluster>`. */
export const detectorId = (cluster: string): string => `detector/${cluster}`
export const clusterFromDetectorId = (id: string): string => id.slice('detector/'.length)

/** `<runbook>/<target>/<episode>`; the Temporal UI shows it as the page's title, so it says what and where. */
export const runId = (runbook: string, target: string, episode: string): string => `${runbook}/${target}/${episode}`

/** What could not be told at once; one for each message. */
export const notificationId = (idempotencyKey: string): string => `notification/${idempotencyKey}`

/** An episode is short enough to read aloud: base-36 of its start, in ms. */
export const episodeFrom = (startedAtMs: number): string => Math.floor(startedAtMs).toString(36)

/** Task queue of all of Phix's workers. */
export const TASK_QUEUE = 'phix'

/** Workflow types that are not runbooks; no runbook may carry these names. */
export const SYSTEM_WORKFLOWS = ['detector', 'notification'] as const

/** Names that JavaScript looks up on every object before the default workflow is reached (temporal.md §13.1). */
export const DENIED_NAMES: readonly string[] = [
  ...SYSTEM_WORKFLOWS,
  'constructor',
  'default',
  'then',
  'verify',
  'notify',
  'watch',
  'match',
]

/** A runbook's name: kebab-case. */
export const RUNBOOK_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Search attributes, registered at boot by src/temporal. */
export const SEARCH_ATTRIBUTES = {
  PhixRunbook: 'KEYWORD',
  PhixCluster: 'KEYWORD',
  PhixTarget: 'KEYWORD',
  PhixSeverity: 'KEYWORD',
  PhixStep: 'KEYWORD',
  PhixOutcome: 'KEYWORD',
  PhixWaiting: 'BOOL',
} as const
