import { scale } from './scale.ts'

export const replicasActions = [scale]
