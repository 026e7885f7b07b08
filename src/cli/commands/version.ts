// `phix version`: what is running, for a bug report.
import { EXIT } from '../exit-codes.ts'
import type { Verb } from '../verb.ts'

export const version: Verb = {
  name: 'version',
  summary: 'Print the version.',
  examples: [
    ['phix version', 'with Node’s version and the platform'],
    ['phix version --json', 'for scripts'],
  ],
  async run({ deps, out }) {
    const facts = { phix: deps.version, node: process.versions.node, platform: `${process.platform}-${process.arch}` }
    out.answer(facts, (safe) => [`phix ${safe.phix} (Node ${safe.node}, ${safe.platform})`])
    return EXIT.ok
  },
}
