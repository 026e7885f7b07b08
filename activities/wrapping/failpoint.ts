import type { WorkerParts } from './worker-parts.ts'

export type FailpointName = 'before-effect' | 'after-effect'

/**
 * Makes what is called right before and right after each touch of the world. The setting is `<point>`, `<point>:<action>`
 * or `<point>:<action>:<count>`, where `*` is any action; null does nothing. `die` ends the process at once, so that a
 * crash test needs no mock. With a count, calls that reach the point are held there until so many stand together: one
 * death is then the death of all of them at exactly this point.
 */
export function createFailpoint(setting: string | null, die: () => void): WorkerParts['failpoint'] {
  if (setting === null) return () => undefined
  const [wanted, only = '*', count = '1'] = setting.split(':')
  let standing = 0
  return (point, action) => {
    if (point !== wanted || (only !== '*' && only !== action)) return
    standing++
    if (standing >= Number(count)) return die()
    return new Promise<never>(() => {})
  }
}
