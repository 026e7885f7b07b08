// One node of the lab as a process: `lab-node --lab <folder> --node node-1`.
import { parseArgs } from 'node:util'
import { readLayout } from '../lab/layout-file.ts'
import { serveNode } from '../lab/node/serve-node.ts'
import { say } from '../lab/say.ts'

const { values } = parseArgs({ options: { lab: { type: 'string' }, node: { type: 'string' } } })
const layout = readLayout(values.lab ?? '')
const node = layout?.nodes.find(({ name }) => name === values.node)
if (layout === null || node === undefined) {
  say(`there is no \`${values.node}\` in the lab \`${values.lab}\`; bring it up with \`phix lab up\``)
  process.exit(2)
}

try {
  await serveNode(layout, node)
  say(`${node.name} listens on ${node.address}`)
} catch (error) {
  say(`${node.name} cannot start: ${(error as Error).message}`)
  process.exit(1)
}
// Signals that end it are not caught: requests in flight are lost, and that is what ending a process means.
