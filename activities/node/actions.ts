import { mark } from './mark.ts'
import { probe } from './probe.ts'

export const nodeActions = [probe, mark]
