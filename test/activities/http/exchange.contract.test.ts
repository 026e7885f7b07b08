// The guarded exchange against real servers: pinning, redirects, caps, headers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { admitUrl, type Resolve } from '../../../activities/http/admit-url.ts'
import { exchange, type Outgoing } from '../../../activities/http/exchange.ts'
import { closeServer, listen } from '../world/balancer-server.ts'

const open: Server[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(closeServer))
})

const serve = async (handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
  const server = createServer(handle)
  open.push(server)
  return listen(server)
}

/** As if the servers of this test, and they alone, were public. */
const outgoing = (url: string, more: Partial<Outgoing> = {}, resolve?: Resolve, allowed?: string): Outgoing => ({
  method: 'GET',
  url,
  headers: {},
  body: null,
  timeoutMs: 2_000,
  signal: new AbortController().signal,
  admit: (each) => admitUrl(each, ({ host }) => allowed === undefined || host === allowed, resolve ?? (async () => [])),
  ...more,
})

test('a name that is rebound after the check is still called at the address that was checked', async () => {
  let reached = ''
  const address = await serve((request, response) => {
    reached = request.headers.host ?? ''
    response.end('right')
  })
  const { port } = new URL(address)
  let resolved = 0
  const rebinding: Resolve = async () => [{ address: ++resolved === 1 ? '127.0.0.1' : '127.9.9.9', family: 4 }]
  const answer = await exchange(outgoing(`http://rebind.example:${port}/`, {}, rebinding))
  expect(answer.text).toBe('right')
  expect(reached).toBe(`rebind.example:${port}`)
  expect(resolved).toBe(1)
})

test('a redirect to a private address is refused, and that address is never called', async () => {
  let called = false
  const inner = await serve((_, response) => {
    called = true
    response.end('secret')
  })
  const outer = await serve((_, response) => response.writeHead(302, { location: `${inner}/meta-data` }).end())
  await expect(exchange(outgoing(outer, {}, undefined, new URL(outer).host))).rejects.toMatchObject({ code: 'refused' })
  expect(called).toBe(false)
})

test('three redirects are followed, a fourth is not', async () => {
  const address = await serve(({ url }, response) => {
    const left = Number(url?.slice(1))
    if (left === 0) response.end('there')
    else response.writeHead(307, { location: `/${left - 1}` }).end()
  })
  expect((await exchange(outgoing(`${address}/3`))).text).toBe('there')
  await expect(exchange(outgoing(`${address}/4`))).rejects.toThrow('redirects more than 3 times')
})

test('headers do not follow a redirect to another origin', async () => {
  let seen: string | undefined = 'never called'
  const other = await serve((request, response) => {
    seen = request.headers['authorization']
    response.end()
  })
  const first = await serve((_, response) => response.writeHead(302, { location: other }).end())
  await exchange(outgoing(first, { headers: { authorization: 'Bearer t0ken' } }))
  expect(seen).toBeUndefined()
})

test('a POST is never sent a second time by a redirect', async () => {
  let count = 0
  const address = await serve((_, response) => {
    count += 1
    response.writeHead(307, { location: '/again' }).end()
  })
  expect((await exchange(outgoing(address, { method: 'POST', body: '{}' }))).status).toBe(307)
  expect(count).toBe(1)
})

test('a long answer is cut, an endless one too', async () => {
  const address = await serve((_, response) => {
    response.on('error', () => undefined)
    const pour = (): void => {
      while (response.writable && response.write('x'.repeat(16_384)));
      response.once('drain', pour)
    }
    pour()
  })
  const answer = await exchange(outgoing(address))
  expect(answer).toMatchObject({ truncated: true, status: 200 })
  expect(answer.text.length).toBe(32 * 1024)
})

test.each(['Host', 'content-length', 'Transfer-Encoding', 'connection'])(
  'the header %s cannot be given',
  async (name) => {
    await expect(exchange(outgoing('http://127.0.0.1:1/', { headers: { [name]: 'x' } }))).rejects.toMatchObject({
      code: 'rejected',
    })
  },
)

test('a header that would break out of its line is rejected', async () => {
  const address = await serve((_, response) => response.end())
  await expect(exchange(outgoing(address, { headers: { 'x-a': 'b\r\nx-injected: yes' } }))).rejects.toMatchObject({
    code: 'rejected',
  })
})

test('a server that takes the connection and never answers is given up at the deadline', async () => {
  const address = await serve(() => undefined)
  const startedAt = performance.now()
  await expect(exchange(outgoing(address, { timeoutMs: 200 }))).rejects.toThrow('was not answered within 200 ms')
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
