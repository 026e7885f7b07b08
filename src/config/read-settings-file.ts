// phix.config.yaml → the settings it sets, by their dotted names (`temporal.address`), as texts like those of the
// environment. What wins over what is decided by read-settings.ts.
import { read, type Source } from '../compile/1-read/read.ts'
import { toJson } from '../compile/1-read/tree.ts'
import { firstOf, reportIssues } from '../compile/2-shape/report-issues.ts'
import { inOrder, type Diagnostic } from '../compile/diagnostics.ts'
import { isSource, readSource } from '../compile/read-source.ts'
import { createReport } from '../compile/report.ts'
import type { Json } from '../plan/json.ts'
import { findIssues } from '../schema/find-issues.ts'
import { SETTINGS_FILE } from '../schema/settings.ts'

export type SettingsFileRead =
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly errors: readonly Diagnostic[] }

/** Reads a settings file. Fails: RB101 and those of readSettingsSource, as a result. */
export function readSettingsFile(path: string): SettingsFileRead {
  const source = readSource(path)
  return isSource(source) ? readSettingsSource(source) : { ok: false, errors: [source] }
}

/** Reads the bytes of a settings file; one with comments only sets nothing. Fails: RB1xx, RB2xx, as a result. */
export function readSettingsSource(source: Source): SettingsFileRead {
  const text = read(source)
  if (!text.ok) {
    const isEmpty = text.errors.every(({ code }) => code === 'RB114')
    return isEmpty ? { ok: true, values: {} } : { ok: false, errors: inOrder(text.errors) }
  }
  const found: Diagnostic[] = []
  const report = createReport(text.source, found)
  if (text.tree.kind !== 'map')
    report('RB203', text.tree.at, { key: 'the settings', expected: 'a map', found: `a ${text.tree.kind}` })
  else reportIssues(findIssues(SETTINGS_FILE, toJson(text.tree)), text.tree, 'the settings', firstOf(text.tree), report)
  return found.length > 0 ? { ok: false, errors: inOrder(found) } : { ok: true, values: flatten(toJson(text.tree), '') }
}

function flatten(value: Json, name: string): Readonly<Record<string, string>> {
  if (Array.isArray(value)) return { [name]: value.join(',') }
  if (typeof value !== 'object' || value === null) return { [name]: String(value) }
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, item]) => flatten(item, name === '' ? key : `${name}.${key}`)),
  ) as Readonly<Record<string, string>>
}
