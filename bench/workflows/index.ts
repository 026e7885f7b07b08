export { default } from '../../workflows/runbook.ts'
export { handWritten } from './hand-written.ts'
