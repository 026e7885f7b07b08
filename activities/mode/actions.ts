import { set } from './set.ts'

export const modeActions = [set]
