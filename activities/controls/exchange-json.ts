// One HTTP exchange with something of the inventory: own connection, own deadline, capped answer, JSON only.
// Addresses come from the inventory alone; whatever a runbook or an alert names goes through activities/http instead.
import { request } from 'undici'
import type { Json } from '../../src/plan/json.ts'
import { ActionFailure } from '../wrapping/action-failure.ts'

export interface Exchange {
  readonly base: string
  /** Segments of the path; each is escaped, so that a name can never leave its place. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'PUT'
  readonly body?: Json
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  /** null where the body was no JSON. */
  readonly json: Json
}

const LARGEST_ANSWER_BYTES = 1024 * 1024

/** Answers status and body, whatever the status. Fails: unavailable (no answer in time), rejected (answer too large). */
export async function exchangeJson(exchange: Exchange): Promise<Answer> {
  const { method = 'GET', body, timeoutMs, signal, headers } = exchange
  const url = urlOf(exchange)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    const response = await request(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: limit,
      // A kept connection to a process that died meanwhile would make its successor look dead.
      reset: true,
    })
    return { status: response.statusCode, json: parse(await readCapped(response.body, url)) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionFailure) throw error
    const why = limit.aborted ? `did not answer within ${timeoutMs} ms` : `could not be reached (${codeOf(error)})`
    throw new ActionFailure('unavailable', `\`${method} ${url}\` ${why}`, { cause: error })
  }
}

function urlOf({ base, path, query }: Exchange): string {
  const url = new URL(base)
  const prefix = url.pathname.replace(/\/+$/, '')
  url.pathname = `${prefix}/${path.map(segment).join('/')}`
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
  return url.href
}

// Dots are no escape's business, but as a whole segment they climb.
const segment = (part: string): string =>
  part === '.' || part === '..' ? part.replaceAll('.', '%252E') : encodeURIComponent(part)

async function readCapped(body: AsyncIterable<Buffer>, url: string): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > LARGEST_ANSWER_BYTES)
      throw new ActionFailure('rejected', `\`${url}\` answered more than ${LARGEST_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

const codeOf = (error: unknown): string => {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return String(code ?? message)
}
