import { spawn } from 'node:child_process'
import { inMs, median, type Row } from '../row.ts'

const RUNS = 9
const LIMIT_MS = 150

/** Times `phix --help` from the start of the process to its first byte. */
export async function commandLineRow(bin: string): Promise<Row> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) times.push(await firstByteMs(bin))
  const measured = median(times)
  return {
    what: 'phix --help, first byte',
    reference: `${LIMIT_MS} ms`,
    measured: inMs(measured),
    ratio: measured / LIMIT_MS,
    limit: 1,
  }
}

function firstByteMs(bin: string): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [bin, '--help'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(performance.now() - began))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`\`phix --help\` ended with ${code} and said nothing`)))
  })
}
