// A DOUBLE of Slack's Web API, not Slack: it checks the shape of `chat.postMessage` as the reference documents it, and answers
// with documented errors. What it cannot show: that Slack itself takes the same.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const TOKEN = 'xoxb-of-the-double'

export interface Post {
  readonly channel: string
  readonly text: string
  readonly client_msg_id: string
  readonly [name: string]: string
}

export async function startSlackDouble() {
  const posts: Post[] = []
  const mood: { error: string | null; status: number; isSilent: boolean } = {
    error: null,
    status: 200,
    isSilent: false,
  }
  const unanswered = new Set<ServerResponse>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
    if (mood.isSilent) return void unanswered.add(response)
    const say = (value: object): unknown =>
      response.writeHead(mood.status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const post = Object.fromEntries(new URLSearchParams(body)) as unknown as Post
    if (request.method !== 'POST' || request.url !== '/api/chat.postMessage')
      return void say({ ok: false, error: 'unknown_method' })
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void say({ ok: false, error: 'invalid_auth' })
    if (mood.error !== null) return void say({ ok: false, error: mood.error })
    if (mood.status !== 200) return void say({ ok: false, error: 'internal_error' })
    if (!/^[CDGU][A-Z0-9]+$/.test(post.channel ?? '')) return void say({ ok: false, error: 'channel_not_found' })
    if ((post.text ?? '') === '') return void say({ ok: false, error: 'no_text' })
    if (post.text.length > 40_000) return void say({ ok: false, error: 'msg_too_long' })
    posts.push(post)
    say({ ok: true, channel: post.channel, ts: `${posts.length}.0`, message: { text: post.text } })
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    posts,
    mood,
    async stop() {
      for (const response of unanswered) response.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
