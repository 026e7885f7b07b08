// The workflow types, nothing else: whatever is exported here can be started by its name.
export { default } from './runbook.ts'
export { detector } from './detector.ts'
export { notification } from './notification.ts'
