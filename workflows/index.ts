// The workflow types, nothing else.
export { detector } from './detector.ts'
