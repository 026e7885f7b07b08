import { get } from './get.ts'
import { post } from './post.ts'

export const httpActions = [get, post]
