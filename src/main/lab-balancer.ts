// The lab's balancer as a process: `lab-balancer --lab <folder>`.
import { parseArgs } from 'node:util'
import { serveBalancer } from '../lab/balancer/serve-balancer.ts'
import { readLayout } from '../lab/layout-file.ts'
import { say } from '../lab/say.ts'

const { values } = parseArgs({ options: { lab: { type: 'string' } } })
const layout = readLayout(values.lab ?? '')
if (layout === null) {
  say(`there is no lab in \`${values.lab}\`; bring it up with \`phix lab up\``)
  process.exit(2)
}

try {
  await serveBalancer(layout)
  say(`balancer listens on ${layout.entryUrl}, admin on ${layout.adminUrl}`)
} catch (error) {
  say(`balancer cannot start: ${(error as Error).message}`)
  process.exit(1)
}
