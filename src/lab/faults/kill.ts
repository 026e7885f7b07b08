// The process is gone: SIGKILL. For good: its data file is cut in half as well, so that every restart ends with the
// reason in its log.
import { statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRecord } from '../../processes/process-record.ts'
import { askJson } from '../ask.ts'
import type { Backend } from '../balancer/backends.ts'
import { nodeFiles, type LabLayout, type LabNode } from '../layout.ts'
import { dataProblem, provisionedData } from '../node/data-store.ts'
import { untilSo } from '../until-so.ts'
import { requireProcess, type Fault, type Site } from './fault.ts'

const LIMIT_MS = 600

export const kill: Fault = {
  summary: 'SIGKILL; with --for-good its data file is cut in half too, so that no restart helps',

  async apply(site, { forGood = false }) {
    const { pid } = await requireProcess(site)
    process.kill(pid, 'SIGKILL')
    const { data } = nodeFiles(site.node.folder)
    if (forGood) truncateSync(data, Math.floor(statSync(data).size / 2))
    await untilSo(async () => (await site.process()) === null, `process ${pid} is gone`)
    return `SIGKILL to process ${pid}${forGood ? ` and \`${data}\` cut in half` : ''}`
  },

  isPresent: async (site) => (await site.process()) === null && (await isMissed(site)),

  async heal(site) {
    const repaired = repairData(site)
    if (!(await kill.isPresent(site))) return repaired
    const { pid } = await site.control.start({ ...site.node, aliases: [] }, AbortSignal.timeout(10_000))
    return [repaired, `started as process ${pid}`].filter((part) => part !== null).join(', ')
  },
}

/** One that was stopped is not broken: no record tells of it. Nor is a spare that does not run, unless it is in rotation. */
async function isMissed({ layout, node }: Site): Promise<boolean> {
  if (!node.spare) return (await wasStarted(layout, node)) || dataProblem(nodeFiles(node.folder).data) !== null
  const told = await askJson<{ backends: readonly Backend[] }>(`${layout.adminUrl}/backends`, LIMIT_MS)
  return told?.backends.some(({ name, state }) => name === node.name && state === 'in') ?? false
}

/** Starting writes the record, stopping removes it; dying leaves it. */
const wasStarted = async ({ processesFolder }: LabLayout, { name }: LabNode): Promise<boolean> =>
  (await readRecord(join(processesFolder, `${name}.json`))) !== null

/** Puts the data back where its checksum does not hold. */
export function repairData({ node }: Site): string | null {
  const { data } = nodeFiles(node.folder)
  if (dataProblem(data) === null) return null
  writeFileSync(data, provisionedData(node.name))
  return 'data put back'
}
