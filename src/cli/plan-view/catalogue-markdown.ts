// The action catalogue as a page: everything a step can use.
import type { ActionManifest } from '../../plan/manifest.ts'
import { formatDuration } from '../format-time.ts'
import { inMarkdown } from './runbook-markdown.ts'

/** Writes the page, by driver. */
export function toCatalogueMarkdown(catalogue: readonly ActionManifest[]): string {
  const sorted = [...catalogue].sort((a, b) => (a.name < b.name ? -1 : 1))
  return ['# Actions', '', ...sorted.flatMap(section)].join('\n')
}

function section(action: ActionManifest): readonly string[] {
  const undo = typeof action.undo === 'string' ? action.undo : `\`${action.undo.action}\``
  return [
    `## ${action.name}`,
    '',
    inMarkdown(action.summary),
    '',
    `effect **${action.effect}** · repeat: ${action.idempotency} · undo: ${action.effect === 'read' ? 'nothing' : undo} · one attempt at most ${formatDuration(action.timeoutMs)}`,
    '',
    ...fields('Arguments', action.input),
    ...fields('Output', action.output),
  ]
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string; readonly description?: string }>>
  readonly required?: readonly string[]
}

function fields(title: string, schema: ActionManifest['input']): readonly string[] {
  const { properties = {}, required = [] } = schema as unknown as ObjectSchema
  const rows = Object.entries(properties)
  if (rows.length === 0) return []
  return [
    `${title}:`,
    '',
    '| name | type | needed | meaning |',
    '|---|---|---|---|',
    ...rows.map(
      ([name, { type, description }]) =>
        `| ${inMarkdown(name)} | ${type ?? 'any of its schema'} | ${required.includes(name) ? 'yes' : 'no'} | ${inMarkdown(description ?? '')} |`,
    ),
    '',
  ]
}
