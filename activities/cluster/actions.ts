import { survey } from './survey.ts'

export const clusterActions = [survey]
