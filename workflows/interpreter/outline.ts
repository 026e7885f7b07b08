// A plan as the lines that a person reads before approving it: every step with its arguments as far as they are known now.
import { ExpressionError, renderMap } from '../../src/expressions/evaluate.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import type { Step, ValueMap } from '../../src/plan/plan.ts'
import { LIMITS } from '../../src/plan/run.ts'
import { cutText } from '../../src/plan/size.ts'
import { blocksOf } from './steps-inside.ts'

const LINES = 100

/** Answers one line a step, blocks indented; what is only known under way is said to be. */
export function outlineOf(steps: readonly Step[], scope: JsonObject): string {
  const all = linesOf(steps, scope, '')
  const shown = all.length > LINES ? [...all.slice(0, LINES), `… and ${all.length - LINES} more steps`] : all
  return cutText(shown.join('\n'), LIMITS.errorTextBytes / 2)
}

function linesOf(steps: readonly Step[], scope: JsonObject, indent: string): readonly string[] {
  return steps.flatMap((step) => [
    `${indent}- ${step.id}: ${step.title}${argumentsOf(step, scope)}${step.if === null ? '' : ` (if ${step.if})`}`,
    ...(step.kind === 'run' ? [step.plan.steps] : blocksOf(step)).flatMap((inner) =>
      linesOf(inner, scope, `${indent}  `),
    ),
  ])
}

function argumentsOf(step: Step, scope: JsonObject): string {
  if (step.kind !== 'act') return ''
  return ` \`${step.action.name}\` ${rendered(step.with, scope)}`
}

function rendered(values: ValueMap, scope: JsonObject): string {
  try {
    return JSON.stringify(renderMap(values, scope))
  } catch (error) {
    if (error instanceof ExpressionError) return '(its arguments are known when it begins)'
    throw error
  }
}
