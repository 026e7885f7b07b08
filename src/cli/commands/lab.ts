// `phix lab …`: real processes to break. The lab itself is in src/lab.
import type { LabPart } from '../cli-deps.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import type { Paint } from '../paint.ts'
import { renderTable } from '../table.ts'
import type { Verb } from '../verb.ts'

/** Told in help; the lab itself knows which of them it has. */
const FAULTS = 'kill hang slow errors partition leader disk memory config corrupt'

const labUp: Verb = {
  name: 'lab up',
  summary: 'Start the lab: nodes, balancer, request traffic.',
  examples: [['phix lab up', 'does nothing to what runs already']],
  async run({ deps, out }) {
    await (await deps.lab()).up(out.say)
    return EXIT.ok
  },
}

const labDown: Verb = {
  name: 'lab down',
  summary: 'Stop every process of the lab.',
  examples: [['phix lab down', 'only processes that the lab started']],
  async run({ deps, out }) {
    await (await deps.lab()).down(out.say)
    return EXIT.ok
  },
}

const labStatus: Verb = {
  name: 'lab status',
  summary: 'Show the lab’s processes and what is broken on purpose.',
  examples: [['phix lab status', 'pids, addresses, faults']],
  async run({ deps, out }) {
    const parts = await out.progress('Asking the lab', (await deps.lab()).status())
    out.answer(
      { parts },
      (safe) => renderParts(safe.parts, out.paint),
      (safe) => safe.parts.map(({ name, state, pid, address, note }) => [name, state, pid, address, note]),
    )
    return EXIT.ok
  },
}

interface BreakOptions {
  readonly forGood?: boolean
  readonly splitBrain?: boolean
  readonly partition?: string
}

const labBreak: Verb<BreakOptions> = {
  name: 'lab break',
  summary: 'Break nodes of the lab, for real.',
  examples: [
    ['phix lab break node-2 kill', 'SIGKILL of the process'],
    ['phix lab break node-3 kill --for-good', 'and it does not come back'],
    ['phix lab break node-1 node-2 node-3 slow', 'several at once'],
    ['phix lab break leader kill', 'whoever leads now'],
    ['phix lab break node-1 node-2 partition', 'cut off from the others'],
    ['phix lab break --partition 2/3', 'cut in two, each side with a leader'],
  ],
  declare: (command) =>
    command
      .argument('[words...]', `nodes, then the fault: ${FAULTS}`)
      .option('--for-good', 'kill, config: a restart does not help, until `phix lab heal`')
      .option('--split-brain', 'partition: the side that is cut off elects a leader, too')
      .option('--partition <sides>', 'divide the nodes, as in 2/3; both sides elect a leader'),
  async run({ deps, out }, options, words) {
    const lab = await deps.lab()
    const { nodes, fault } = readBreak((words as readonly string[] | undefined) ?? [], options, lab.faults)
    const { forGood = false, splitBrain = false, partition } = options
    const what = partition === undefined ? nodes.join(', ') : 'the lab'
    const work = partition === undefined ? lab.break(nodes, fault, { forGood, splitBrain }) : lab.partition(partition)
    const done = await out.progress(`Breaking ${what}`, work)
    out.answer({ nodes, fault, forGood, done }, (safe) => safe.done)
    out.say('Watch what is done about it with: phix follow --latest')
    out.say(`Take it back with: phix lab heal${nodes.length === 1 ? ` ${nodes[0]}` : ''}`)
    return EXIT.ok
  },
}

/** Reads `node-1 node-2 slow`: nodes, then the fault. Fails: usage, with what to type. */
function readBreak(
  words: readonly string[],
  { partition, splitBrain, forGood }: BreakOptions,
  faults: readonly string[],
): { readonly nodes: readonly string[]; readonly fault: string } {
  const usage = (message: string, help: string): CliError => new CliError('usage', message, help)
  if (partition !== undefined) {
    if (words.length === 0) return { nodes: [], fault: 'partition' }
    throw usage('--partition chooses the nodes itself.', `phix lab break --partition ${partition}`)
  }
  const fault = words.at(-1)
  const nodes = words.slice(0, -1)
  if (fault === undefined) throw usage('Break which node, and how?', 'phix lab break node-2 kill')
  if (!faults.includes(fault))
    throw /^(node-\d+|leader)$/.test(fault) && !faults.includes(fault)
      ? usage(`How is \`${words.join(' ')}\` to be broken?`, `phix lab break ${words.join(' ')} ${faults[0] ?? 'kill'}`)
      : usage(`There is no fault \`${fault}\`.`, `There are: ${faults.join(', ')}.`)
  if (nodes.length === 0) throw usage(`Which node is to have \`${fault}\`?`, `phix lab break node-2 ${fault}`)
  if (splitBrain === true && fault !== 'partition')
    throw usage('--split-brain belongs to `partition`.', `phix lab break ${nodes.join(' ')} partition --split-brain`)
  if (forGood === true && fault !== 'kill' && fault !== 'config')
    throw usage('--for-good belongs to `kill` and `config`.', `phix lab break ${nodes.join(' ')} kill --for-good`)
  return { nodes, fault }
}

const labHeal: Verb = {
  name: 'lab heal',
  summary: 'Take back what broke a node, or all of them.',
  examples: [
    ['phix lab heal node-3', 'one node'],
    ['phix lab heal', 'all of them'],
  ],
  declare: (command) => command.argument('[node]', 'a node of the lab'),
  async run({ deps, out }, _options, node) {
    const done = await out.progress('Healing', (await deps.lab()).heal(node === undefined ? null : String(node)))
    out.answer({ node: node ?? null, done }, (safe) => safe.done)
    if (done.length === 0) out.say('Nothing was broken.')
    return EXIT.ok
  },
}

export const labVerbs: readonly Verb[] = [labUp, labDown, labStatus, labBreak, labHeal]

const renderParts = (parts: readonly LabPart[], paint: Paint): readonly string[] => [
  ...renderTable(
    ['', 'PART', 'STATE', 'PID', 'ADDRESS', 'NOTE'],
    parts.map(({ name, state, isBroken, pid, address, note }) => [
      isBroken ? paint.red('✗') : state === 'running' ? paint.green('✓') : paint.dim('·'),
      name,
      isBroken ? paint.red(state) : state,
      pid === null ? '–' : String(pid),
      address ?? '–',
      note ?? '',
    ]),
  ),
  '',
  summaryOf(parts),
]

function summaryOf(parts: readonly LabPart[]): string {
  const broken = parts.filter(({ isBroken }) => isBroken)
  if (parts.every(({ pid }) => pid === null) && broken.length === 0)
    return 'The lab is stopped. Start it with: phix lab up (phix up does so, too)'
  if (broken.length === 0) return 'Nothing is broken. Break something with: phix lab break node-2 kill'
  return `Broken: ${broken.map(({ name, state }) => `${name} (${state})`).join(', ')}. Take it back with: phix lab heal`
}
