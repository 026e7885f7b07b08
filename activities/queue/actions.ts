// No control of this version does these; each says which one the inventory would need.
import { withoutControl } from '../controls/without-control.ts'
import { queueManifests } from './manifest.ts'

export const queueActions = queueManifests.map((manifest) => withoutControl(manifest, 'queue'))
