import type { WorkerParts } from './worker-parts.ts'

export type FailpointName = 'before-effect' | 'after-effect'

/**
 * Makes what is called right before and right after each touch of the world. The setting is `<point>` or
 * `<point>:<action>`; null does nothing. `die` ends the process at once, so that a crash test needs no mock.
 */
export function createFailpoint(setting: string | null, die: () => void): WorkerParts['failpoint'] {
  if (setting === null) return () => undefined
  const [wanted, only] = setting.split(':')
  return (point, action) => {
    if (point === wanted && (only === undefined || only === action)) die()
  }
}
