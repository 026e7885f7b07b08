// The words that a label may have. Every label is closed: by a list in here, or by names that a person wrote into the
// inventory, the runbooks or the catalogue. What an alert says never makes a series (ten thousand alerts add none).
import { DECISION_KINDS, type DecisionKind, type Verdict } from '../guard/protocol.ts'
import { DELIVERY_OUTCOMES } from '../intake/create-hooks.ts'
import { OUTCOMES } from '../plan/run.ts'

/** What is counted instead of a word that is on no list. */
export const OTHER = 'other'

/** Names that people wrote down; read again at each use, because inventories and runbooks are reloaded. */
export interface KnownNames {
  /** Cluster → its nodes. */
  readonly nodes: ReadonlyMap<string, ReadonlySet<string>>
  /** Everything a run can be for: clusters, services, nodes. */
  readonly targets: ReadonlySet<string>
  readonly runbooks: ReadonlySet<string>
  /** Degraded modes that a runbook enters or leaves. */
  readonly modes: ReadonlySet<string>
  readonly actions: ReadonlySet<string>
  /** Channels by which people are told. */
  readonly channels: ReadonlySet<string>
}

export const NO_NAMES: KnownNames = {
  nodes: new Map(),
  targets: new Set(),
  runbooks: new Set(),
  modes: new Set(),
  actions: new Set(),
  channels: new Set(),
}

export const VERDICTS: readonly Verdict[] = ['healthy', 'suspect', 'failed', 'unknown']

/** Which reasons a decision of each kind can have; the guards' words. A test reads them out of the guards. */
export const REASONS_OF: Readonly<Record<DecisionKind, readonly string[]>> = {
  started: ['free', 'granted'],
  joined: ['locked', 'same-episode', 'already-there'],
  held: [
    ...['queued', 'cooling-down', 'attempts-spent', 'too-many-runs', 'storm', 'budget', 'evidence-unknown'],
    ...['observer-in-doubt', 'needs-human', 'journal-away', 'frozen', 'flapping', 'held-after-success', 'settling'],
    ...['zone-budget', 'control-plane', 'ladder-spent', 'contradicted'],
  ],
  refused: [
    ...['locked', 'queue-full', 'gone', 'not-wanted', 'not-started', 'storm', 'stale', 'frozen'],
    ...['no-runbook', 'bad-inputs', 'unknown-target'],
  ],
  shadowed: ['observe', 'suggest', 'wider-cause'],
}
const REASONS = [...new Set(Object.values(REASONS_OF).flat())]

const WORDS = {
  kind: DECISION_KINDS,
  reason: REASONS,
  trigger: ['verdict', 'returned', 'condition', 'trend', 'alert', 'schedule', 'person'],
  outcome: OUTCOMES,
  verdict: VERDICTS,
  gate: ['approval', 'parked', 'uncertain'],
  budget: ['runs-in-flight', 'starts-per-minute', 'disruption'],
  status: ['completed', 'failed', 'uncertain'],
  result: ['ok', 'rejected', 'refused', 'unavailable', 'uncertain', 'exhausted', 'cancelled', 'bug'],
  recovery: ['success', 'failure', 'nothing-to-do'],
  judged: ['right', 'wrong'],
  tenth: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
  state: ['closed', 'open', 'half-open'],
  sender: ['alertmanager', 'grafana', 'pagerduty', 'generic'],
  delivery: DELIVERY_OUTCOMES,
  delivered: ['accepted', 'quarantined', 'lost'],
  told: ['delivered', 'failed'],
  answer: ['accepted', 'unauthorized', 'rejected', 'unavailable'],
} as const satisfies Readonly<Record<string, readonly string[]>>

const NAMES = {
  cluster: { of: 'clusters of the inventory', has: (names, word) => names.nodes.has(word) },
  node: { of: 'nodes of the inventory', has: ({ nodes }, word) => [...nodes.values()].some((each) => each.has(word)) },
  target: { of: 'clusters, services and nodes of the inventory', has: ({ targets }, word) => targets.has(word) },
  runbook: { of: 'runbooks that compile', has: ({ runbooks }, word) => runbooks.has(word) },
  mode: { of: 'degraded modes that a runbook names', has: ({ modes }, word) => modes.has(word) },
  action: { of: 'actions of the catalogue', has: ({ actions }, word) => actions.has(word) },
  channel: { of: 'channels of the inventory', has: ({ channels }, word) => channels.has(word) },
  driver: {
    of: 'drivers of the catalogue',
    has: ({ actions }, word) => [...actions].some((a) => a.startsWith(`${word}.`)),
  },
} as const satisfies Readonly<
  Record<string, { readonly of: string; readonly has: (names: KnownNames, word: string) => boolean }>
>

export type LabelName = keyof typeof WORDS | keyof typeof NAMES

/** Answers the word itself where it is known, else `other`. */
export function closeLabel(label: LabelName, word: string, names: KnownNames): string {
  const isKnown = label in NAMES ? NAMES[label as keyof typeof NAMES].has(names, word) : wordsOf(label).includes(word)
  return isKnown ? word : OTHER
}

/** Answers the list of a label; empty where names close it. */
export const wordsOf = (label: LabelName): readonly string[] =>
  label in WORDS ? WORDS[label as keyof typeof WORDS] : []

/** Says in words what closes a label, for the page of metrics. */
export function closedBy(label: LabelName): string {
  if (label in NAMES) return NAMES[label as keyof typeof NAMES].of
  return wordsOf(label)
    .map((word) => `\`${word}\``)
    .join(', ')
}
