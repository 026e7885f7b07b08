// Every verb of the command line, in the order in which help shows them: a registry, one line a verb.
import { ack } from './commands/ack.ts'
import { alertSend } from './commands/alert.ts'
import { approve } from './commands/approve.ts'
import { cancel } from './commands/cancel.ts'
import { check } from './commands/check.ts'
import { completion } from './commands/completion.ts'
import { deliveries, deliveriesReplay } from './commands/deliveries.ts'
import { docs } from './commands/docs.ts'
import { doctor } from './commands/doctor.ts'
import { explain } from './commands/explain.ts'
import { follow } from './commands/follow.ts'
import { freeze } from './commands/freeze.ts'
import { graph } from './commands/graph.ts'
import { help } from './commands/help.ts'
import { history } from './commands/history.ts'
import { labVerbs } from './commands/lab.ts'
import { list } from './commands/list.ts'
import { modeVerbs } from './commands/mode.ts'
import { pause } from './commands/pause.ts'
import { plan } from './commands/plan.ts'
import { reject } from './commands/reject.ts'
import { reset } from './commands/reset.ts'
import { resume } from './commands/resume.ts'
import { retry } from './commands/retry.ts'
import { routeTest } from './commands/route.ts'
import { run } from './commands/run.ts'
import { serve } from './commands/serve.ts'
import { show } from './commands/show.ts'
import { skip } from './commands/skip.ts'
import { status } from './commands/status.ts'
import { supply } from './commands/supply.ts'
import { thaw } from './commands/thaw.ts'
import { up } from './commands/up.ts'
import { version } from './commands/version.ts'
import { why } from './commands/why.ts'
import { worker } from './commands/worker.ts'
import type { Verb } from './verb.ts'

export const VERBS_OF_PHIX: readonly Verb[] = [
  up,
  status,
  follow,
  why,
  list,
  show,
  history,
  deliveries,
  deliveriesReplay,
  routeTest,
  alertSend,
  plan,
  run,
  approve,
  reject,
  retry,
  skip,
  supply,
  cancel,
  pause,
  resume,
  ack,
  freeze,
  thaw,
  reset,
  ...modeVerbs,
  check,
  explain,
  graph,
  docs,
  ...labVerbs,
  worker,
  serve,
  doctor,
  completion,
  version,
  help,
]

/** What a family of verbs is for. */
export const FAMILIES: Readonly<Record<string, string>> = {
  mode: 'Degraded modes: what a cluster does without for a while.',
  lab: 'A small cluster of real processes to break.',
  alert: 'Alerts by hand.',
  route: 'Which runbook an alert is for.',
}
