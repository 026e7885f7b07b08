// Every sender, one line each.
import type { SenderName } from './intake-settings.ts'
import type { Sender } from './sender.ts'
import { alertmanager } from './senders/alertmanager.ts'
import { generic } from './senders/generic.ts'
import { grafana } from './senders/grafana.ts'
import { pagerduty } from './senders/pagerduty.ts'

export const SENDER_OF: Readonly<Record<SenderName, Sender>> = { alertmanager, grafana, pagerduty, generic }
