// A node of the tests' world: a real process with the API that drivers speak. argv: name, port.
import { createServer } from 'node:http'

const [name, port] = process.argv.slice(2)
let config = { version: 1, values: { limit: 10 } }

const answer = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const server = createServer(async (request, response) => {
  const { method, url } = request
  let text = ''
  for await (const chunk of request) text += chunk
  if (url === '/api/v1/health') return answer(response, 200, { status: 'healthy', node: name })
  if (url === '/cluster/status')
    return answer(response, 200, {
      node: name,
      role: name === 'node-1' ? 'leader' : 'follower',
      term: 7,
      leader: 'node-1',
      members: [],
    })
  if (url === '/metrics/performance') return answer(response, 200, { cpu: 0.1, memory: 0.2, disk: 0.3 })
  if (url === '/config' && method === 'GET') return answer(response, 200, config)
  if (url === '/config' && method === 'PUT') {
    const wanted = JSON.parse(text)
    if (typeof wanted.values?.limit !== 'number') return answer(response, 422, { error: '`limit` is not a number' })
    config = { version: wanted.version, values: wanted.values }
    return answer(response, 200, config)
  }
  return answer(response, 404, { error: 'no such path' })
})
server.listen(Number(port), '127.0.0.1', () => console.log(`${name} listens`))
