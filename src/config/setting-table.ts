// Every setting once: its name in phix.config.yaml (dots are nesting), its variable, how it is read, what it is by default.
// docs and error messages are made from this list. Read next: layer-settings.ts (which layer wins).

export interface SettingSpec {
  readonly name: string
  readonly variable: string
  readonly kind: 'text' | 'path' | 'port' | 'choice'
  readonly choices?: readonly string[]
  readonly summary: string
}

export const SETTINGS = [
  spec('dataFolder', 'path', 'where databases, logs, records and keys are kept'),
  spec('runbooksFolder', 'path', 'where the runbooks are'),
  spec('inventoryFile', 'path', 'what Phix may touch'),
  spec('temporal.address', 'text', 'host:port of the Temporal server'),
  spec('temporal.namespace', 'text', 'its namespace'),
  spec('temporal.uiAddress', 'text', 'where its web UI is'),
  spec('server.host', 'text', 'the address that the HTTP server listens on'),
  spec('server.port', 'port', 'and its port'),
  spec('server.metricsHost', 'text', 'the address that the server tells its metrics on, without a token'),
  spec('server.metricsPort', 'port', 'and its port'),
  spec('worker.host', 'text', 'the address that a worker tells its metrics and health on'),
  spec('worker.port', 'port', 'and its port'),
  spec('intakeFile', 'path', 'who may send alerts'),
  spec('insecureDev', 'choice', 'hooks without secrets, on loopback only: for development', ['yes', 'no']),
  spec('deadMan.url', 'text', 'where a beat is posted while Phix is alive; may be a `secret://` reference'),
  spec('deadMan.every', 'text', 'how often, such as `1m`'),
  spec('journal', 'text', '`sqlite:<file>` or a `postgres://` URL'),
  spec('person', 'text', 'the name you are known by'),
  spec('log.level', 'choice', 'how much is logged', ['debug', 'info', 'warn', 'error']),
  spec('log.format', 'choice', 'how it is written', ['json', 'pretty']),
  spec('allowedHosts', 'text', 'hosts that `http.*` may reach although they are private, with commas between'),
  spec(
    'failpoint',
    'text',
    '`before-effect` or `after-effect`, then `:<action>` for one only, then `:<count>`: for crash tests',
  ),
] as const satisfies readonly SettingSpec[]

export type SettingName = (typeof SETTINGS)[number]['name']

/** `temporal.uiAddress` is `PHIX_TEMPORAL_UI_ADDRESS`. */
function spec<const Name extends string>(
  name: Name,
  kind: SettingSpec['kind'],
  summary: string,
  choices?: readonly string[],
): SettingSpec & { readonly name: Name } {
  const words = name.replace(/[A-Z]/g, (letter) => `_${letter}`).replaceAll('.', '_')
  return { name, variable: `PHIX_${words.toUpperCase()}`, kind, summary, ...(choices && { choices }) }
}
