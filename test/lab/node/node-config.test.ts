import { expect, test } from 'vitest'
import { PROVISIONED_CONFIG, problemsOf } from '../../../src/lab/node/node-config.ts'

test('what a node is provisioned with passes', () => expect(problemsOf(PROVISIONED_CONFIG)).toEqual([]))

test.each([
  [null, 'it is not `{"version", "values"}`'],
  [[], 'it is not `{"version", "values"}`'],
  [{ ...PROVISIONED_CONFIG, version: '1' }, '`version` is not a whole number'],
  [{ version: 1, values: { ...PROVISIONED_CONFIG.values, colour: 1 } }, '`colour` is not known'],
  [
    { version: 1, values: { ...PROVISIONED_CONFIG.values, token_delay_ms: -1 } },
    '`token_delay_ms` is not a whole number from 0 to 10000',
  ],
])('%j is refused', (config, problem) => expect(problemsOf(config)).toEqual([problem]))
