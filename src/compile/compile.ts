// The compiler reads as its passes: text → positioned tree → steps we know → checked → plan. Bad input is a result, not
// an exception. Read next: 1-read/read.ts; the messages are in diagnostics.ts.
import { sha256Hex } from '../plan/hash.ts'
import { canonicalJson, type Json } from '../plan/json.ts'
import type { ActionManifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import { LIMITS } from '../plan/run.ts'
import { read, type Source } from './1-read/read.ts'
import { placeOf, type SourceText } from './1-read/source-text.ts'
import { shape } from './2-shape/shape.ts'
import { check } from './3-check/check.ts'
import { placesOf, type Places } from './3-check/places.ts'
import { lower } from './4-lower/lower.ts'
import { diagnostic, inOrder, type Diagnostic, type Place } from './diagnostics.ts'
import { createReport } from './report.ts'

export interface CompileContext {
  readonly catalogue: readonly ActionManifest[]
  /** Plans of the runbooks that a step `run` may name. */
  readonly runbooks?: ReadonlyMap<string, Plan>
}

/** Where each step is written, by its id; never inside the plan, so that moving a step's line changes no hash. */
export type Positions = Readonly<Record<string, Place>>

export type Compiled =
  | {
      readonly ok: true
      readonly plan: Plan
      readonly planHash: string
      readonly positions: Positions
      readonly warnings: readonly Diagnostic[]
    }
  | { readonly ok: false; readonly errors: readonly Diagnostic[] }

/** A compiled runbook and the file that it is from. */
export interface CompiledRunbook {
  readonly plan: Plan
  readonly planHash: string
  readonly path: string
}

/** Compiles one runbook. Fails: diagnostics, all that can be found at once, in the order of the text. */
export function compile(source: Source, context: CompileContext): Compiled {
  const text = read(source)
  const { tree } = text
  const errors = text.ok ? [] : text.errors
  if (tree === null) return { ok: false, errors: inOrder(errors) }
  // What is wrong in the text is left out of the tree: the rest is judged all the same.
  const found: Diagnostic[] = [...errors]
  const report = createReport(text.source, found)
  const ast = shape(tree, report)
  if (ast === null) return { ok: false, errors: inOrder(found) }
  const places = placesOf(ast)
  const catalogue = new Map(context.catalogue.map((manifest) => [manifest.name, manifest]))
  const runbooks = context.runbooks ?? new Map<string, Plan>()
  check({ ast, places, catalogue, runbooks, report })
  if (found.some(({ severity }) => severity === 'error')) return { ok: false, errors: inOrder(found) }
  const plan = lower(ast, { catalogue, runbooks })
  const canonical = canonicalJson(plan as unknown as Json)
  const bytes = Buffer.byteLength(canonical)
  if (bytes > LIMITS.planBytes) {
    const tooLong = diagnostic('RB329', placeOf(text.source, ast.nameAt), { bytes, limit: LIMITS.planBytes })
    return { ok: false, errors: [tooLong] }
  }
  return {
    ok: true,
    plan,
    planHash: sha256Hex(canonical),
    positions: positionsOf(places, text.source),
    warnings: inOrder(found),
  }
}

const positionsOf = ({ all }: Places, source: SourceText): Positions =>
  Object.fromEntries(all.map(({ step }) => [step.id, placeOf(source, step.keyAt)]))
