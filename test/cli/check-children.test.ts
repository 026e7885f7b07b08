// The real compiler behind the command line: a runbook that runs another one is checked wherever that one lies beside it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileWithNeighbours } from '../../src/cli/find-runbook.ts'
import { createCompiler } from '../../src/main/compiler-port.ts'

const HEAD = 'automation: auto\ninputs:\n  node: { type: node }\nsteps:\n'
const NODE = '{ node: "${{ inputs.node }}" }'
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'phix-children-'))
  write('parent.yaml', `runbook: parent\nsummary: Runs a child.\n${HEAD}  - run: child\n    with: ${NODE}\n`)
  write('child.yaml', `runbook: child\nsummary: Probes.\n${HEAD}  - uses: node.probe\n    with: ${NODE}\n`)
  write('bad.yaml', `runbook: bad\nsumary: Typo.\n${HEAD}  - run: nobody\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)

test('a child beside its parent is found, also where only the parent is named', async () => {
  const { files, diagnostics } = await compileWithNeighbours(createCompiler(), [join(folder, 'parent.yaml')])
  expect(diagnostics).toEqual([])
  expect(files).toHaveLength(1)
  expect(files[0]?.compiled.ok).toBe(true)
})

test('a child that is nowhere is one mistake of its parent, and neighbours keep theirs to themselves', async () => {
  const { diagnostics } = await compileWithNeighbours(createCompiler(), [join(folder, 'bad.yaml')])
  expect(diagnostics.map(({ code }) => code)).toContain('RB311')
  expect(new Set(diagnostics.map(({ at }) => at.path.split('/').at(-1)))).toEqual(new Set(['bad.yaml']))
})
