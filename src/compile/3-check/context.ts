// What every rule is given. A rule looks and reports; it changes nothing.
import type { Checker } from '../../expressions/check.ts'
import type { ActionManifest } from '../../plan/manifest.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RunbookAst } from '../2-shape/ast.ts'
import type { Report } from '../report.ts'
import type { Places } from './places.ts'
import type { Read } from './reads.ts'

export interface CheckContext {
  readonly ast: RunbookAst
  readonly places: Places
  readonly catalogue: ReadonlyMap<string, ActionManifest>
  readonly runbooks: ReadonlyMap<string, Plan>
  readonly report: Report
  /** Checks the expressions of steps; preparing it costs, so the rules share one. */
  readonly checker: Checker
  /** Every expression of the steps and of `verify`. */
  readonly reads: readonly Read[]
}

export type Rule = (context: CheckContext) => void

/** What a rule is given before types and reads are known. */
export type Given = Omit<CheckContext, 'checker' | 'reads'>
