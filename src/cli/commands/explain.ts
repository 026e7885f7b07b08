// `phix explain`: what a diagnostic's code means and how to mend it.
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verb } from '../verb.ts'

export const explain: Verb = {
  name: 'explain',
  summary: 'Say what a code of `phix check` means and how to mend it.',
  examples: [['phix explain RB203', 'the code is in what `phix check` prints']],
  declare: (command) => command.argument('<code>', 'RB and three digits'),
  async run({ deps, out }, _options, word) {
    const code = String(word).toUpperCase()
    const explanation = (await deps.compiler()).explain(code)
    if (explanation === null)
      throw new CliError(
        'notFound',
        `There is no code \`${code}\`.`,
        'Codes are RB and three digits: `phix explain RB203`.',
      )
    out.answer({ code, explanation }, (safe) => safe.explanation.trimEnd().split('\n'))
    return EXIT.ok
  },
}
