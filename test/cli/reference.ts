// Makes docs/cli.md out of the command tree's own help.
import { EXIT, EXIT_MEANINGS, type ExitName } from '../../src/cli/exit-codes.ts'
import { VERBS_OF_PHIX } from '../../src/cli/verbs.ts'
import { createWorld, speak } from './fakes.ts'

const INTRODUCTION = `# The command line

Made from the command tree: \`UPDATE=1 npx vitest run test/cli/help.test.ts\` writes it again. At night, read
[operate.md](operate.md) instead.

**Streams.** Data goes to stdout, talk to stderr: a pipe gets data only. \`--json\` gives one object (of \`follow\`: one a
change) with \`"v":1\`; fields are added, never renamed, within one version. \`--plain\` gives one record a line with tabs
between, for \`grep\`, \`cut\` and \`sort\`; \`-q\` leaves data and errors.

**Terminals.** Colours only repeat what marks and words say; \`--no-color\`, \`NO_COLOR\` and \`TERM=dumb\` turn them off.
Nothing redraws unless stdout is a terminal. Control characters in what targets and alerts say are shown as text
(\`\\x1b\`) and never obeyed; \`--raw\` shows them as they are.

**Ctrl-C** detaches: the run goes on, and the command to come back is printed. A second one ends the program at once.
Neither cancels a run; only \`phix cancel\` does.

**Scripts.** No verb needs a prompt: where one would be asked, say \`--yes\`; without it, and without a terminal, the verb
ends with 2 and prints the exact command. \`--no-input\` makes it so on a terminal, too.

## Exit codes
`

/** Writes the whole reference. */
export async function createReference(folder: string): Promise<string> {
  const codes = (Object.keys(EXIT) as ExitName[]).map((name) => `| ${EXIT[name]} | ${EXIT_MEANINGS[name]} |`)
  const sections = await Promise.all(
    VERBS_OF_PHIX.map(async ({ name }) => {
      const { out } = await speak([...name.split(' '), '--help'], createWorld(), folder)
      const own = out.slice(0, out.indexOf('Global Options:')).trimEnd()
      return `## phix ${name}\n\n\`\`\`text\n${own}\n\`\`\`\n`
    }),
  )
  const { out: overview } = await speak(['--help'], createWorld(), folder)
  return [
    INTRODUCTION,
    '| code | meaning |',
    '|---|---|',
    ...codes,
    '',
    '## phix',
    '',
    '```text',
    overview.trimEnd(),
    '```',
    '',
    sections.join('\n'),
  ].join('\n')
}
