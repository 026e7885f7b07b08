import { apply } from './apply.ts'
import { get } from './get.ts'
import { rollback } from './rollback.ts'

export const configActions = [get, apply, rollback]
