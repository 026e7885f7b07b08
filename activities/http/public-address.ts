// Which addresses a runbook's URL may reach. Everything that is not the public internet is denied, in every spelling,
// because a URL may carry what an alert's sender wrote.
import ipaddr from 'ipaddr.js'

/** The only part of IPv6 that is handed out to the public internet (RFC 4291, IANA registry). */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

/** True where this address, as a resolver or a URL gives it, belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '')
  if (!ipaddr.isValid(bare)) return false
  const parsed = ipaddr.parse(bare)
  if (parsed.kind() === 'ipv4') return parsed.range() === 'unicast'
  const v6 = parsed as ipaddr.IPv6
  // Forms that carry an IPv4 address (mapped, translated, tunnelled) have ranges of their own, and none is unicast.
  return v6.range() === 'unicast' && v6.match(GLOBAL_UNICAST)
}
