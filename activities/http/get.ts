import type { JsonObject } from '../../src/plan/json.ts'
import { action, type ActionContext } from '../wrapping/action.ts'
import { admitUrl, allowedBy, resolveHost } from './admit-url.ts'
import { exchange } from './exchange.ts'
import { httpGet } from './manifest.ts'

export interface HttpInput {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeout?: number
}

/** Makes the admission of an attempt: the inventory is the one it began with. */
export const admitFor = ({ inventory, allowedHosts }: ActionContext) => {
  const isAllowed = allowedBy(inventory, allowedHosts)
  return (url: string) => admitUrl(url, isAllowed, resolveHost)
}

/** Reads an address. Any status is an answer: conditions and `until` look at `output.status`. */
export const get = action<HttpInput>({
  manifest: httpGet,
  async run({ url, headers = {}, timeout = 10_000 }, context): Promise<JsonObject> {
    const { signal } = context
    const admit = admitFor(context)
    return { ...(await exchange({ method: 'GET', url, headers, body: null, timeoutMs: timeout, signal, admit })) }
  },
})
