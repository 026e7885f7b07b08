// `npm run bench`: measures, prints a table, and ends with 1 where a ratio is over its limit. docs/benchmarks.md is the
// method; benches.ts the list of what is measured. Needs a build and TEMPORAL_CLI_PATH; scripts/bench.mjs sees to both.
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { startBenchServer, type BenchServer } from './bench-server.ts'
import { BENCHES } from './benches.ts'
import { holds, type Row } from './row.ts'
import { toTable } from './table.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } })
const wanted = values.only?.split(',')
const unknown = wanted?.filter((word) => !BENCHES.some(({ name }) => name === word)) ?? []
if (unknown.length > 0) {
  const names = BENCHES.map(({ name }) => name).join(', ')
  console.error(`There is no \`${unknown.join('`, `')}\` to measure; there are: ${names}`)
  process.exit(2)
}
const chosen = BENCHES.filter(({ name }) => wanted?.includes(name) ?? true)

Runtime.install({ logger: new DefaultLogger('ERROR') })
const loadBefore = loadavg()[0]
const rows: Row[] = []
let server: BenchServer | null = null
for (const bench of chosen) {
  if (bench.needs === 'server') {
    const started = (server ??= await startBenchServer())
    await measure(bench, () => bench.run(started))
    continue
  }
  // A server that idles beside a measurement would be part of it.
  await server?.stop()
  server = null
  await measure(bench, () => bench.run())
}
await server?.stop()

async function measure({ name }: Bench, run: () => Promise<readonly Row[]> | readonly Row[]): Promise<void> {
  process.stderr.write(`measuring ${name} …`)
  const began = performance.now()
  const found = await run()
  rows.push(...found)
  const over = found.filter((row) => !holds(row)).length
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  process.stderr.write(` ${over === 0 ? 'holds' : `${over} over`}, ${seconds} s\n`)
}

const machine = {
  node: process.versions.node,
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  loadBefore,
  loadAfter: loadavg()[0],
}
console.log(toTable(rows))
console.log(`Node ${machine.node}, ${machine.cores} cores, load ${loadBefore?.toFixed(1)} before`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ v: 1, machine, rows }, null, 2)}\n`)
process.exit(rows.every(holds) ? 0 : 1)
