// One `phix up` per data folder: two would each start a Temporal server on the same database file.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { withClaim } from '../processes/claim.ts'
import { factsOf } from '../processes/process-facts.ts'
import { livingProcess, readRecord, removeRecord, writeRecord } from '../processes/process-record.ts'

const recordOf = (dataFolder: string): string => join(dataFolder, 'parts', 'up.json')

/** Makes this process the one of its data folder. Answers null, or the pid of the living one that is it already. */
export async function claimDataFolder(dataFolder: string): Promise<number | null> {
  const folder = join(dataFolder, 'parts')
  await mkdir(folder, { recursive: true })
  return withClaim(folder, 'up', AbortSignal.timeout(10_000), async () => {
    const record = await readRecord(recordOf(dataFolder))
    if (record !== null && livingProcess(record) !== null) return record.pid
    const own = factsOf(process.pid)
    if (own !== null) await writeRecord(recordOf(dataFolder), own)
    return null
  })
}

export const releaseDataFolder = (dataFolder: string): Promise<void> => removeRecord(recordOf(dataFolder))
