// What each step kind tells of itself: the key that chooses it, the keys it takes, and how it is read.
import type { JsonSchema } from '../../plan/manifest.ts'
import type { BlockAst, StepAst, StepPart, ValueAst } from './ast.ts'
import type { Fields } from './fields.ts'
import type { Tree } from '../1-read/tree.ts'

export interface Shaped {
  readonly part: StepPart
  readonly blocks?: readonly BlockAst[]
}

/** Reads a list of steps inside a step; `position` becomes a part of the ids of unnamed steps. */
export type ShapeSteps = (tree: Tree | undefined, position: string) => readonly StepAst[]

export interface StepShape {
  /** The key that says what the step does. */
  readonly key: string
  readonly summary: string
  /** The keys beside those that every step takes. */
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  /** Names of keys that hold lists of steps. */
  shape(fields: Fields, shapeSteps: ShapeSteps): Shaped
}

export const block = (role: BlockAst['role'], steps: readonly StepAst[], rest: Partial<BlockAst> = {}): BlockAst => ({
  role,
  name: '',
  when: null,
  codes: null,
  steps,
  ...rest,
})

/** A text as a value, for what was left out. */
export const textValue = (text: string, fields: Fields): ValueAst => ({ kind: 'lit', value: text, tree: fields.map })
