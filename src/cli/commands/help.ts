// `phix help`: of a verb, or of a topic that is no verb.
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import { EXIT, EXIT_MEANINGS, type ExitName } from '../exit-codes.ts'
import { renderTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'

export const help: Verb = {
  name: 'help',
  summary: 'Explain a verb, or a topic: exit-codes.',
  examples: [
    ['phix help run', 'one verb'],
    ['phix help lab break', 'one verb of a family'],
    ['phix help exit-codes', 'what a script may rely on'],
  ],
  declare: (command) => command.argument('[words...]', 'a verb or a topic'),
  async run(context, _options, given) {
    const words = (given as readonly string[] | undefined) ?? []
    if (words[0] === 'exit-codes') return tellExitCodes(context)
    const found = words.reduce<Command | undefined>(
      (command, word) => command?.commands.find((each) => each.name() === word),
      context.program,
    )
    if (found === undefined)
      throw new CliError(
        'notFound',
        `There is no verb or topic \`${words.join(' ')}\`.`,
        'See all verbs with: phix help',
      )
    found.outputHelp()
    return EXIT.ok
  },
}

function tellExitCodes({ out }: Context): number {
  const codes = (Object.keys(EXIT) as ExitName[]).map((name) => ({
    code: EXIT[name],
    name,
    meaning: EXIT_MEANINGS[name],
  }))
  out.answer({ codes }, (safe) =>
    renderTable(
      ['CODE', 'MEANING'],
      safe.codes.map(({ code, meaning }) => [String(code), meaning]),
    ),
  )
  return EXIT.ok
}
