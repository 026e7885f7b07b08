// A bad change of configuration. By default one that passes every check and is wrong: a prompt limit of one byte, so that
// every answer fails. For good: a file that is no JSON, so that the node ends and no restart helps.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { askJson } from '../ask.ts'
import { nodeFiles } from '../layout.ts'
import { PROVISIONED_CONFIG, readConfig, type NodeConfig } from '../node/node-config.ts'
import { untilSo } from '../until-so.ts'
import { writeWhole } from '../write-whole.ts'
import type { Fault, Site } from './fault.ts'
import { kill } from './kill.ts'

const LIMIT_MS = 1_000

export const config: Fault = {
  summary: 'a prompt limit of one byte is rolled out; with --for-good a file that is no JSON, and a restart',

  async apply(site, { forGood = false }, group) {
    if (!forGood) {
      await putBadConfig(site, { ...PROVISIONED_CONFIG.values, max_prompt_bytes: 1 })
      return 'max_prompt_bytes is 1'
    }
    const files = nodeFiles(site.node.folder)
    putBad(site, '{ "version": 2, "values": {\n')
    const killed = await kill.apply(site, {}, group)
    return `\`${files.config}\` is no JSON; ${killed}`
  },

  // Whoever replaced it by other means has healed it, and what they put there is theirs.
  isPresent: async ({ node }) => {
    const { config: file, configBad } = nodeFiles(node.folder)
    return existsSync(configBad) && valuesIn(file) === valuesIn(configBad)
  },

  async heal(site) {
    const files = nodeFiles(site.node.folder)
    const isBad = await config.isPresent(site)
    if (isBad) renameSync(files.configBefore, files.config)
    for (const left of [files.configBad, files.configBefore]) rmSync(left, { force: true })
    if (isBad) await load(site)
    return isBad ? 'configuration put back' : null
  },
}

/** Rolls out values that pass the checks, and waits until a node that runs has loaded them. */
export async function putBadConfig(site: Site, values: NodeConfig['values']): Promise<void> {
  const { version } = readConfig(nodeFiles(site.node.folder).config)
  putBad(site, JSON.stringify({ version: version + 1, values }))
  await load(site)
}

/** Keeps the good text and the bad one beside the file, so that healing knows what it may take back. */
function putBad({ node }: Site, bad: string): void {
  const files = nodeFiles(node.folder)
  writeWhole(files.configBefore, readFileSync(files.config))
  writeWhole(files.configBad, bad)
  writeWhole(files.config, bad)
}

async function load(site: Site): Promise<void> {
  const facts = await site.process()
  if (facts === null) return
  process.kill(facts.pid, 'SIGHUP')
  const { version } = readConfig(nodeFiles(site.node.folder).config)
  await untilSo(
    async () => (await askJson<NodeConfig>(`${site.node.address}/config`, LIMIT_MS))?.version === version,
    `\`${site.node.name}\` runs configuration ${version}`,
  )
}

function valuesIn(file: string): string | null {
  try {
    return JSON.stringify((JSON.parse(readFileSync(file, 'utf8')) as NodeConfig).values)
  } catch {
    return null
  }
}
