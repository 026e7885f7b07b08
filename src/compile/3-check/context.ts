// What every rule is given. A rule looks and reports; it changes nothing.
import type { ActionManifest } from '../../plan/manifest.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RunbookAst } from '../2-shape/ast.ts'
import type { Report } from '../report.ts'
import type { Places } from './places.ts'

export interface CheckContext {
  readonly ast: RunbookAst
  readonly places: Places
  readonly catalogue: ReadonlyMap<string, ActionManifest>
  readonly runbooks: ReadonlyMap<string, Plan>
  readonly report: Report
}

export type Rule = (context: CheckContext) => void
