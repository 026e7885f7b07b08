// Every action as data: what `check`, the editor schema, docs, dry run, retry policy and the contract suite are made
// from. It imports no driver's code, so that checking a runbook needs no SDK of any system.
import type { ActionManifest } from '../src/plan/manifest.ts'
import { backupManifests } from './backup/manifest.ts'
import { breakerManifests } from './breaker/manifest.ts'
import { clusterManifests } from './cluster/manifest.ts'
import { configManifests } from './config/manifest.ts'
import { credentialsManifests } from './credentials/manifest.ts'
import { httpManifests } from './http/manifest.ts'
import { loadManifests } from './load/manifest.ts'
import { logsManifests } from './logs/manifest.ts'
import { modeManifests } from './mode/manifest.ts'
import { nodeManifests } from './node/manifest.ts'
import { queueManifests } from './queue/manifest.ts'
import { replicasManifests } from './replicas/manifest.ts'
import { serviceManifests } from './service/manifest.ts'
import { snapshotManifests } from './snapshot/manifest.ts'
import { trafficManifests } from './traffic/manifest.ts'

export const CATALOGUE: readonly ActionManifest[] = [
  ...backupManifests,
  ...breakerManifests,
  ...clusterManifests,
  ...configManifests,
  ...credentialsManifests,
  ...httpManifests,
  ...loadManifests,
  ...logsManifests,
  ...modeManifests,
  ...nodeManifests,
  ...queueManifests,
  ...replicasManifests,
  ...serviceManifests,
  ...snapshotManifests,
  ...trafficManifests,
]

/** Answers the manifest of this action; null where there is none. */
export const findManifest = (name: string): ActionManifest | null =>
  CATALOGUE.find((manifest) => manifest.name === name) ?? null
