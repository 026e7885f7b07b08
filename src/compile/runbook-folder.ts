// The runbooks of a folder as the running system sees them: a broken file keeps its last good plan, a deleted one is no
// longer started, and both are said. The last good plans are kept in a folder of their own, so that a restart beside a
// broken file goes on with what was reviewed.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { planHash } from '../plan/hash.ts'
import type { ActionManifest } from '../plan/manifest.ts'
import { PLAN_VERSION, type Plan } from '../plan/plan.ts'
import { compileFiles, listRunbookFiles, startOf } from './compile-files.ts'
import type { CompiledRunbook } from './compile.ts'
import { diagnostic, inOrder, type Diagnostic } from './diagnostics.ts'

export interface RunbookFolder {
  /** The plans that are started now. */
  runbooks(): readonly CompiledRunbook[]
  /** What the last reload had to say. */
  diagnostics(): readonly Diagnostic[]
  /** Reads the folder again. Never throws: a folder that cannot be read is a diagnostic, and everything stays as it is. */
  reload(): readonly Diagnostic[]
}

export interface RunbookFolderOptions {
  readonly folder: string
  /** Where last good plans are kept; null: only in memory. */
  readonly storeFolder: string | null
  readonly catalogue: readonly ActionManifest[]
}

/** Opens a folder of runbooks and reads it once. */
export function openRunbookFolder({ folder, storeFolder, catalogue }: RunbookFolderOptions): RunbookFolder {
  let current: readonly CompiledRunbook[] = storeFolder === null ? [] : readStore(storeFolder)
  let said: readonly Diagnostic[] = []

  const reload = (): readonly Diagnostic[] => {
    let paths: readonly string[]
    try {
      paths = listRunbookFiles(folder)
    } catch (error) {
      said = [diagnostic('RB101', startOf(folder), { why: (error as Error).message })]
      return said
    }
    const lastGood = new Map(current.map(({ plan }) => [plan.name, plan]))
    const compiled = compileFiles(paths, { catalogue }, lastGood)
    const found: Diagnostic[] = [...compiled.diagnostics]
    const next: CompiledRunbook[] = [...compiled.runbooks]
    for (const kept of current) {
      const { name } = kept.plan
      if (next.some(({ plan }) => plan.name === name)) continue
      const isThere = paths.includes(kept.path)
      const result = compiled.byPath.get(kept.path)
      // A file that is there and good has another name now: its old runbook is gone like that of a deleted file.
      if (isThere && result?.ok !== true) {
        next.push(kept)
        found.push(diagnostic('RB406', startOf(kept.path), { name }))
      } else found.push(diagnostic('RB405', startOf(kept.path), { name }))
    }
    current = next.sort((a, b) => (a.plan.name < b.plan.name ? -1 : 1))
    if (storeFolder !== null) found.push(...tryToWrite(storeFolder, current))
    said = inOrder(found)
    return said
  }

  reload()
  return { runbooks: () => current, diagnostics: () => said, reload }
}

/** One file a plan. What cannot be read, or does not have the hash that it says, is as if it were not there. */
function readStore(storeFolder: string): readonly CompiledRunbook[] {
  let names: readonly string[]
  try {
    names = readdirSync(storeFolder)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    return []
  }
  return names.flatMap((name) => {
    try {
      const kept = JSON.parse(readFileSync(join(storeFolder, name), 'utf8')) as {
        path: string
        planHash: string
        plan: Plan
      }
      const isWhole =
        kept.plan.version === PLAN_VERSION &&
        planHash(kept.plan) === kept.planHash &&
        basename(name, '.json') === kept.plan.name
      return isWhole ? [{ plan: kept.plan, planHash: kept.planHash, path: kept.path }] : []
    } catch {
      return []
    }
  })
}

function tryToWrite(storeFolder: string, runbooks: readonly CompiledRunbook[]): readonly Diagnostic[] {
  try {
    writeStore(storeFolder, runbooks)
    return []
  } catch (error) {
    return [diagnostic('RB407', startOf(storeFolder), { why: (error as Error).message })]
  }
}

/** Writes what is new and removes what is gone; each file appears whole or not at all. */
function writeStore(storeFolder: string, runbooks: readonly CompiledRunbook[]): void {
  mkdirSync(storeFolder, { recursive: true })
  for (const { plan, planHash: hash, path } of runbooks) {
    const file = join(storeFolder, `${plan.name}.json`)
    const text = `${JSON.stringify({ path, planHash: hash, plan })}\n`
    if (readText(file) === text) continue
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  const kept = new Set(runbooks.map(({ plan }) => `${plan.name}.json`))
  for (const name of readdirSync(storeFolder)) if (!kept.has(name)) rmSync(join(storeFolder, name), { force: true })
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
