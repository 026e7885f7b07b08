import { findSides } from '../../src/detection/sides.ts'
import { createDesiredStates } from '../evidence/desired-states.ts'
import { surveyCluster } from '../evidence/survey-cluster.ts'
import { refused, unavailable } from '../wrapping/action-failure.ts'
import { action } from '../wrapping/action.ts'
import { clusterSurvey } from './manifest.ts'

/** Looks at the whole cluster of the run. What it finds is an answer, not a failure. Fails: unavailable. */
export const survey = action<Record<string, never>>({
  manifest: clusterSurvey,
  async run(_, { inventory, call, detector, now, signal }) {
    const cluster = inventory.clusters.find(({ name }) => name === call.run.cluster)
    if (cluster === undefined) throw refused(`cluster \`${call.run.cluster}\` is not in the inventory`)
    const states = await createDesiredStates(detector, cluster, now)(signal)
    const seen = await surveyCluster(cluster, states, signal)
    if (seen.serving === null)
      throw unavailable(`the detector of \`${cluster.name}\` does not say which nodes are meant to serve`)
    const members = seen.serving.map(({ node }) => node.name)
    const told = seen.serving.flatMap(({ node, membership }) =>
      membership === null ? [] : [[node.name, membership] as const],
    )
    const sides = findSides(new Map(told.map(([name, { reaches }]) => [name, reaches])), members)
    return {
      cluster: cluster.name,
      members,
      healthy: members.filter((name) => !seen.together.ill.includes(name)),
      ill: seen.together.ill,
      silent: seen.serving.filter(({ probe }) => !probe.answered).map(({ node }) => node.name),
      leaders: told.flatMap(([node, { leader, term }]) => (leader ? [{ node, term: term ?? 0 }] : [])),
      sides: sides.sides,
      told_apart: sides.majority.length > 0,
      majority: sides.majority,
      minority: sides.minority,
      zone: seen.together.zone,
      dependency: seen.together.dependency,
      known: seen.isWitnessed,
    }
  },
})
