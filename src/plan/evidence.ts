// The roots that an expression may read beside `inputs` and `steps`, as schemas: the compiler checks expressions against
// them, activities/evidence fills them, docs list them. A name that is not in here cannot be written in a runbook.
import type { JsonSchema } from './manifest.ts'

const text = (description: string): JsonSchema => ({ type: 'string', description })
const number = (description: string): JsonSchema => ({ type: 'number', description })
const int = (description: string): JsonSchema => ({ type: 'integer', description })
const bool = (description: string): JsonSchema => ({ type: 'boolean', description })
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const textMap: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } }

/** What is known of a cluster. Ratios are 0–1 and over *wanted serving* members (rules.md, Values and scope). */
export const CLUSTER_EVIDENCE = object({
  name: text('name in the inventory'),
  members: int('wanted serving members: marked-failed, drained and stopped nodes out, added spares in'),
  healthy: int('members whose direct probe is healthy'),
  healthy_ratio: number('healthy / members, 0 where there are none'),
  leaders: int('members that claim to be the leader'),
  term: int('highest term that a member tells'),
  ill: int('members that are not healthy, or whose real requests fail or take much longer than those of the others'),
  ill_ratio: number('ill / members, 0 where there are none'),
  ill_zone: text('the failure domain that has two members or more, all of them ill; "" where there is none'),
  ill_dependency: text('the same for what the inventory names as a dependency'),
  usual_ms: number('request_ms of the members that are quick: the first quartile'),
  config_version: int('configuration that most members run'),
})

/** What is known of one target. A fact that could not be had makes the expression that names it unknown, never true. */
export const TARGET_EVIDENCE = object({
  name: text('name in the inventory'),
  kind: text('node, service or cluster'),
  cluster: text('its cluster'),
  zone: text('its failure domain, "" where none is named'),
  verdict: text('healthy, suspect, failed or unknown'),
  desired: text('serving, failed, drained, stopped or spare'),
  phi: number('suspicion'),
  healthy: bool('its direct probe is healthy, in-band evidence included'),
  leader: bool('it claims to be the leader'),
  term: int('the term it tells'),
  latency_ms: number('median of the last direct probes'),
  error_rate: number('share of its real requests that failed, 0–1; of one canary request where it gets none'),
  request_ms: number('what nine of ten of its real requests take at most'),
  config_version: int('configuration that it runs'),
  config_age_ms: int('since its configuration was seen to change; unknown where no change was seen'),
  cpu: number('share in use, 0–1'),
  memory: number('share in use, 0–1'),
  disk: number('share in use, 0–1'),
})

/** Real requests as the balancer counted them in the last seconds. */
export const REQUESTS_EVIDENCE = object({
  count: int('requests in the window'),
  rate: number('requests a second'),
  success_rate: number('share that succeeded, 0–1; unknown where there were none'),
  error_rate: number('1 - success_rate'),
  p50_ms: number('median latency'),
  p99_ms: number('99th percentile of the latency'),
})

/** Numbers that the inventory has named, from Prometheus or from log files. One that cannot be had is unknown. */
export const SIGNALS_EVIDENCE: JsonSchema = {
  type: 'object',
  description: "the inventory's signals, by name",
  additionalProperties: { type: 'number' },
}

export const ALERT_EVIDENCE = object({
  labels: textMap,
  annotations: textMap,
  status: text('firing or resolved'),
  fingerprint: text("the sender's identity of the alert"),
  starts_at: text('RFC 3339'),
})

export const RUN_EVIDENCE = object({
  id: text("the run's workflow id"),
  runbook: text('name of the runbook'),
  cluster: text('cluster of the run'),
  target: text('target of the run'),
  started_by: text('person, verdict, returned, condition, trend, alert or schedule'),
  started_at: int('epoch ms'),
})

export const ROOTS = {
  cluster: CLUSTER_EVIDENCE,
  target: TARGET_EVIDENCE,
  requests: REQUESTS_EVIDENCE,
  signals: SIGNALS_EVIDENCE,
  alert: ALERT_EVIDENCE,
  run: RUN_EVIDENCE,
  modes: { type: 'array', items: { type: 'string' }, description: 'names of the active degraded modes' },
  now: int("the run's deterministic time, epoch ms"),
} as const satisfies Readonly<Record<string, JsonSchema>>
