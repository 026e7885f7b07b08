// The engine in the test's own process: looking at runs costs no process start, which on two cores would be part of what is
// measured.
import { connectEngine } from '../../src/temporal/connect-engine.ts'
import type { Engine } from '../../src/temporal/engine.ts'
import type { PhixUp } from './phix-up.ts'

export function engineOf(up: PhixUp): Promise<Engine> {
  const temporal = { address: up.temporalAddress(), namespace: 'default', uiAddress: null, external: false }
  const told = { version: 1, clusters: [], groups: [], acceptance: false } as const
  return connectEngine({ temporal, inventory: () => told })
}
