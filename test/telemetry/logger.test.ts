// Logs: one entry is one line, and no secret leaves in any part of it.
import { expect, test } from 'vitest'
import { createLogger } from '../../src/telemetry/create-logger.ts'

const SECRET = 'hunter2-canary'
const mask = (line: string): string => line.replaceAll(SECRET, '***')

function logged(format: 'json' | 'pretty'): string {
  let text = ''
  const log = createLogger({ level: 'info', format, mask, write: (line) => void (text += line) })
  log.info({ argv: ['--password', SECRET], deep: { a: [SECRET] } }, `login with ${SECRET}`)
  log.error({ err: new Error(`refused ${SECRET}`) }, 'no')
  log.info({ node: 'a\nb\u001b[2J' }, 'x\n12:00:00 error forged\u001b[31m')
  log.debug('not shown')
  return text
}

for (const format of ['json', 'pretty'] as const) {
  test(`${format}: a secret is masked in message, error, stack and arguments`, () => {
    expect(logged(format)).not.toContain(SECRET)
    expect(logged(format)).toContain('***')
  })
  test(`${format}: an entry is one line, whatever it holds, and carries no terminal command`, () => {
    const text = logged(format)
    expect(text.trimEnd().split('\n')).toHaveLength(3)
    expect(text).not.toContain('\u001b')
    expect(text).not.toContain('not shown')
  })
}

test('json: an entry has level, time and message', () => {
  const [first = ''] = logged('json').split('\n')
  expect(JSON.parse(first)).toMatchObject({ level: 'info', msg: 'login with ***', time: expect.stringMatching(/Z$/) })
})
