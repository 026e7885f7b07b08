// phix.config.yaml as a JSON Schema. What each setting means: src/config/settings.ts.
import type { JsonSchema } from '../plan/manifest.ts'
import { closed, count, oneOf, TEXT, TEXT_OR_TEXTS } from './literals.ts'

export const SETTINGS_FILE: JsonSchema = closed({
  dataFolder: TEXT,
  runbooksFolder: TEXT,
  inventoryFile: TEXT,
  temporal: closed({ address: TEXT, namespace: TEXT, uiAddress: TEXT }),
  server: closed({ host: TEXT, port: count(0, 65_535) }),
  journal: {
    type: 'string',
    pattern: '^(sqlite:.+|postgres(ql)?://.+)$',
    'x-says': '`sqlite:<file>` or a `postgres://` address',
  },
  intakeFile: TEXT,
  insecureDev: oneOf('yes', 'no'),
  person: TEXT,
  log: closed({ level: oneOf('debug', 'info', 'warn', 'error'), format: oneOf('json', 'pretty') }),
  allowedHosts: TEXT_OR_TEXTS,
})
