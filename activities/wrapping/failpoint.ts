import type { ActionCall } from '../../src/plan/run.ts'

export type FailpointName = 'before-effect' | 'after-effect'

/** Called right before and right after each touch of the world; a crash test passes one that ends the process. */
export type Failpoint = (point: FailpointName, call: ActionCall) => void | Promise<void>

/**
 * Makes the failpoint that a setting asks for: `<point>` or `<point>:<action>`; null does nothing.
 * `die` ends the process at once, as a crash would.
 */
export function createFailpoint(
  setting: string | null,
  actionOf: (call: ActionCall) => string,
  die: () => void,
): Failpoint {
  if (setting === null) return () => undefined
  const [wanted, action] = setting.split(':')
  return (point, call) => {
    if (point === wanted && (action === undefined || action === actionOf(call))) die()
  }
}
