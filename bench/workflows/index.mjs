// What is measured is the build, as a worker runs it: the bundler compiles TypeScript down to older, slower code.
export { default } from '../../dist/workflows/runbook.js'
export { handWritten } from './hand-written.mjs'
