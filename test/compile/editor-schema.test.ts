import { Ajv } from 'ajv'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CATALOGUE } from '../../activities/catalogue.ts'
import { editorSchema, editorSchemaText } from '../../src/compile/editor-schema.ts'
import { TEST_CATALOGUE } from './test-catalogue.ts'

const runbooks = join(import.meta.dirname, '../../runbooks')
const samples = join(import.meta.dirname, '../samples')

test('runbook.schema.json is fresh (`npm run schema` writes it)', () => {
  expect(readFileSync(join(runbooks, 'runbook.schema.json'), 'utf8')).toBe(editorSchemaText(CATALOGUE))
})

describe('the editor schema', () => {
  const ajv = new Ajv({ strict: false, allErrors: true })

  test.each(readdirSync(runbooks).filter((name) => /^[^.]+\.yaml$/.test(name)))('accepts the shipped %s', (name) => {
    const validate = ajv.compile(editorSchema(CATALOGUE))
    validate(parse(readFileSync(join(runbooks, name), 'utf8')))
    expect(validate.errors ?? []).toEqual([])
  })

  test.each(readdirSync(samples).filter((name) => name !== 'many-mistakes'))('accepts the sample %s', (name) => {
    const validate = ajv.compile(editorSchema(TEST_CATALOGUE))
    validate(parse(readFileSync(join(samples, name, 'runbook.yaml'), 'utf8')))
    expect(validate.errors ?? []).toEqual([])
  })

  test('refuses what the compiler refuses by shape', () => {
    const validate = ajv.compile(editorSchema(TEST_CATALOGUE))
    const base = { runbook: 'a', summary: 'b' }
    for (const steps of [
      [{ uses: 'node.prob', with: { node: 'a' } }],
      [{ uses: 'node.probe', with: { nod: 'a' } }],
      [{ uses: 'node.probe' }],
      [{ wait: 'soon' }],
      [{ wait: '1s', tittle: 'x' }],
      [{ do: [{ wait: 5 }] }],
    ])
      expect(validate({ ...base, steps }), JSON.stringify(steps)).toBe(false)
  })
})
