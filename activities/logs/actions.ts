import { collect } from './collect.ts'

export const logsActions = [collect]
