import type { JsonObject } from '../../../plan/json.ts'
import type { InputSpec } from '../../../plan/plan.ts'
import type { JsonSchema } from '../../../plan/manifest.ts'
import type { CheckContext, Rule } from '../context.ts'
import { valueOf } from '../../1-read/tree.ts'
import { judgeArguments } from '../judge-arguments.ts'
import { rootsAdded } from '../types-here.ts'
import type { Placed } from '../places.ts'

/** `with` has what the action or the child runbook takes. */
export const argumentsFit: Rule = (context) => {
  for (const placed of context.places.all) {
    const { step } = placed
    if (step.broken || (step.told.has('with') && valueOf(step.tree, 'with')?.kind !== 'map')) continue
    const { part } = step
    if (part.kind === 'act' || part.kind === 'waitUntil') {
      const manifest = context.catalogue.get(part.action.name)
      if (manifest !== undefined) judge(placed, manifest.input, part.action.name, context)
    }
    if (part.kind === 'run') {
      const child = context.runbooks.get(part.runbook.name)
      if (child !== undefined) judge(placed, schemaOfInputs(child.inputs), part.runbook.name, context)
    }
  }
}

function judge(placed: Placed, schema: JsonSchema, name: string, { report, checker }: CheckContext): void {
  const { part, keyAt } = placed.step
  if (!('with' in part)) return
  const more = rootsAdded(placed.scope)
  judgeArguments(part.with, {
    schema,
    where: `\`with\` of \`${name}\``,
    at: keyAt,
    report,
    typeOf: ({ expression }) => {
      const result = checker.check(expression.source, more)
      return 'type' in result ? result.type : null
    },
  })
}

/** What a runbook takes, as the schema of a map. */
export const schemaOfInputs = (inputs: readonly InputSpec[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(inputs.map(({ name, schema }) => [name, schema as JsonObject])),
  required: inputs.filter(({ required, default: fallback }) => required && fallback === null).map(({ name }) => name),
  additionalProperties: false,
})
