// Routing in the words of the command line: the very functions that the detector's activity uses.
import { explainRoute } from '../../activities/watching/explain-route.ts'
import type { RoutingPort } from '../cli/cli-deps.ts'
import { clusterOfAlert } from '../intake/place-alert.ts'
import { readAlertsFile } from '../intake/read-alerts-file.ts'

export const createRouting = (): RoutingPort => ({
  readAlerts: readAlertsFile,
  explain(alert, runbooks, inventory) {
    const cluster = clusterOfAlert(alert, inventory)
    return cluster === null ? null : { cluster, ...explainRoute(alert, runbooks, inventory, cluster) }
  },
})
