import { off } from './off.ts'
import { on } from './on.ts'

export const trafficActions = [off, on]
