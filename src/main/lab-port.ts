// The lab in the words of the command line and of the supervisor. Its folder and inventory are in the data folder.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { freePort, tryPort } from '../config/free-port.ts'
import type { Settings } from '../config/settings.ts'
import type { LabPort } from '../cli/cli-deps.ts'
import { FAULT_NAMES } from '../lab/faults/catalogue.ts'
import { createLab, type Lab } from '../lab/lab.ts'
import type { LabPart } from '../lab/lab-status.ts'
import type { Started } from '../lab/start-part.ts'
import { labInventoryYaml } from '../lab/lab-inventory.ts'
import { readLayout } from '../lab/layout-file.ts'
import { DEFAULT_PORTS, type LabPorts } from '../lab/layout.ts'

/** Opens the lab of this data folder. A new one gets other ports where the usual ones are taken. */
export async function openLab({ dataFolder, inventoryFile }: Settings): Promise<LabPort> {
  const folder = join(dataFolder, 'lab')
  const lab = readLayout(folder) === null ? createLab({ folder, ports: await chooseLabPorts() }) : createLab({ folder })
  return {
    faults: FAULT_NAMES,
    async up(say) {
      const parts = await lab.up()
      const failed = parts.filter(({ outcome }) => outcome === 'failed')
      for (const { name, reason } of failed) say(`\`${name}\` did not start: ${reason}`)
      await writeInventory(lab, inventoryFile, say)
      say(summaryOf(parts, lab.layout.entryUrl))
    },
    async down(say) {
      const stopped = await lab.down()
      say(stopped.length === 0 ? 'did not run' : `stopped ${stopped.length} processes`)
    },
    status: async () => (await lab.status()).map(toPart),
    break: (nodes, fault, options) => lab.break(nodes, fault, options),
    partition: (sides) => lab.partition(sides, { splitBrain: true }),
    heal: (node) => lab.heal(node === null ? undefined : [node]),
  }
}

/** The inventory is the person's once it is written: it is not overwritten. */
async function writeInventory(lab: Lab, path: string, say: (line: string) => void): Promise<void> {
  if (existsSync(path)) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, labInventoryYaml(lab.layout))
  say(`inventory written to \`${path}\``)
}

function summaryOf(parts: readonly Started[], entryUrl: string): string {
  const running = parts.filter(({ outcome }) => outcome !== 'failed')
  const adopted = running.filter(({ outcome }) => outcome === 'adopted').length
  const nodes = running.filter(({ name }) => name.startsWith('node-')).length
  return `${nodes} nodes behind ${entryUrl}, with request traffic${adopted > 0 ? ` (${adopted} processes ran already)` : ''}`
}

function toPart(part: LabPart): Awaited<ReturnType<LabPort['status']>>[number] {
  const { name, kind, pid, address, broken } = part
  return { name, kind, pid, address, state: stateOf(part), isBroken: broken.length > 0, note: noteOf(part) }
}

function stateOf({ broken, process, spare }: LabPart): string {
  if (broken.length > 0) return broken.join(', ')
  switch (process) {
    case 'running':
      return 'running'
    case 'stopped':
      return 'paused'
    case 'down':
      return spare ? 'spare' : 'stopped'
  }
}

function noteOf({ role, backend, pid }: LabPart): string | null {
  const traffic =
    backend === null
      ? null
      : backend.state === 'in'
        ? `in rotation, ${backend.requests} requests, ${backend.errors} errors`
        : pid === null
          ? null
          : 'out of rotation'
  const notes = [role, traffic].filter((each) => each !== null)
  return notes.length > 0 ? notes.join(', ') : null
}

async function chooseLabPorts(): Promise<LabPorts> {
  const usual = [DEFAULT_PORTS.entry, DEFAULT_PORTS.admin, ...DEFAULT_PORTS.nodes]
  const isFree = await Promise.all(usual.map(async (port) => (await tryPort(port)) !== null))
  if (isFree.every(Boolean)) return DEFAULT_PORTS
  const distinct = new Set<number>()
  while (distinct.size < usual.length) distinct.add(await freePort())
  const [entry = 0, admin = 0, ...nodes] = distinct
  return { entry, admin, nodes }
}
