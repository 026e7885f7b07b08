import type { Json } from '../../../src/plan/json.ts'
import type { World } from '../world/world.ts'

/** Arguments with which each action of the catalogue does something in the tests' world. */
export const samplesFor = ({ sinkAddress }: World): Readonly<Record<string, Record<string, Json>>> => ({
  'backup.create': { target: 'web' },
  'backup.verify': { target: 'web', id: 'b1' },
  'backup.restore': { target: 'web', id: 'b1' },
  'breaker.status': { target: 'node-1' },
  'breaker.reset': { target: 'node-1' },
  'cluster.survey': {},
  'config.get': { target: 'web' },
  'config.apply': { target: 'web', values: { limit: 20 } },
  'config.rollback': { target: 'node-1', to: [{ node: 'node-1', values: { limit: 30 } }] },
  'credentials.check': { target: 'web' },
  'credentials.rotate': { target: 'web' },
  'http.get': { url: `${sinkAddress}/get` },
  'http.post': { url: `${sinkAddress}/post`, body: { a: 1 } },
  'load.rebalance': { away_from: 'node-2' },
  'load.restore': { node: 'node-2' },
  'logs.collect': { target: 'web' },
  'mode.set': { mode: 'read-only', active: true, reason: 'test' },
  'node.probe': { node: 'node-1' },
  'node.mark': { node: 'node-2', state: 'failed' },
  'queue.status': { service: 'web' },
  'queue.pause': { service: 'web' },
  'queue.resume': { service: 'web' },
  'queue.purge': { service: 'web' },
  'replicas.scale': { service: 'web', by: 1 },
  'service.status': { target: 'web' },
  'service.restart': { target: 'node-3' },
  'service.stop': { target: 'node-3' },
  'service.start': { target: 'node-3' },
  'snapshot.list': { target: 'web' },
  'snapshot.create': { target: 'web' },
  'snapshot.restore': { target: 'web', id: 's1' },
  'traffic.off': { service: 'web' },
  'traffic.on': { service: 'web' },
})

/** What must be so before, so that the sample has something to do. */
export const BEFORE: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'load.restore': async ({ balancer }) => {
    for (const backend of balancer.backends) if (backend.name === 'node-2') backend.state = 'out'
  },
  'service.start': async ({ processes, nodes }) => {
    for (const node of nodes) if (node.name === 'node-3') await processes.stop(node, AbortSignal.timeout(10_000))
  },
  'traffic.on': async ({ balancer }) => {
    for (const backend of balancer.backends) backend.state = 'out'
  },
}

/** Families for which this version has no driver. */
export const isRefused = (name: string): boolean => /^(backup|snapshot|queue|credentials)\./.test(name)
