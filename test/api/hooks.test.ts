// Hooks over a real socket: only the path to the letter, no redirect, and senders that are slow on purpose hold up nobody.
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/api/create-app.ts'
import { serveApp, type Listening } from '../../src/api/serve-app.ts'
import { alertOf, createIntakeBench, SECRET } from '../intake/intake-bench.ts'
import { createFakeApiDeps, TOKEN } from './fakes.ts'

const bench = createIntakeBench()
let listening: Listening
let base: string
beforeAll(async () => {
  listening = await serveApp(createApp({ ...createFakeApiDeps(), hooks: bench.hooks }), { port: 0 })
  base = `http://127.0.0.1:${listening.port}`
})
afterAll(() => listening.close())

const body = JSON.stringify({ version: '4', alerts: [alertOf('firing')] })
const post = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${base}${path}`, { method: 'POST', body, headers, redirect: 'manual' })
const known = { authorization: `Bearer ${SECRET}` }

test('a delivery is acknowledged; another spelling of the path is no hook, and says nothing', async () => {
  expect((await post('/hooks/alertmanager', known)).status).toBe(202)
  const spellings = [
    '/hooks/alertmanager/',
    '//hooks/alertmanager',
    '/hooks/Alertmanager',
    '/hooks/alertmanager;x',
    '/hooks/constructor',
    '/hooks/',
    '/hooks/%61lertmanager',
    '/hooks/alertmanager%2f',
  ]
  for (const path of spellings) {
    const answer = await post(path, known)
    expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 401, null])
  }
})

test('the server’s own token is no secret of a hook, and a hook’s secret opens nothing else', async () => {
  expect((await post('/hooks/alertmanager', { authorization: `Bearer ${TOKEN}` })).status).toBe(401)
  expect((await fetch(`${base}/status`, { headers: known })).status).toBe(401)
})

test('GET is 405, so that a redirected POST is never taken for delivered', async () => {
  const answer = await fetch(`${base}/hooks/alertmanager`, { headers: known, redirect: 'manual' })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
})

test('a large body that a stranger announces is not read', async () => {
  const socket = connect(listening.port, '127.0.0.1')
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
  socket.write('POST /hooks/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Length: 16000000\r\n\r\n{')
  expect(await answer).toContain('401')
  socket.destroy()
})

test('hundreds of connections that never finish hold up nobody', async () => {
  const head = `POST /hooks/alertmanager HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nContent-Length: 1000\r\n\r\n`
  const slow = await Promise.all(
    Array.from(
      { length: 300 },
      (_, index) =>
        new Promise<Socket>((resolve) => {
          const socket = connect(listening.port, '127.0.0.1', () => resolve(socket))
          socket.on('error', () => undefined)
          socket.write(index % 2 === 0 ? head : head.slice(0, 30))
        }),
    ),
  )
  const answers = await Promise.all(Array.from({ length: 20 }, () => post('/hooks/alertmanager', known)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202))
  for (const socket of slow) socket.destroy()
})
