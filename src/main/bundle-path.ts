import { join } from 'node:path'
import { installationFolder } from '../config/read-settings.ts'

/** Answers where the build puts the workflow bundle. */
export const bundlePath = (): string => join(installationFolder(), 'dist', 'workflows.js')
