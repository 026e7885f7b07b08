import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { absoluteRow, alternate, inMs, median, type Row } from '../row.ts'

const RUNS = 9
const LIMIT_MS = 150
const BIN = fileURLToPath(new URL('../../bin/phix', import.meta.url))

/** `phix --help` from the start of the process to its first byte, beside a Node that only says one word. */
export async function commandLine(): Promise<readonly Row[]> {
  const { ours, reference } = await alternate(
    RUNS,
    () => firstByteMs([BIN, '--help']),
    () => firstByteMs(['--eval', 'console.log("ready")']),
  )
  const row = absoluteRow('`phix --help`, first byte', median(ours), LIMIT_MS, inMs)
  return [{ ...row, measured: `${row.measured}, of which Node itself ${inMs(median(reference))}` }]
}

async function firstByteMs(words: readonly string[]): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] })
  const firstByte = once(child.stdout, 'data').then(() => performance.now() - began)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`\`${words.join(' ')}\` ended with ${code}`)
  return firstByte
}
