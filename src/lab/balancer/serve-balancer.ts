// The lab's load balancer: clients on one port, its admin API on another. It knows no health and takes nobody out by
// itself: that is what runbooks are for.
import { createServer } from 'node:http'
import { HttpProblem, answerProblem, createRoutedServer, listenLocally, readJson, sendJson } from '../http-answers.ts'
import { balancerFile, type LabLayout } from '../layout.ts'
import { createRequestCounts } from '../request-counts.ts'
import { openBackends, type Backend } from './backends.ts'
import { chooseBackend, type Credits } from './choose-backend.ts'
import { routeTo } from './route.ts'

const SAVE_EVERY_MS = 1_000
const DEFAULT_WINDOW_MS = 10_000
const BODY_LIMIT_BYTES = 65_536
/** Whom requests are counted under that found no backend in rotation. */
const NOBODY = 'none'

/** Serves until the process ends. Fails where a port is taken or its file cannot be read. */
export async function serveBalancer(layout: LabLayout): Promise<void> {
  const backends = openBackends(balancerFile(layout.folder), firstBackends(layout))
  const counts = createRequestCounts()
  let credits: Credits = {}

  function next(): Backend | null {
    const candidates = backends.list().filter(({ state }) => state === 'in')
    const chosen = chooseBackend(candidates, credits)
    if (chosen === null) return null
    credits = chosen.credits
    return candidates.find(({ name }) => name === chosen.name) ?? null
  }

  const entry = createServer((request, response) => {
    const began = performance.now()
    const backend = next()
    const count = (failed: boolean): void => {
      counts.add(backend?.name ?? NOBODY, failed, performance.now() - began, performance.now())
      if (backend !== null) backends.count(backend.name, failed)
    }
    if (backend === null) {
      count(true)
      answerProblem(response, new HttpProblem(503, 'no backend is in rotation'))
    } else {
      void routeTo(backend.url, request, response).then(({ failed }) => count(failed))
    }
  })

  const admin = createRoutedServer({
    'GET /backends': (_, response) => sendJson(response, 200, { pid: process.pid, backends: backends.list() }),
    'PUT /backends/*': async (request, response, url) => {
      const name = decodeURIComponent(url.pathname.slice('/backends/'.length))
      sendJson(response, 200, backends.put(name, await readJson(request, BODY_LIMIT_BYTES)))
    },
    'GET /stats': (_, response, url) => {
      const windowMs = Number(url.searchParams.get('window') ?? DEFAULT_WINDOW_MS)
      if (!(windowMs > 0)) throw new HttpProblem(400, '`window` is not a number of milliseconds')
      sendJson(response, 200, counts.summarise(windowMs, performance.now()))
    },
  })

  await listenLocally(entry, layout.ports.entry)
  await listenLocally(admin, layout.ports.admin)
  backends.save()
  setInterval(() => backends.save(), SAVE_EVERY_MS)
}

const firstBackends = ({ nodes }: LabLayout): readonly Backend[] =>
  nodes
    .filter(({ spare }) => !spare)
    .map(({ name, address }) => ({ name, url: address, state: 'in', weight: 1, requests: 0, errors: 0 }))
