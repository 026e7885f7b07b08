// As adapter.mjs, over the sources: what the tests give to the kit, so that they need no build.
import * as calibrated from '../../src/detection/calibrated.ts'
import * as observer from '../../src/detection/observer.ts'
import { adapt } from './adapt.mjs'

export const create = adapt(calibrated, observer)
