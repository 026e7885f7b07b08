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
    out.answer({ parts }, (safe) => renderParts(safe.parts, out.paint))
    return EXIT.ok
  },
}

const labBreak: Verb<{ readonly forGood?: boolean }> = {
  name: 'lab break',
  summary: 'Break one node of the lab, for real.',
  examples: [
    ['phix lab break node-2 kill', 'SIGKILL of the process'],
    ['phix lab break node-3 kill --for-good', 'and it does not come back'],
    ['phix lab break node-4 slow', 'it answers late'],
  ],
  declare: (command) =>
    command
      .argument('<node>', 'a node of the lab')
      .argument('<fault>', `one of: ${FAULTS}`)
      .option('--for-good', 'a restart does not help, until `phix lab heal`'),
  async run({ deps, out }, { forGood }, node, fault) {
    const lab = await deps.lab()
    if (!lab.faults.includes(String(fault)))
      throw new CliError('usage', `There is no fault \`${String(fault)}\`.`, `There are: ${lab.faults.join(', ')}.`)
    const done = await out.progress(
      `Breaking ${String(node)}`,
      lab.break(String(node), String(fault), { forGood: forGood === true }),
    )
    out.answer({ node: String(node), fault: String(fault), forGood: forGood === true, done }, (safe) =>
      safe.done.split('\n'),
    )
    out.say('Watch what is done about it with: phix follow --latest')
    return EXIT.ok
  },
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
    out.answer({ node: node ?? null, done }, (safe) => safe.done.split('\n'))
    return EXIT.ok
  },
}

export const labVerbs: readonly Verb[] = [labUp, labDown, labStatus, labBreak, labHeal]

const renderParts = (parts: readonly LabPart[], paint: Paint): readonly string[] =>
  renderTable(
    ['', 'PART', 'STATE', 'PID', 'ADDRESS', 'NOTE'],
    parts.map(({ name, state, pid, address, note }) => [
      state === 'running' ? paint.green('✓') : paint.red('✗'),
      name,
      state,
      pid === null ? '–' : String(pid),
      address ?? '–',
      note ?? '',
    ]),
  )
