// The plan of a runbook file, or the words that it has none.
import type { Plan } from '../plan/plan.ts'
import { CliError } from './cli-error.ts'
import type { CompiledFile } from './find-runbook.ts'

/** Answers the plan of a file that compiles. Fails: invalid, with the first mistake. */
export function readPlan({ compiled, path }: CompiledFile): { readonly plan: Plan; readonly planHash: string } {
  if (compiled.ok) return compiled
  const [first] = compiled.errors
  const place =
    first === undefined ? path : `${first.at.path}:${first.at.line}:${first.at.column} ${first.code} ${first.message}`
  const more = compiled.errors.length - 1
  throw new CliError(
    'invalid',
    `The runbook has mistakes: ${place}${more > 0 ? ` (and ${more} more)` : ''}`,
    `See all of them with: phix check ${path}`,
  )
}
