// No control of this version does these; each says which one the inventory would need.
import { withoutControl } from '../controls/without-control.ts'
import { credentialsManifests } from './manifest.ts'

export const credentialsActions = credentialsManifests.map((manifest) => withoutControl(manifest, 'credentials'))
