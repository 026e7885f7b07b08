// Where a running `phix up` can be reached, written for other terminals and for its own next start: ports that were
// picked once are kept. Only an aid: a missing or damaged file means the defaults.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Addresses {
  readonly temporal: { readonly address: string; readonly uiAddress: string }
  readonly server: { readonly host: string; readonly port: number }
  /** Where server and worker tell their metrics; absent in a file of an earlier version. */
  readonly metrics?: { readonly host: string; readonly port: number }
  readonly worker?: { readonly host: string; readonly port: number }
}

const fileOf = (dataFolder: string): string => join(dataFolder, 'addresses.json')

/** Answers what was written last; null where nothing was. */
export function readAddresses(dataFolder: string): Addresses | null {
  try {
    const read = JSON.parse(readFileSync(fileOf(dataFolder), 'utf8')) as Partial<Addresses>
    const complete =
      typeof read.temporal?.address === 'string' &&
      typeof read.temporal.uiAddress === 'string' &&
      typeof read.server?.host === 'string' &&
      Number.isInteger(read.server.port)
    return complete ? (read as Addresses) : null
  } catch {
    return null
  }
}

/** Writes them whole or not at all. */
export function writeAddresses(dataFolder: string, addresses: Addresses): void {
  mkdirSync(dataFolder, { recursive: true })
  const draft = `${fileOf(dataFolder)}.${process.pid}.draft`
  writeFileSync(draft, `${JSON.stringify(addresses, null, 2)}\n`)
  renameSync(draft, fileOf(dataFolder))
}
