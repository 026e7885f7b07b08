// One lab node: an Ollama-like HTTP API, a member of the cluster, a configuration, data and metrics of its own.
// Nothing in here knows of faults: what breaks is the process, its files and its sockets (src/lab/faults).
import type { IncomingMessage, Server } from 'node:http'
import { mkdirSync } from 'node:fs'
import { canonicalJson, type Json } from '../../plan/json.ts'
import { HttpProblem, createRoutedServer, listenLocally, readJson, sendJson, type Handler } from '../http-answers.ts'
import { nodeFiles, type LabLayout, type LabNode } from '../layout.ts'
import { createRequestCounts } from '../request-counts.ts'
import { say } from '../say.ts'
import { joinCluster } from './cluster-member.ts'
import { createContextCache } from './context-cache.ts'
import { dataProblem } from './data-store.ts'
import { MEMBER_HEADER } from './deny-list.ts'
import type { Request } from './election.ts'
import { generate } from './generate.ts'
import { createDurations } from './durations.ts'
import { diskShare, followCpu, memoryShare, toPrometheus, type Performance } from './measure-node.ts'
import { listModels } from './model-store.ts'
import { problemsOf, readConfig, writeConfig, type NodeConfig } from './node-config.ts'

const VERSION = '0.1.0-lab'
const MEASURED_WINDOW_MS = 10_000
const BODY_LIMIT_BYTES = 65_536

/** Serves one node until the process ends. Fails where its configuration or data do not pass, or its port is taken. */
export async function serveNode(layout: LabLayout, node: LabNode): Promise<Server> {
  const files = nodeFiles(node.folder)
  let config = readConfig(files.config)
  const damage = dataProblem(files.data)
  if (damage !== null) throw new Error(damage)
  mkdirSync(files.spoolFolder, { recursive: true })

  const cluster = joinCluster({
    self: node.name,
    members: layout.nodes,
    quorum: () => config.values.quorum,
    ballotFile: files.election,
    denyFile: files.deny,
  })
  const contexts = createContextCache()
  const counts = createRequestCounts()
  const totals = { count: 0, errors: 0 }
  const cpu = followCpu()
  const self = { node: node.name, pid: process.pid }

  /** Loads the file anew; one that does not pass leaves the running configuration as it is. */
  function reload(): void {
    try {
      config = readConfig(files.config)
      say(`configuration ${config.version} loaded`)
    } catch (error) {
      say(`configuration kept at ${config.version}: ${(error as Error).message}`)
    }
  }
  process.on('SIGHUP', reload)

  const durations = createDurations()
  const inBand =
    (handler: Handler): Handler =>
    async (request, response, url) => {
      const began = performance.now()
      response.once('close', () => {
        const failed = response.statusCode >= 500 || !response.writableFinished
        totals.count += 1
        if (failed) totals.errors += 1
        durations.add(performance.now() - began)
        counts.add(node.name, failed, performance.now() - began, performance.now())
      })
      await handler(request, response, url)
    }

  function measure(): Performance {
    const { count, errors, p50_ms } = counts.summarise(MEASURED_WINDOW_MS, performance.now())
    return {
      cpu: cpu(),
      memory: memoryShare(config),
      disk: diskShare(files.spoolFolder, config),
      latency_ms: p50_ms,
      error_rate: count === 0 ? 0 : errors / count,
      requests: totals.count,
    }
  }

  async function putConfig(request: IncomingMessage): Promise<NodeConfig> {
    const { version, values } = await readJson(request, BODY_LIMIT_BYTES)
    // The same values again are the same configuration: a repeated PUT changes nothing.
    const isSame = canonicalJson(values as Json) === canonicalJson(config.values)
    const next = { version: version ?? (isSame ? config.version : config.version + 1), values }
    const problems = problemsOf(next)
    if (problems.length > 0) throw new HttpProblem(422, problems.join('; '))
    writeConfig(files.config, next as NodeConfig)
    reload()
    return config
  }

  const server = createRoutedServer({
    'GET /api/v1/health': (_, response) => {
      const problem = dataProblem(files.data)
      if (problem === null) sendJson(response, 200, { status: 'healthy', ...self })
      else sendJson(response, 503, { status: 'unhealthy', ...self, reason: problem })
    },
    'GET /cluster/status': (_, response) => sendJson(response, 200, cluster.status()),
    'GET /cluster/leader': (_, response) => {
      const { leader, term } = cluster.status()
      sendJson(response, 200, { leader, term })
    },
    'GET /cluster/size': (_, response) =>
      sendJson(response, 200, { size: cluster.status().members.filter(({ reachable }) => reachable).length }),
    'GET /cluster/ping': (request, response) => {
      if (refuseCutOff(request)) return
      sendJson(response, 200, {})
    },
    'POST /cluster/election': async (request, response) => {
      if (refuseCutOff(request)) return
      sendJson(response, 200, cluster.receive((await readJson(request, BODY_LIMIT_BYTES)) as unknown as Request))
    },
    'GET /metrics': (_, response) => {
      const { role, term } = cluster.status()
      const facts = { is_leader: role === 'leader' ? 1 : 0, term, config_version: config.version }
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      response.end(toPrometheus(measure(), totals, facts, durations))
    },
    'GET /metrics/performance': (_, response) => sendJson(response, 200, measure()),
    'GET /config': (_, response) => sendJson(response, 200, config),
    'PUT /config': async (request, response) => sendJson(response, 200, await putConfig(request)),
    'GET /api/version': inBand((_, response) => sendJson(response, 200, { version: VERSION })),
    'GET /api/tags': inBand((_, response) => sendJson(response, 200, { models: listModels(files.modelsFolder) })),
    'POST /api/generate': inBand((request, response) => generate(request, response, node.folder, config, contexts)),
  })

  /** Drops the connection of a member that this node is cut off from, without a byte of answer. */
  function refuseCutOff(request: IncomingMessage): boolean {
    const peer = request.headers[MEMBER_HEADER]
    if (typeof peer !== 'string' || !cluster.isCutOffFrom(peer)) return false
    request.socket.destroy()
    return true
  }

  await listenLocally(server, node.port)
  return server
}
