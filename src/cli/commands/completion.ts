// `phix completion`: a shell script that completes verbs and options, made from the command tree.
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { choiceArgument } from '../program-options.ts'
import type { Verb } from '../verb.ts'

type Shell = 'bash' | 'zsh' | 'fish'

export const completion: Verb = {
  name: 'completion',
  summary: 'Write a completion script for your shell.',
  examples: [
    ['eval "$(phix completion bash)"', 'in ~/.bashrc'],
    ['eval "$(phix completion zsh)"', 'in ~/.zshrc, after compinit'],
    ['phix completion fish > ~/.config/fish/completions/phix.fish', 'once'],
  ],
  declare: (command) => command.addArgument(choiceArgument('<shell>', 'your shell', ['bash', 'zsh', 'fish'])),
  async run({ out, program }, _options, shell) {
    out.text(SCRIPTS[shell as Shell](wordsOf(program, [])))
    return EXIT.ok
  },
}

/** What may follow after these words. */
interface Place {
  readonly path: string
  readonly words: readonly string[]
}

function wordsOf(command: Command, path: readonly string[]): readonly Place[] {
  const verbs = command.commands.map((each) => each.name())
  const options = [...command.options, ...rootOf(command).options]
    .map(({ long }) => long)
    .filter((long) => typeof long === 'string')
  return [
    { path: path.join(' '), words: [...verbs, ...new Set(options), '--help'] },
    ...command.commands.flatMap((each) => wordsOf(each, [...path, each.name()])),
  ]
}

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent))

const bash = (places: readonly Place[]): string =>
  `# bash completion of phix
_phix() {
  local verb="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${verb:+$verb }$word" in
      ${places
        .map(({ path }) => path)
        .filter(Boolean)
        .map((path) => `"${path}"`)
        .join('|')}) verb="\${verb:+$verb }$word" ;;
    esac
  done
  case "$verb" in
${places.map(({ path, words }) => `    "${path}") COMPREPLY=($(compgen -W "${words.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join('\n')}
  esac
}
complete -o default -F _phix phix
`

// zsh runs bash's completion as it is.
const zsh = (places: readonly Place[]): string => `autoload -U +X bashcompinit && bashcompinit\n${bash(places)}`

const fish = (places: readonly Place[]): string => {
  const verbs = places.find(({ path }) => path === '')?.words.filter((word) => !word.startsWith('--')) ?? []
  const lines = places.flatMap(({ path, words }) => {
    const [verb, sub] = path.split(' ')
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : sub === undefined
          ? `__fish_seen_subcommand_from ${verb}`
          : `__fish_seen_subcommand_from ${verb}; and __fish_seen_subcommand_from ${sub}`
    const options = words
      .filter((word) => word.startsWith('--'))
      .map((word) => `complete -c phix -n '${condition}' -l ${word.slice(2)}`)
    const subs = path === '' ? [] : words.filter((word) => !word.startsWith('--'))
    return [...options, ...(subs.length === 0 ? [] : [`complete -c phix -n '${condition}' -a '${subs.join(' ')}'`])]
  })
  return [
    '# fish completion of phix',
    `complete -c phix -n __fish_use_subcommand -a '${verbs.join(' ')}'`,
    ...lines,
    '',
  ].join('\n')
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish }
