// One HTTP exchange with an address that a runbook gave: admitted, pinned, redirects admitted anew, answer capped.
import { Agent, request, type Dispatcher } from 'undici'
import type { Json } from '../../src/plan/json.ts'
import { ActionFailure, rejected } from '../wrapping/action-failure.ts'
import type { AdmittedUrl } from './admit-url.ts'

export interface Outgoing {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly admit: (url: string) => Promise<AdmittedUrl>
}

const REDIRECTS_FOLLOWED = 3
const BODY_BYTES = 32 * 1024

/** Fields that would change whom the request is for, or how its body is framed. */
const OUR_HEADERS = ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'expect', 'te', 'trailer']

/** The output of both actions. */
export interface HttpAnswer {
  readonly status: number
  readonly ok: boolean
  readonly url: string
  readonly text: string
  readonly truncated: boolean
  readonly json?: Json
}

/** Performs the exchange; the answer has the manifest's form. Redirects of a POST are not followed: it would be sent twice. */
export async function exchange(outgoing: Outgoing): Promise<HttpAnswer> {
  const ours = Object.keys(outgoing.headers).find((name) => OUR_HEADERS.includes(name.toLowerCase()))
  if (ours !== undefined) throw rejected(`the header \`${ours}\` is set by Phix and cannot be given`)
  let url = outgoing.url
  let headers = outgoing.headers
  const limit = AbortSignal.any([outgoing.signal, AbortSignal.timeout(outgoing.timeoutMs)])
  for (let redirects = 0; ; redirects++) {
    const admitted = await outgoing.admit(url)
    const answer = await sendPinned(outgoing, admitted, headers, limit)
    if (answer.location === null || outgoing.method === 'POST') return answer.result
    if (redirects === REDIRECTS_FOLLOWED)
      throw rejected(`\`${outgoing.url}\` redirects more than ${REDIRECTS_FOLLOWED} times`)
    const next = new URL(answer.location, admitted.url)
    // What was meant for one host (tokens above all) is not for another.
    if (next.origin !== admitted.url.origin) headers = {}
    url = next.href
  }
}

async function sendPinned(
  { method, body, signal, timeoutMs }: Outgoing,
  { url, address, family }: AdmittedUrl,
  headers: Readonly<Record<string, string>>,
  limit: AbortSignal,
): Promise<{ readonly result: HttpAnswer; readonly location: string | null }> {
  const dispatcher = pinnedTo(address, family)
  try {
    const response = await request(url, { method, headers, body, dispatcher, signal: limit })
    const { text, truncated } = await readCapped(response)
    const location = response.statusCode >= 300 && response.statusCode < 400 ? response.headers['location'] : undefined
    const ok = response.statusCode >= 200 && response.statusCode < 300
    const result = { status: response.statusCode, ok, url: url.href, text, truncated, ...jsonOf(text, truncated) }
    return { result, location: typeof location === 'string' ? location : null }
  } catch (error) {
    signal.throwIfAborted()
    throw failureOf(error, `\`${method} ${url.href}\``, limit.aborted ? timeoutMs : null)
  } finally {
    // Not awaited: an answer that is still coming in would be waited for.
    void dispatcher.destroy().catch(() => undefined)
  }
}

/** The name stays in the URL for TLS and the Host field; the connection goes to the checked address only. */
const pinnedTo = (address: string, family: 4 | 6): Agent =>
  new Agent({
    pipelining: 0,
    connect: {
      lookup: (_host, options, done) =>
        options.all === true ? done(null, [{ address, family }]) : done(null, address, family),
    },
  })

async function readCapped({ body }: Dispatcher.ResponseData): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > BODY_BYTES) break
  }
  return { text: Buffer.concat(chunks).subarray(0, BODY_BYTES).toString('utf8'), truncated: size > BODY_BYTES }
}

function jsonOf(text: string, truncated: boolean): { readonly json?: Json } {
  if (truncated) return {}
  try {
    return { json: JSON.parse(text) as Json }
  } catch {
    return {}
  }
}

/** Errors of a connection that never was: nothing can have happened. */
const NEVER_CONNECTED = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ENOTFOUND']

function failureOf(error: unknown, what: string, overdueMs: number | null): ActionFailure {
  if (error instanceof ActionFailure) return error
  const { code, name, message } = error as { code?: string; name?: string; message?: string }
  if (code === 'UND_ERR_INVALID_ARG' || name === 'InvalidArgumentError')
    return rejected(`${what} cannot be sent: ${message}`)
  const why = overdueMs === null ? `failed (${code ?? message})` : `was not answered within ${overdueMs} ms`
  const didNothing = code !== undefined && NEVER_CONNECTED.includes(code)
  return new ActionFailure('unavailable', `${what} ${why}`, { cause: error, didNothing })
}
