// The workflow types, nothing else: whatever is exported here can be started by its name.
export { detector } from './detector.ts'
export { default } from './runbook.ts'
