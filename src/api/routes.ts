// Every route of the HTTP server with the right it needs: the one table. What is not in here does not exist, and what
// is in here is closed unless it says `open`.
import type { Context } from 'hono'
import type { ApiDeps } from './api-deps.ts'
import { readDecisions } from './handlers/decisions.ts'
import { readMetrics } from './handlers/metrics.ts'
import { readReadiness, readVitalSign } from './handlers/health.ts'
import { readModes } from './handlers/modes.ts'
import { listRuns, showRun } from './handlers/runs.ts'
import { readStatus } from './handlers/status.ts'

/** Who may call a route. */
export type Right = 'open' | 'token'

export interface Route {
  readonly method: 'GET'
  /** Segments that begin with `:` are parameters; open routes have none. */
  readonly path: string
  readonly right: Right
  readonly handle: (deps: ApiDeps, context: Context) => Response | Promise<Response>
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/healthz', right: 'open', handle: readVitalSign },
  { method: 'GET', path: '/startupz', right: 'open', handle: readVitalSign },
  { method: 'GET', path: '/readyz', right: 'open', handle: readReadiness },
  { method: 'GET', path: '/status', right: 'token', handle: readStatus },
  { method: 'GET', path: '/runs', right: 'token', handle: listRuns },
  { method: 'GET', path: '/runs/:id', right: 'token', handle: showRun },
  { method: 'GET', path: '/decisions', right: 'token', handle: readDecisions },
  { method: 'GET', path: '/modes', right: 'token', handle: readModes },
  { method: 'GET', path: '/metrics', right: 'token', handle: readMetrics },
]
