// Starves one process of the lab: `lab-throttle --lab <folder> --pid <pid> --mark <start mark>`.
import { parseArgs } from 'node:util'
import { throttle } from '../lab/throttle.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { lab: text, pid: text, mark: text } })
const told = new AbortController()
process.on('SIGTERM', () => told.abort())
await throttle({ pid: Number(values.pid), startMark: values.mark ?? '' }, told.signal)
