// No control of this version does these; each says which one the inventory would need.
import { withoutControl } from '../controls/without-control.ts'
import { snapshotManifests } from './manifest.ts'

export const snapshotActions = snapshotManifests.map((manifest) => withoutControl(manifest, 'snapshots'))
