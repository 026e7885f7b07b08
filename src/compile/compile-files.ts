// Several runbooks together: finds the files, compiles children before their parents, and says which names collide.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '../plan/plan.ts'
import type { Source } from './1-read/read.ts'
import { compile, type Compiled, type CompileContext, type CompiledRunbook } from './compile.ts'
import { diagnostic, inOrder, type Diagnostic, type Place } from './diagnostics.ts'
import { isSource, readSource } from './read-source.ts'

export interface CompiledFiles {
  readonly runbooks: readonly CompiledRunbook[]
  /** Mistakes and warnings of all files, in order. */
  readonly diagnostics: readonly Diagnostic[]
  /** What each file gave, by its path; a file that could not be read has no entry. */
  readonly byPath: ReadonlyMap<string, Compiled>
}

/** Lists the runbook files of a folder, in order: `*.yaml` and `*.yml` but rehearsals (`*.test.yaml`). */
export function listRunbookFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name) && !name.startsWith('.'))
    .map(({ name }) => join(folder, name))
    .sort()
}

/** Lists the runbook files that a path means: itself, or those of the folder. */
export function runbookFilesOf(path: string): readonly string[] {
  try {
    return statSync(path).isDirectory() ? listRunbookFiles(path) : [path]
  } catch {
    // Reading it will say what is wrong.
    return [path]
  }
}

/** Compiles files that may run each other. `more` are plans from elsewhere, e.g. last good ones. */
export function compileFiles(
  paths: readonly string[],
  context: CompileContext,
  more: ReadonlyMap<string, Plan> = new Map(),
): CompiledFiles {
  const found: Diagnostic[] = []
  const sources: Source[] = []
  for (const path of paths) {
    const source = readSource(path)
    if (isSource(source)) sources.push(source)
    else found.push(source)
  }
  const byPath = compileInOrder(sources, context, more)
  const runbooks: CompiledRunbook[] = []
  for (const { path } of sources) {
    const compiled = byPath.get(path)
    if (compiled === undefined) continue
    if (!compiled.ok) {
      found.push(...compiled.errors)
      continue
    }
    found.push(...compiled.warnings)
    const twin = runbooks.find(({ plan }) => plan.name === compiled.plan.name)
    if (twin === undefined) runbooks.push({ plan: compiled.plan, planHash: compiled.planHash, path })
    else found.push(diagnostic('RB404', startOf(path), { name: compiled.plan.name, other: twin.path }))
  }
  return { runbooks, diagnostics: inOrder(found), byPath }
}

export const startOf = (path: string): Place => ({ path, line: 1, column: 1, endLine: 1, endColumn: 1 })

/**
 * Compiles again whoever runs a runbook that has been compiled meanwhile, until nothing changes.
 * Why not by a graph: a file says whom it runs only once it has been shaped, and children are few and seldom nested.
 */
function compileInOrder(
  sources: readonly Source[],
  context: CompileContext,
  more: ReadonlyMap<string, Plan>,
): ReadonlyMap<string, Compiled> {
  const runbooks = new Map<string, Plan>()
  const compiled = new Map<string, Compiled>()
  let waiting = sources
  let isAlone = true
  for (;;) {
    const next = waiting.map((source) => ({ source, result: compile(source, { ...context, runbooks }) }))
    let isNew = false
    for (const { source, result } of next) {
      compiled.set(source.path, result)
      if (result.ok) {
        isNew ||= runbooks.get(result.plan.name) !== result.plan
        runbooks.set(result.plan.name, result.plan)
      }
    }
    waiting = next
      .filter(({ result }) => !result.ok && result.errors.some(({ code }) => code === 'RB311'))
      .map(({ source }) => source)
    if (waiting.length === 0) return compiled
    if (isNew) continue
    if (!isAlone) return withCircles(compiled, waiting)
    // What these files themselves give comes first: a last good plan stands in only for what is broken now.
    isAlone = false
    for (const [name, plan] of more) if (!runbooks.has(name)) runbooks.set(name, plan)
  }
}

const CALLED = /^\s*(?:-\s*)?run:\s*["']?([a-z][a-z0-9-]*)/gm
const NAME = /^runbook:\s*["']?([a-z][a-z0-9-]*)/m

/** Runbooks that wait for each other for ever are told so, instead of «there is no such runbook». */
function withCircles(compiled: Map<string, Compiled>, waiting: readonly Source[]): ReadonlyMap<string, Compiled> {
  const calls = new Map<string, readonly string[]>()
  const decoder = new TextDecoder()
  for (const { bytes } of waiting) {
    const text = decoder.decode(bytes)
    const name = NAME.exec(text)?.[1]
    if (name !== undefined)
      calls.set(
        name,
        [...text.matchAll(CALLED)].map((match) => match[1] ?? ''),
      )
  }
  for (const { path, bytes } of waiting) {
    const name = NAME.exec(decoder.decode(bytes))?.[1]
    const circle = name === undefined ? null : circleFrom(name, calls)
    const result = compiled.get(path)
    if (circle === null || result === undefined || result.ok) continue
    const chain = circle.map((each) => `\`${each}\``).join(' → ')
    const errors = result.errors.map((each) =>
      each.code === 'RB311' && circle.some((name) => each.message.includes(`\`${name}\``))
        ? diagnostic('RB328', each.at, { chain })
        : each,
    )
    compiled.set(path, { ok: false, errors })
  }
  return compiled
}

function circleFrom(start: string, calls: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const seen = new Set<string>()
  const visit = (name: string, path: readonly string[]): readonly string[] | null => {
    for (const next of calls.get(name) ?? []) {
      if (next === start) return [...path, next]
      if (seen.has(next)) continue
      seen.add(next)
      const found = visit(next, [...path, next])
      if (found !== null) return found
    }
    return null
  }
  return visit(start, [start])
}
