// One HTTP request of a lab process or of the lab itself, with a deadline over the whole exchange.
import { Agent, request } from 'node:http'

// One connection each: a kept one would hide that the other side was killed and started again.
const agent = new Agent({ keepAlive: false })

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends a request and answers status and body; rejects where there is no whole answer within `timeoutMs`. */
export function ask(
  url: string,
  {
    method = 'GET',
    body,
    headers = {},
    timeoutMs,
  }: {
    readonly method?: string
    readonly body?: string | Uint8Array
    readonly headers?: Readonly<Record<string, string>>
    readonly timeoutMs: number
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
      response.on('close', () => reject(new Error('the answer was cut off')))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Answers the body of a 2xx as JSON; null for every other end. */
export async function askJson<Body>(url: string, timeoutMs: number): Promise<Body | null> {
  try {
    const { status, text } = await ask(url, { timeoutMs })
    return status >= 200 && status < 300 ? (JSON.parse(text) as Body) : null
  } catch {
    return null
  }
}
