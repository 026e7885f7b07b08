// intake.yaml → who may send alerts. Secrets are resolved once, here, through a source that is handed in; what cannot be
// resolved is an error, never an open door. Read next: intake-settings.ts.
import { read, type Source } from '../compile/1-read/read.ts'
import { toJson, type MapTree } from '../compile/1-read/tree.ts'
import { fieldsOf, type Fields } from '../compile/2-shape/fields.ts'
import { firstOf, reportIssues } from '../compile/2-shape/report-issues.ts'
import { inOrder, type Diagnostic } from '../compile/diagnostics.ts'
import { createReport, type Report } from '../compile/report.ts'
import { findIssues } from '../schema/find-issues.ts'
import { INTAKE } from '../schema/intake.ts'
import {
  SENDERS,
  type BodyMapping,
  type IntakeSettings,
  type SenderName,
  type SenderSettings,
} from './intake-settings.ts'

export type IntakeRead =
  | { readonly ok: true; readonly settings: IntakeSettings }
  | { readonly ok: false; readonly errors: readonly Diagnostic[] }

/** Reads the file; `secrets` of the answer are references still. Fails: RB1xx and RB2xx, as a result. */
export function readIntake(source: Source): IntakeRead {
  const text = read(source)
  if (!text.ok) return { ok: false, errors: inOrder(text.errors) }
  const found: Diagnostic[] = []
  const report = createReport(text.source, found)
  const { tree } = text
  if (tree.kind === 'map') {
    reportIssues(findIssues(INTAKE, toJson(tree)), tree, 'the intake', firstOf(tree), report)
    if (found.length === 0) return { ok: true, settings: settingsFrom(tree, report) }
  } else report('RB203', tree.at, { key: 'the intake', expected: 'a map of senders', found: `a ${tree.kind}` })
  return { ok: false, errors: inOrder(found) }
}

function settingsFrom(tree: MapTree, report: Report): IntakeSettings {
  const all = fieldsOf(tree, report)
  return Object.fromEntries(
    SENDERS.flatMap((name): [SenderName, SenderSettings][] => {
      const own = all.inside(name)
      return own === null ? [] : [[name, senderFrom(own)]]
    }),
  )
}

const senderFrom = (fields: Fields): SenderSettings => ({
  secrets: fields.text('secret') === null ? fields.texts('secret') : [fields.text('secret') ?? ''],
  timestampHeader: fields.text('timestampHeader')?.toLowerCase() ?? null,
  api: fields.text('api'),
  mapping: mappingFrom(fields.inside('mapping')),
})

function mappingFrom(fields: Fields | null): BodyMapping | null {
  if (fields === null) return null
  const paths = (key: string): Readonly<Record<string, string>> => {
    const tree = fields.tree(key)
    return tree === undefined ? {} : (toJson(tree) as Readonly<Record<string, string>>)
  }
  return {
    alerts: fields.text('alerts'),
    status: fields.text('status') ?? '',
    firing: fields.texts('firing'),
    startsAt: fields.text('startsAt') ?? '',
    fingerprint: fields.text('fingerprint'),
    labels: paths('labels'),
    annotations: paths('annotations'),
  }
}

const SHORTEST_SECRET = 16

/**
 * Replaces the references by what they refer to.
 * Fails: with a sentence that names the reference, where one cannot be had or is short enough to be guessed.
 */
export async function resolveIntake(
  settings: IntakeSettings,
  resolve: (reference: string) => Promise<string>,
): Promise<IntakeSettings> {
  const resolved = Object.entries(settings).map(async ([name, sender]) => {
    const secrets = await Promise.all(sender.secrets.map((reference) => resolveOne(reference, resolve)))
    return [name, { ...sender, secrets }] as const
  })
  return Object.fromEntries(await Promise.all(resolved))
}

async function resolveOne(reference: string, resolve: (reference: string) => Promise<string>): Promise<string> {
  const secret = await resolve(reference)
  if (secret.length >= SHORTEST_SECRET) return secret
  throw new Error(`\`${reference}\` has ${secret.length} characters; a hook's secret has at least ${SHORTEST_SECRET}`)
}
