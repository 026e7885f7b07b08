import type { ActionManifest } from '../../src/plan/manifest.ts'
import { bool, int, list, object, targets, text } from '../wrapping/schema-words.ts'

export const clusterSurvey: ActionManifest = {
  name: 'cluster.survey',
  summary: 'Look at every member of the cluster at once',
  effect: 'read',
  idempotency: 'yes',
  undo: 'nothing',
  input: object({}),
  output: object({
    cluster: text('name in the inventory'),
    members: targets('nodes that are meant to serve'),
    healthy: targets('members whose probe and real requests are well'),
    ill: targets('members that are not healthy, or whose real requests fail or are slow'),
    silent: targets('members that do not answer at all'),
    leaders: list(object({ node: text('member'), term: int('the term it tells') }), 'members that claim to lead'),
    sides: list(targets('members that reach each other, both ways'), 'the larger one first'),
    told_apart: bool('there is a side with more than half of all members'),
    majority: targets('that side; empty where there is none'),
    minority: targets('members that answer and are on another side'),
    zone: text('failure domain that is ill as a whole, "" where there is none'),
    dependency: text('what all of the ill rest on, as the inventory names it, "" where there is none'),
    known: bool('somebody answered; where nobody did, nothing of this says anything'),
  }),
  timeoutMs: 15_000,
  heartbeatMs: 2_000,
  targets: [],
}

export const clusterManifests: readonly ActionManifest[] = [clusterSurvey]
