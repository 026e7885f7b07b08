// The language guide is code: each of its YAML blocks compiles against the real catalogue, and it names every key.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { STEP_PROPERTIES } from '../../src/compile/2-shape/shape-step.ts'
import { STEP_KINDS } from '../../src/compile/2-shape/step-kinds.ts'
import { compile } from '../../src/compile/compile.ts'
import { compileFiles, listRunbookFiles } from '../../src/compile/compile-files.ts'
import type { JsonObject } from '../../src/plan/json.ts'
import { GUARD, INPUT, RUNBOOK, TRIGGERS, VERIFY } from '../../src/schema/runbook.ts'

const runbooks = join(import.meta.dirname, '../../runbooks')
const guide = readFileSync(join(runbooks, 'README.md'), 'utf8')
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')

const INPUTS = `inputs:
  node: { type: node, default: node-1 }
  nodes: { type: list, items: node, default: [node-1] }
  service: { type: service, default: ollama }
`
const PROBE = `  - id: probe\n    uses: node.probe\n    with: { node: "\${{ inputs.node }}" }\n`

/** A whole runbook around what a block shows. */
function wholeRunbook(block: string): string {
  if (block.startsWith('runbook:')) return block
  const head = 'runbook: example\nsummary: Shows something.\n'
  if (block.startsWith('- ')) return `${head}${INPUTS}steps:\n${PROBE}${block.replace(/^/gm, '  ')}`
  return `${head}${block.startsWith('inputs:') ? '' : INPUTS}${block}steps:\n${PROBE.replace('${{ inputs.node }}', 'node-1')}`
}

describe('the language guide', () => {
  test('shows all of its parts', () => expect(blocks.length).toBeGreaterThanOrEqual(19))

  test.each(blocks.map((block) => [block.split('\n', 1)[0], block]))('%s… compiles', (_, block = '') => {
    const compiled = compile(
      { path: 'example.yaml', bytes: new TextEncoder().encode(wholeRunbook(block)) },
      { catalogue: CATALOGUE },
    )
    expect(compiled.ok ? [] : compiled.errors).toEqual([])
  })

  test('names every key of the language', () => {
    const keysOf = (schema: JsonObject): readonly string[] => Object.keys(schema['properties'] as JsonObject)
    const keys = [
      ...keysOf(RUNBOOK),
      ...keysOf(INPUT),
      ...keysOf(GUARD),
      ...keysOf(VERIFY),
      ...Object.keys(TRIGGERS),
      ...Object.keys(STEP_PROPERTIES),
      ...STEP_KINDS.flatMap(({ properties }) => Object.keys(properties)),
    ]
    expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(guide))).toEqual([])
  })
})

describe('the shipped runbooks', () => {
  test('compile without a word', () => {
    const { diagnostics, runbooks: compiled } = compileFiles(listRunbookFiles(runbooks), { catalogue: CATALOGUE })
    expect(diagnostics).toEqual([])
    expect(compiled.map(({ plan }) => plan.name)).toEqual(
      expect.arrayContaining(['return-to-service', 'single-node-recovery']),
    )
  })
})
