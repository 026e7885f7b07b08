// The process is gone: SIGKILL. For good: its data file is cut in half as well, so that every restart ends with the
// reason in its log.
import { statSync, truncateSync, writeFileSync } from 'node:fs'
import { nodeFiles } from '../layout.ts'
import { dataProblem, provisionedData } from '../node/data-store.ts'
import { untilSo } from '../until-so.ts'
import { requireProcess, type Fault, type Site } from './fault.ts'

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

  // A spare that does not run is not broken: nobody has asked for it.
  isPresent: async (site) => !site.node.spare && (await site.process()) === null,

  async heal(site) {
    const repaired = repairData(site)
    if (site.node.spare || (await site.process()) !== null) return repaired
    const { pid } = await site.control.start({ ...site.node, aliases: [] }, AbortSignal.timeout(10_000))
    return [repaired, `started as process ${pid}`].filter((part) => part !== null).join(', ')
  },
}

/** Puts the data back where its checksum does not hold. */
export function repairData({ node }: Site): string | null {
  const { data } = nodeFiles(node.folder)
  if (dataProblem(data) === null) return null
  writeFileSync(data, provisionedData(node.name))
  return 'data put back'
}
