// `phix serve`: the HTTP server in the foreground; loopback unless it is told otherwise.
import { InvalidArgumentError } from 'commander'
import type { Verb } from '../verb.ts'

interface Options {
  readonly host?: string
  readonly port?: number
  readonly insecureDev?: boolean
}

export const serve: Verb<Options> = {
  name: 'serve',
  summary: 'Run the HTTP server in the foreground.',
  examples: [
    ['phix serve', 'on this machine only'],
    ['curl -H "Authorization: Bearer $(cat .phix/token)" localhost:7080/status', 'ask it'],
  ],
  declare: (command) =>
    command
      .option('--host <address>', 'listen there (default: the settings’, loopback)')
      .option('--port <number>', 'listen there; 0 takes any free one', readPort)
      .option('--insecure-dev', 'take alerts without secrets, on loopback only'),
  run: ({ deps, out }, { host, port, insecureDev = false }) =>
    deps.serve({ host: host ?? null, port: port ?? null, insecureDev, say: out.say }),
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}
