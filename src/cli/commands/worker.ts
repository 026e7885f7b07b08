// `phix worker`: one worker in the foreground; start as many as you like, on any machine.
import type { Verb } from '../verb.ts'

export const worker: Verb = {
  name: 'worker',
  summary: 'Run one worker in the foreground.',
  examples: [['phix worker', 'SIGTERM lets it finish what it began']],
  run: ({ deps, out }) => deps.worker({ say: out.say }),
}
