// The whole table of routes, asked over a real socket with every spelling that has ever slipped past a guard.
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/api/create-app.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { serveApp, type Listening } from '../../src/api/serve-app.ts'
import { EngineError } from '../../src/temporal/engine.ts'
import { createWorld, RUN_ID, unreachable } from '../cli/fakes.ts'
import { createFakeApiDeps, TOKEN } from './fakes.ts'

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const world = createWorld()
let listening: Listening

beforeAll(async () => {
  listening = await serveApp(createApp(createFakeApiDeps(world)), { port: 0 })
})
afterAll(() => listening.close())

/** Sends the path byte by byte as it is written: no client may tidy it up. */
function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: listening.port, method, path, headers, agent: false },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }))
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}

const withToken = { authorization: `Bearer ${TOKEN}` }
const get = (path: string): Promise<Answer> => ask('GET', path, withToken)

const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `${path}/configs`,
  (path) => `${path}.json`,
  (path) => `${path}.`,
  (path) => `${path}%20`,
  (path) => `${path}%00`,
  (path) => `${path}%2F`,
  (path) => `${path};x=1`,
  (path) => `${path}?a=/healthz`,
  (path) => `${path}%3F/healthz`,
  (path) => `${path}#/healthz`,
  (path) => `/${path}`,
  (path) => `//healthz${path}`,
  (path) => `/healthz/..${path}`,
  (path) => `/healthz/%2e%2e${path}`,
  (path) => `/healthz;${path}`,
  (path) => `/healthz%2F..${path}`,
  (path) => `/./${path.slice(1)}`,
  (path) => path.toUpperCase(),
  (path) => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
  (path) => path.replaceAll('/', '\\'),
  (path) => `http://127.0.0.1/healthz/..${path}`,
]

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
const OVERRIDES: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'x-http-method-override': 'GET' },
  { 'x-original-url': '/status', 'x-rewrite-url': '/status' },
  { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-uri': '/healthz' },
  { authorization: '' },
  { authorization: 'Bearer ' },
  { authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` },
  { authorization: `Bearer ${TOKEN}x` },
  { authorization: `Bearer ${TOKEN.slice(0, -1)}` },
  { cookie: `token=${TOKEN}` },
]

describe('without credentials', () => {
  for (const { path, right } of ROUTES)
    test(`no spelling of ${path} gives anything away`, async () => {
      const concrete = path.replace(':id', encodeURIComponent(RUN_ID))
      for (const spell of SPELLINGS)
        for (const method of METHODS)
          for (const headers of method === 'GET' ? OVERRIDES : OVERRIDES.slice(0, 3)) {
            const written = spell(concrete)
            const answer = await ask(method, written, headers)
            const told = `${method} ${written} ${JSON.stringify(headers)}`
            const isOpenItself =
              right === 'open' &&
              /^(\/|http)/.test(written) &&
              new URL(written.startsWith('http') ? written : `http://127.0.0.1${written}`).pathname === concrete
            if (isOpenItself && (method === 'GET' || method === 'HEAD'))
              expect([200, 503], told).toContain(answer.status)
            else if (answer.status !== 200) expect([400, 401, 404], told).toContain(answer.status)
            // What is answered with 200 can only be an open route, to the letter.
            else
              expect(JSON.stringify(['{"v":1,"ok":true}', '{"v":1,"ready":true}', '']), told).toContain(
                JSON.stringify(answer.body),
              )
            expect(answer.headers['location'], told).toBeUndefined()
            for (const secret of ['node-2', 'phix_', 'decision']) expect(answer.body, told).not.toContain(secret)
          }
    }, 60_000)

  test('a token in the query is no token', async () => {
    expect(await ask('GET', `/status?token=${TOKEN}&access_token=${TOKEN}`)).toMatchObject({ status: 401 })
  })

  test('what does not exist cannot be told from what does', async () => {
    const [real, unreal] = await Promise.all([ask('GET', '/runs'), ask('GET', '/nothing')])
    expect(unreal.body).toBe(real.body)
    expect(unreal.status).toBe(real.status)
  })

  test('readiness says no more than yes or no', async () => {
    world.health = { server: null, workers: 0, problem: 'the password is wrong' }
    expect(await ask('GET', '/readyz')).toMatchObject({ status: 503, body: '{"v":1,"ready":false}' })
    world.health = { server: '1.29.1', workers: 1, problem: null }
  })
})

describe('with the token', () => {
  test('every route answers, and nothing is cached', async () => {
    for (const { path } of ROUTES) {
      const answer = await get(path.replace(':id', encodeURIComponent(RUN_ID)))
      expect(answer.status, path).toBe(200)
      expect(answer.headers['cache-control'], path).toBe('no-store')
    }
  })
  test('what is not in the table is 404, also with another method or a slash at the end', async () => {
    expect((await get('/nothing')).status).toBe(404)
    expect((await get('/status/')).status).toBe(404)
    expect((await ask('POST', '/status', withToken)).status).toBe(404)
  })
  test('a run’s id keeps its slashes', async () => {
    expect(JSON.parse((await get(`/runs/${encodeURIComponent(RUN_ID)}`)).body)).toMatchObject({
      v: 1,
      run: { workflowId: RUN_ID },
    })
    expect((await get('/runs/nothing')).status).toBe(404)
  })
  test('a query that is wrong is 400, with what is wrong', async () => {
    for (const path of ['/runs?limit=0', '/runs?limit=1e9', '/runs?open=perhaps', '/decisions?since=yesterday'])
      expect((await get(path)).status, path).toBe(400)
  })
  test('an engine that is away is 503; a bug is 500 and says nothing', async () => {
    const deps = createFakeApiDeps()
    const failing = (error: Error): ReturnType<typeof createApp> =>
      createApp({ ...deps, engine: { ...deps.engine, listRuns: () => Promise.reject(error) } })
    const headers = { authorization: `Bearer ${TOKEN}` }
    expect((await failing(unreachable()).request('/runs', { headers })).status).toBe(503)
    expect((await failing(new EngineError('not-found', 'no')).request('/runs', { headers })).status).toBe(404)
    const bug = await failing(new Error('secret detail')).request('/runs', { headers })
    expect(bug.status).toBe(500)
    expect(await bug.text()).not.toContain('secret')
  })
})

test('it listens on loopback unless it is told otherwise', () => {
  expect(listening.host).toBe('127.0.0.1')
})

test('each answer to a sender of alerts is counted by sender and status, whatever the sender calls itself', async () => {
  const answers: string[] = []
  const app = createApp({
    ...createFakeApiDeps(world),
    answered: (sender, status) => answers.push(`${sender} ${status}`),
  })
  for (const path of ['/hooks/alertmanager', '/hooks/grafana', '/status'])
    await app.request(path, { method: 'POST', body: '{}' })
  expect(answers).toEqual(['alertmanager 401', 'grafana 401'])
})
