// Every fault of the lab. The order is the order of healing: a process must run before it can load what was put back,
// and must have good files before it can be started.
import { config } from './config.ts'
import { corrupt } from './corrupt.ts'
import { disk } from './disk.ts'
import { errors } from './errors.ts'
import type { Fault } from './fault.ts'
import { hang } from './hang.ts'
import { kill } from './kill.ts'
import { leader } from './leader.ts'
import { memory } from './memory.ts'
import { partition } from './partition.ts'
import { slow } from './slow.ts'

export const FAULTS = {
  slow,
  hang,
  partition,
  errors,
  disk,
  corrupt,
  config,
  memory,
  kill,
  leader,
} as const satisfies Readonly<Record<string, Fault>>
export type FaultName = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[]
