// `npm start`: gets what a bare clone lacks, then becomes `phix up`. What is typed after `npm start --` goes to it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare()
const phix = spawn(process.execPath, [join(root, 'bin', 'phix'), 'up', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
// Ctrl-C reaches `phix up` by the terminal itself; other signals are passed on. It decides when all is over.
process.on('SIGINT', () => undefined)
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => phix.kill(signal))
phix.on('error', (error) => {
  console.error(`\`bin/phix\` could not be started: ${error.message}`)
  process.exit(1)
})
phix.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
