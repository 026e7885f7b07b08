// `phix up`: everything in the foreground: server, worker, detector, HTTP server, lab. Ctrl-C stops what it started.
import type { Verb } from '../verb.ts'

export const up: Verb<{ readonly lab: boolean }> = {
  name: 'up',
  summary: 'Start everything here, in the foreground.',
  examples: [
    ['phix up', 'with the lab; Ctrl-C stops it all'],
    ['phix up --no-lab', 'for your own inventory'],
  ],
  declare: (command) => command.option('--no-lab', 'without the lab'),
  run: ({ deps, out }, { lab }) => deps.up({ lab, say: out.say }),
}
