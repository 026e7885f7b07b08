// The lab's request traffic as a process: `lab-traffic --lab <folder>`.
import { parseArgs } from 'node:util'
import { readLayout } from '../lab/layout-file.ts'
import { say } from '../lab/say.ts'
import { sendTraffic } from '../lab/traffic/send-traffic.ts'

const { values } = parseArgs({ options: { lab: { type: 'string' } } })
const layout = readLayout(values.lab ?? '')
if (layout === null) {
  say(`there is no lab in \`${values.lab}\`; bring it up with \`phix lab up\``)
  process.exit(2)
}

sendTraffic(layout)
say(`traffic goes to ${layout.entryUrl}`)
