import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationFolder } from '../config/read-settings.ts'

/** Answers the version of this installation. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(installationFolder(), 'package.json'), 'utf8')) as { version: string }).version
