import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readIntake, resolveIntake } from '../../src/intake/read-intake.ts'

const read = (text: string) => readIntake({ path: 'intake.yaml', bytes: new TextEncoder().encode(text) })

test('every sender is read with what it needs', () => {
  const result = read(`
alertmanager: { secret: secret://file/alertmanager, api: "http://127.0.0.1:9093" }
grafana: { secret: [secret://env/ONE, secret://env/TWO], timestampHeader: X-Time }
generic:
  secret: secret://file/generic
  mapping: { alerts: checks, status: state, firing: [DOWN], startsAt: since, labels: { alertname: name } }
`)
  expect(result).toMatchObject({
    ok: true,
    settings: {
      alertmanager: { secrets: ['secret://file/alertmanager'], api: 'http://127.0.0.1:9093', mapping: null },
      grafana: { secrets: ['secret://env/ONE', 'secret://env/TWO'], timestampHeader: 'x-time' },
      generic: { mapping: { alerts: 'checks', firing: ['DOWN'], fingerprint: null, labels: { alertname: 'name' } } },
    },
  })
})

test('what the pages on connecting a sender say is what is read', () => {
  for (const sender of ['alertmanager', 'grafana', 'pagerduty'] as const) {
    const page = readFileSync(new URL(`../../docs/connect-${sender}.md`, import.meta.url), 'utf8')
    const block = /```yaml\n(# intake\.yaml\n[\s\S]*?)```/.exec(page)?.[1] ?? ''
    const result = read(block)
    expect(result, sender).toMatchObject({ ok: true })
    expect(result.ok && result.settings[sender]?.secrets).toEqual([`secret://file/${sender}`])
    expect(page).toContain(`/hooks/${sender}`)
  }
})

test('a secret in plain text, an unknown key and a mapping without a start are told with their place', () => {
  const places = (text: string) => {
    const result = read(text)
    return result.ok ? [] : result.errors.map(({ at }) => `${at.line}:${at.column}`)
  }
  expect(places('alertmanager: { secret: hunter2hunter2hunter2 }')).toEqual(['1:25'])
  expect(places('alertmanager: { secret: secret://env/A, sekret: x }')).toEqual(['1:41'])
  expect(
    places('generic: { secret: secret://env/A, mapping: { status: s, firing: [x], labels: { a: b } } }'),
  ).toHaveLength(1)
  expect(places('pagerduty: {}')).toHaveLength(1)
})

test('a secret that cannot be had or could be guessed is an error, never an open door', async () => {
  const result = read('pagerduty: { secret: secret://env/HOOK }')
  if (!result.ok) throw new Error('it is good')
  await expect(resolveIntake(result.settings, async () => 'short')).rejects.toThrow('at least 16')
  await expect(resolveIntake(result.settings, () => Promise.reject(new Error('not set')))).rejects.toThrow('not set')
  expect(await resolveIntake(result.settings, async () => 'x'.repeat(16))).toMatchObject({
    pagerduty: { secrets: ['x'.repeat(16)] },
  })
})
