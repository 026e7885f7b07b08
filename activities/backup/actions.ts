// No control of this version does these; each says which one the inventory would need.
import { withoutControl } from '../controls/without-control.ts'
import { backupManifests } from './manifest.ts'

export const backupActions = backupManifests.map((manifest) => withoutControl(manifest, 'backups'))
