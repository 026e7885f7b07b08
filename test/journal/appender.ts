// A process of its own that appends to a journal for as long as it lives, and says what was acknowledged.
import { writeSync } from 'node:fs'
import { openJournal } from '../../src/journal/open-journal.ts'

const [location = '', name = '', count = '1000000'] = process.argv.slice(2)
const journal = await openJournal(location)
for (let index = 0; index < Number(count); index++) {
  const id = `${name}-${index}`
  await journal.append([
    { id, kind: 'audit', at: index, cluster: 'lab', target: null, workflowId: null, body: { index } },
  ])
  writeSync(1, `${id}\n`)
}
await journal.close()
