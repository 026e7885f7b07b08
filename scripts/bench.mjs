// `npm run bench`: gets what a bare clone lacks, finds the Temporal CLI, then measures. What is typed after
// `npm run bench --` goes to bench/main.ts: `--only NAME`, `--json FILE`.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepare, root } from './prepare.mjs'

prepare()
const { findTemporalCli } = await import(pathToFileURL(join(root, 'dist/src/temporal/cli-binary.js')).href)
const TEMPORAL_CLI_PATH = await findTemporalCli({ cacheFolder: join(root, '.phix', 'bin') })
const bench = spawn(process.execPath, ['--import', 'tsx', join(root, 'bench', 'main.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TEMPORAL_CLI_PATH },
})
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => bench.kill('SIGTERM'))
bench.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
