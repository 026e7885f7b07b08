import { rebalance } from './rebalance.ts'
import { restore } from './restore.ts'

export const loadActions = [rebalance, restore]
