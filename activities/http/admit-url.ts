// Decides whether a URL may be called, and to which address: resolved once, checked, and from then on pinned.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { ActionFailure, refused } from '../wrapping/action-failure.ts'
import { isPublicAddress } from './public-address.ts'

export interface AdmittedUrl {
  readonly url: URL
  /** What the connection goes to, whatever the name resolves to later. */
  readonly address: string
  readonly family: 4 | 6
}

export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export const resolveHost: Resolve = (host) => lookup(host, { all: true, verbatim: true })

/**
 * Admits a URL. A name with several addresses is refused where one of them is private: which one is called would be
 * chance. Fails: refused (policy), unavailable (the name does not resolve).
 */
export async function admitUrl(text: string, isAllowed: (url: URL) => boolean, resolve: Resolve): Promise<AdmittedUrl> {
  const url = parse(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolveOrFail(host, resolve)
  const first = addresses[0]
  if (first === undefined) throw new ActionFailure('unavailable', `\`${host}\` has no address`, { didNothing: true })
  const hidden = isAllowed(url) ? undefined : addresses.find(({ address }) => !isPublicAddress(address))
  if (hidden !== undefined)
    throw refused(
      `\`${url.host}\` is \`${hidden.address}\`, which is no public address; allow \`${url.host}\` in the settings, or give it a place in the inventory`,
    )
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 }
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw refused('the address is no URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(`\`${url.protocol}\` is neither http nor https`)
  if (url.username !== '' || url.password !== '')
    throw refused(
      'the address holds a user name or password; give it as an `authorization` header with a secret reference',
    )
  return url
}

async function resolveOrFail(host: string, resolve: Resolve): ReturnType<Resolve> {
  try {
    return await resolve(host)
  } catch (cause) {
    throw new ActionFailure('unavailable', `\`${host}\` does not resolve`, { cause, didNothing: true })
  }
}

/** Makes the rule of exceptions: hosts of the settings, and the addresses that the inventory itself names. */
export function allowedBy(inventory: Inventory, allowedHosts: readonly string[]): (url: URL) => boolean {
  const named = inventory.clusters.flatMap(({ nodes, services }) => [
    ...nodes.map(({ address }) => address),
    ...services.flatMap(({ balancer }) => (balancer === null ? [] : [balancer.url, balancer.admin])),
  ])
  const hosts = new Set([...named.map((address) => withPort(new URL(address))), ...allowedHosts])
  return (url) => hosts.has(withPort(url)) || hosts.has(url.hostname)
}

const withPort = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
