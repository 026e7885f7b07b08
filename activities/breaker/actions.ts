import { reset } from './reset.ts'
import { status } from './status.ts'

export const breakerActions = [status, reset]
