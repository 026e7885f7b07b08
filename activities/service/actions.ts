import { restart } from './restart.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'

export const serviceActions = [status, restart, stop, start]
