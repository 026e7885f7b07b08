import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../src/compile/diagnostics.ts'
import { openRunbookFolder, type RunbookFolder } from '../../src/compile/runbook-folder.ts'
import { TEST_CATALOGUE } from './test-catalogue.ts'

let root: string
let folder: string
const open = (): RunbookFolder =>
  openRunbookFolder({ folder, storeFolder: join(root, 'plans'), catalogue: TEST_CATALOGUE })
const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
const runbook = (name: string, wait: string, more = ''): string =>
  `runbook: ${name}\nsummary: Waits.\nsteps:\n  - wait: ${wait}\n${more}`
const codes = (diagnostics: readonly Diagnostic[]): readonly string[] => diagnostics.map(({ code }) => code)
const names = (opened: RunbookFolder): readonly string[] => opened.runbooks().map(({ plan }) => plan.name)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'phix-folder-'))
  folder = join(root, 'runbooks')
  mkdirSync(folder)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('a folder of runbooks', () => {
  test('holds the plan of each good file, in the order of names', () => {
    write('b.yaml', runbook('second', '1s'))
    write('a.yml', runbook('first', '1s'))
    write('first.test.yaml', 'not: a runbook')
    write('notes.txt', 'no yaml')
    const opened = open()
    expect(names(opened)).toEqual(['first', 'second'])
    expect(opened.diagnostics()).toEqual([])
  })

  test('keeps the last good plan of a file that breaks, and says so', () => {
    write('a.yaml', runbook('first', '1s'))
    const opened = open()
    const before = opened.runbooks()[0]?.planHash
    write('a.yaml', runbook('first', 'soon'))
    expect(codes(opened.reload())).toEqual(['RB406', 'RB204'])
    expect(opened.runbooks()[0]?.planHash).toBe(before)
    write('a.yaml', runbook('first', '2s'))
    expect(opened.reload()).toEqual([])
    expect(opened.runbooks()[0]?.planHash).not.toBe(before)
  })

  test('keeps the last good plan across a restart beside a broken file', () => {
    write('a.yaml', runbook('first', '1s'))
    const before = open().runbooks()[0]?.planHash
    write('a.yaml', '{{{{')
    const opened = open()
    expect(opened.runbooks()[0]?.planHash).toBe(before)
    expect(codes(opened.diagnostics())).toContain('RB406')
  })

  test('a kept plan that was changed on disk is not used', () => {
    write('a.yaml', runbook('first', '1s'))
    open()
    const stored = join(root, 'plans', 'first.json')
    writeFileSync(stored, '{"path":"x","planHash":"0","plan":{"version":1,"name":"first"}}')
    write('a.yaml', '{{{{')
    expect(names(open())).toEqual([])
  })

  test('does not start the runbook of a deleted file any more, and says so once', () => {
    write('a.yaml', runbook('first', '1s'))
    write('b.yaml', runbook('second', '1s'))
    const opened = open()
    rmSync(join(folder, 'a.yaml'))
    expect(codes(opened.reload())).toEqual(['RB405'])
    expect(names(opened)).toEqual(['second'])
    expect(readdirSync(join(root, 'plans'))).toEqual(['second.json'])
    expect(opened.reload()).toEqual([])
  })

  test('a file that is renamed keeps its runbook without a word', () => {
    write('a.yaml', runbook('first', '1s'))
    const opened = open()
    renameSync(join(folder, 'a.yaml'), join(folder, 'z.yaml'))
    expect(opened.reload()).toEqual([])
    expect(names(opened)).toEqual(['first'])
  })

  test('two files with one name: the first counts, the other is a mistake', () => {
    write('a.yaml', runbook('same', '1s'))
    write('b.yaml', runbook('same', '2s'))
    const opened = open()
    expect(opened.diagnostics().map(({ code, at }) => `${at.path.split('/').at(-1)} ${code}`)).toEqual(['b.yaml RB404'])
    expect(opened.runbooks().map(({ path }) => path.split('/').at(-1))).toEqual(['a.yaml'])
  })

  test('a folder in the place of a file is a mistake, the others go on', () => {
    mkdirSync(join(folder, 'x.yaml'))
    write('a.yaml', runbook('first', '1s'))
    const opened = open()
    expect(opened.diagnostics().map(({ code, message }) => `${code} ${message}`)).toEqual([
      'RB101 the file cannot be read: it is a directory',
    ])
    expect(names(opened)).toEqual(['first'])
  })

  test('without any file, or not there at all, it has no runbooks, and that is no mistake of the worker', () => {
    expect(names(open())).toEqual([])
    rmSync(folder, { recursive: true })
    const opened = open()
    expect(names(opened)).toEqual([])
    expect(codes(opened.diagnostics())).toEqual(['RB101'])
  })

  test('a folder that is gone changes nothing and is said', () => {
    write('a.yaml', runbook('first', '1s'))
    const opened = open()
    rmSync(folder, { recursive: true })
    expect(codes(opened.reload())).toEqual(['RB101'])
    expect(names(opened)).toEqual(['first'])
  })

  test('a store that cannot be written is said, and the plans are there all the same', () => {
    write('a.yaml', runbook('first', '1s'))
    writeFileSync(join(root, 'plans'), 'a file where the folder should be')
    const opened = open()
    expect(codes(opened.diagnostics())).toEqual(['RB407'])
    expect(names(opened)).toEqual(['first'])
  })
})

describe('runbooks that run each other', () => {
  test('a child is embedded into the plan of its parent, whatever the order of the files', () => {
    write('a-parent.yaml', runbook('parent', '1s', '  - run: child\n'))
    write('b-child.yaml', runbook('child', '1s', '  - run: grandchild\n'))
    write('c-grandchild.yaml', runbook('grandchild', '1s'))
    const opened = open()
    expect(opened.diagnostics()).toEqual([])
    const parent = opened.runbooks().find(({ plan }) => plan.name === 'parent')
    const step = parent?.plan.steps[1]
    expect(step?.kind === 'run' && step.plan.steps.map(({ kind }) => kind)).toEqual(['wait', 'run'])
  })

  test('a circle is told as one', () => {
    write('a.yaml', runbook('one', '1s', '  - run: two\n'))
    write('b.yaml', runbook('two', '1s', '  - run: one\n'))
    const opened = open()
    expect(opened.diagnostics().map(({ code, at, message }) => `${at.line}:${at.column} ${code} ${message}`)).toEqual([
      '5:10 RB328 the runbooks call each other: `one` → `two` → `one`',
      '5:10 RB328 the runbooks call each other: `two` → `one` → `two`',
    ])
    expect(names(opened)).toEqual([])
  })

  test('a new version of a child changes the plan of its parent', () => {
    write('parent.yaml', runbook('parent', '1s', '  - run: child\n'))
    write('child.yaml', runbook('child', '1s'))
    const opened = open()
    const hashOf = (): string | undefined => opened.runbooks().find(({ plan }) => plan.name === 'parent')?.planHash
    const before = hashOf()
    write('child.yaml', runbook('child', '2s'))
    expect(opened.reload()).toEqual([])
    expect(hashOf()).not.toBe(before)
  })

  test('a parent goes on with the last good plan of a child that breaks', () => {
    write('parent.yaml', runbook('parent', '1s', '  - run: child\n'))
    write('child.yaml', runbook('child', '1s'))
    const opened = open()
    write('child.yaml', runbook('child', 'soon'))
    expect(codes(opened.reload())).toEqual(['RB406', 'RB204'])
    expect(names(opened)).toEqual(['child', 'parent'])
  })
})
