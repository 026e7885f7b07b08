// How the lab's processes are started: through the same process control that runbooks use, so that `service.restart`
// and the lab find, adopt and stop the very same processes.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Node, ProcessControlSpec } from '../inventory/inventory.ts'
import type { LabLayout, LabNode } from './layout.ts'

const STOP_GRACE_MS = 2_000
type Program = 'lab-node' | 'lab-balancer' | 'lab-traffic' | 'lab-throttle'

/** Answers the folder of the built programs: beside this file where it is built itself, else the build of this tree. */
export function builtPrograms(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return import.meta.url.endsWith('.js') ? join(here, '../main') : join(here, '../../dist/src/main')
}

/** Answers the control of the nodes: what the lab's inventory says of its service. */
export const nodeControl = (layout: LabLayout, programs: string): ProcessControlSpec =>
  controlOf(layout, commandOf(layout, programs, 'lab-node', ['--node', '{node}']))

/** Answers the control of one of the lab's other processes. */
export const programControl = (
  layout: LabLayout,
  programs: string,
  program: Exclude<Program, 'lab-node'>,
  args: readonly string[] = [],
): ProcessControlSpec => controlOf(layout, commandOf(layout, programs, program, args))

/** A process of the lab in the shape that process control asks for. */
export const asNode = ({ name, address }: Pick<LabNode, 'name' | 'address'>): Node => ({
  name,
  address,
  zone: null,
  aliases: [],
  spare: false,
})

function commandOf(layout: LabLayout, programs: string, program: Program, args: readonly string[]): readonly string[] {
  const file = join(programs, `${program}.js`)
  if (!existsSync(file)) throw new Error(`\`${file}\` is missing; build first: \`npm run build\``)
  return [process.execPath, file, '--lab', layout.folder, ...args]
}

const controlOf = ({ processesFolder }: LabLayout, command: readonly string[]): ProcessControlSpec => ({
  kind: 'process',
  command,
  cwd: null,
  env: {},
  stateFolder: processesFolder,
  stopGraceMs: STOP_GRACE_MS,
})
