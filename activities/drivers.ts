// Every driver's code, one line a driver. What may be known without code is in catalogue.ts.
import { backupActions } from './backup/actions.ts'
import { breakerActions } from './breaker/actions.ts'
import { clusterActions } from './cluster/actions.ts'
import { configActions } from './config/actions.ts'
import { credentialsActions } from './credentials/actions.ts'
import { httpActions } from './http/actions.ts'
import { loadActions } from './load/actions.ts'
import { logsActions } from './logs/actions.ts'
import { modeActions } from './mode/actions.ts'
import { nodeActions } from './node/actions.ts'
import { queueActions } from './queue/actions.ts'
import { replicasActions } from './replicas/actions.ts'
import { serviceActions } from './service/actions.ts'
import { snapshotActions } from './snapshot/actions.ts'
import { trafficActions } from './traffic/actions.ts'
import type { Action } from './wrapping/action.ts'

export const ACTIONS: readonly Action[] = [
  ...backupActions,
  ...breakerActions,
  ...clusterActions,
  ...configActions,
  ...credentialsActions,
  ...httpActions,
  ...loadActions,
  ...logsActions,
  ...modeActions,
  ...nodeActions,
  ...queueActions,
  ...replicasActions,
  ...serviceActions,
  ...snapshotActions,
  ...trafficActions,
]
