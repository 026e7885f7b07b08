// How a cluster's nodes are split among `watch` activities, so that each checkpoint stays below its limit.
import { CHECKPOINT_BYTES } from '../../src/detection/checkpoint.ts'
import type { Cluster, Node } from '../../src/inventory/inventory.ts'

const NODES_PER_SHARD = 50
/** Name, φ, verdict and times of one node, generously. */
const NODE_BYTES = 240
const FRAME_BYTES = 256

export const shardCount = (cluster: Cluster): number => Math.max(1, Math.ceil(cluster.nodes.length / NODES_PER_SHARD))

/** Answers the nodes of one shard, in the inventory's order. */
export const nodesOfShard = (cluster: Cluster, shard: number): readonly Node[] =>
  cluster.nodes.slice(shard * NODES_PER_SHARD, (shard + 1) * NODES_PER_SHARD)

/** Answers how many characters each node's gaps may take. */
export const gapBudget = (nodes: number): number =>
  Math.max(0, Math.floor((CHECKPOINT_BYTES - FRAME_BYTES) / Math.max(1, nodes)) - NODE_BYTES)
