// One contract for all senders: who is let in, what becomes of what they send, and what is never kept.
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { episodeOf } from '../../src/guard/protocol.ts'
import { alertOf, createIntakeBench, NEXT_SECRET, NOW, SECRET, SENDER_CASES } from './intake-bench.ts'

describe.each(SENDER_CASES)('$name', ({ name, sign, body, poison }) => {
  test('a firing alert is taken, slimmed, and signalled to its cluster before it is acknowledged', async () => {
    const bench = createIntakeBench()
    const text = body('firing')
    const answer = await bench.post(name, text, sign(text))
    expect(answer.status).toBe(202)
    const [alert] = bench.signalled()
    expect(bench.temporal.batches[0]?.cluster).toBe('lab')
    expect(alert).toMatchObject({ status: 'firing', labels: { alertname: 'OllamaNodeDown' } })
    expect(alert?.starts_at).toMatch(/^2026-01-01T11:59:00\.\d{3}Z$/)
    expect(Object.keys(alert ?? {}).sort()).toEqual(
      ['annotations', 'delivery', 'fingerprint', 'labels', 'starts_at', 'status'].sort(),
    )
    expect(bench.deliveries()).toMatchObject([{ sender: name, handed: { lab: 'signalled' }, refused: null }])
  })

  test('what is resolved is of the same episode', async () => {
    const bench = createIntakeBench()
    for (const status of ['firing', 'resolved'] as const) {
      const text = body(status)
      expect((await bench.post(name, text, sign(text))).status).toBe(202)
    }
    const [firing, resolved] = bench.signalled()
    expect(resolved).toMatchObject({
      status: 'resolved',
      fingerprint: firing?.fingerprint,
      starts_at: firing?.starts_at,
    })
  })

  test('a stranger gets 401, nothing is kept of it, and the second secret is as good as the first', async () => {
    const bench = createIntakeBench()
    const text = body('firing')
    const wrong = [{}, sign(text, 'some-other-long-secret'), { authorization: 'Bearer ' }, { authorization: SECRET }]
    for (const headers of [...wrong, ...(name === 'alertmanager' ? [] : [sign(`${text} `)])])
      expect((await bench.post(name, text, headers)).status).toBe(401)
    expect(bench.records).toEqual([])
    expect(bench.temporal.batches).toEqual([])
    expect((await bench.post(name, text, sign(text, NEXT_SECRET))).status).toBe(202)
  })

  test('the same delivery a thousand times, also after a kill -9, is one episode; where it has an id, one signal', async () => {
    const bench = createIntakeBench()
    const text = body('firing')
    const send = async (): Promise<number> => (await bench.post(name, text, sign(text))).status
    for (let wave = 0; wave < 10; wave++) {
      if (wave === 5) bench.restart()
      const statuses = await Promise.all(Array.from({ length: 100 }, send))
      expect(new Set(statuses)).toEqual(new Set([202]))
    }
    expect(new Set(bench.signalled().map(episodeOf)).size).toBe(1)
    if (name === 'pagerduty' || name === 'generic') expect(bench.temporal.batches.length).toBeLessThanOrEqual(2)
    expect(bench.deliveries().filter(({ handed }) => handed['lab'] === 'signalled').length).toBeLessThan(400)
  })

  test('another method than POST is 405, and nothing ever redirects', async () => {
    const bench = createIntakeBench()
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await bench.hooks.answer(new Request(`http://127.0.0.1/hooks/${name}`, { method }))
      expect([answer.status, answer.headers.get('allow'), answer.headers.get('location')]).toEqual([405, 'POST', null])
    }
  })

  test('a body that can never be read is 400 and kept with its beginning; one that is too large is 413', async () => {
    const bench = createIntakeBench()
    const bad = ['', 'no json', '[]', '7', 'null', '{}', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`]
    for (const text of bad) expect((await bench.post(name, text, sign(text))).status, text).toBe(400)
    expect(bench.deliveries().every(({ refused }) => refused !== null)).toBe(true)
    const large = Buffer.alloc(16 * 1024 * 1024 + 1, 0x20)
    expect((await bench.post(name, large, sign(''))).status).toBe(413)
  })

  test('no header that proves who somebody is gets into the journal', async () => {
    const bench = createIntakeBench()
    const text = body('firing')
    const proof = sign(text)
    await bench.post(name, text, { ...proof, cookie: 'session=canary', 'x-api-key': 'canary', 'user-agent': 'A/1' })
    const kept = JSON.stringify(bench.records)
    expect(bench.deliveries()[0]?.headers['user-agent']).toBe('A/1')
    for (const secret of ['canary', SECRET, ...Object.values(proof)])
      if (name !== 'generic' || secret === 'canary' || secret === SECRET) expect(kept).not.toContain(secret)
  })

  // A sender of one event a delivery has no others that could go on.
  if (poison !== null)
    test('an alert that cannot be read is put aside with its body; ninety-nine go on', async () => {
      const bench = createIntakeBench()
      const good = Array.from({ length: 99 }, (_, index) => alertOf('firing', `node-${index}:9100`, `f${index}`))
      const text = body('firing', [...good.slice(0, 50), poison, ...good.slice(50)])
      expect((await bench.post(name, text, sign(text))).status).toBe(202)
      expect(bench.signalled()).toHaveLength(99)
      expect(bench.deliveries()[0]?.quarantined).toMatchObject([{ index: 50, body: JSON.stringify(poison) }])
    })

  test('with Temporal away it is 202 because the journal has it; with both away it is 503', async () => {
    const bench = createIntakeBench()
    bench.temporal.isAway = true
    const text = body('firing')
    bench.state.isFull = true
    expect((await bench.post(name, text, sign(text))).status).toBe(503)
    bench.state.isFull = false
    expect((await bench.post(name, text, sign(text))).status).toBe(202)
    expect(bench.records.map(({ kind }) => kind).sort()).toEqual(['delivery', 'spool'])
    bench.temporal.isAway = false
    bench.restart()
    await bench.handOver.start()
    await expect.poll(() => bench.signalled().length, { timeout: 5_000 }).toBe(1)
    await bench.handOver.stop()
  })
})

describe('signatures', () => {
  const hmac = (text: string): string => createHmac('sha256', SECRET).update(text).digest('hex')

  test('a signed time outside of five minutes is a replay, in seconds or milliseconds, in the past or the future', async () => {
    const bench = createIntakeBench({ grafana: { timestampHeader: 'x-grafana-alerting-time' } })
    const text = SENDER_CASES[0]?.body('firing') ?? ''
    const status = async (at: string): Promise<readonly number[]> => [
      (await bench.post('generic', text, { 'x-phix-signature': `t=${at},v1=${hmac(`${at}.${text}`)}` })).status,
      (
        await bench.post('grafana', text, {
          'x-grafana-alerting-time': at,
          'x-grafana-alerting-signature': hmac(`${at}:${text}`),
        })
      ).status,
    ]
    expect(await status(String(NOW / 1_000))).toEqual([202, 202])
    expect(await status(String(NOW - 299_000))).toEqual([202, 202])
    for (const at of [NOW - 301_000, NOW + 301_000]) expect(await status(String(at / 1_000))).toEqual([401, 401])
    for (const at of ['', 'now', '1e9', '-1']) expect(await status(at)).toEqual([401, 401])
  })

  test('where Grafana signs a time, a signature over the body alone is not enough', async () => {
    const bench = createIntakeBench({ grafana: { timestampHeader: 'x-time' } })
    const text = SENDER_CASES[1]?.body('firing') ?? ''
    expect((await bench.post('grafana', text, { 'x-grafana-alerting-signature': hmac(text) })).status).toBe(401)
  })

  test('Alertmanager may send the secret as a password, and anything else may send it as a bearer token', async () => {
    const bench = createIntakeBench()
    const text = SENDER_CASES[0]?.body('firing') ?? ''
    const basic = { authorization: `Basic ${Buffer.from(`phix:${SECRET}`).toString('base64')}` }
    expect((await bench.post('alertmanager', text, basic)).status).toBe(202)
    expect((await bench.post('generic', text, { authorization: `Bearer ${SECRET}` })).status).toBe(202)
  })
})

describe('the generic body', () => {
  const mapping = {
    ...{ alerts: 'checks', status: 'state', firing: ['CRITICAL'], startsAt: 'since', fingerprint: 'id' },
    labels: { alertname: 'check.name', instance: 'host', severity: 'state' },
    annotations: { summary: 'output' },
  }
  test('is read by its mapping; a path that leads nowhere is no label, and one into JavaScript leads nowhere', async () => {
    const bench = createIntakeBench({
      generic: { mapping: { ...mapping, labels: { ...mapping.labels, x: 'constructor.name', y: '__proto__.z' } } },
    })
    const item = {
      id: 'c1',
      state: 'CRITICAL',
      since: 1767268740,
      check: { name: 'disk' },
      host: 'node-1',
      output: 'full',
    }
    const text = JSON.stringify({ checks: [item, { ...item, id: 'c2', state: 'OK' }] })
    expect((await bench.post('generic', text, { authorization: `Bearer ${SECRET}` })).status).toBe(202)
    expect(bench.signalled()).toMatchObject([
      {
        ...{ fingerprint: 'c1', status: 'firing', starts_at: '2026-01-01T11:59:00.000Z' },
        ...{
          labels: { alertname: 'disk', instance: 'node-1', severity: 'CRITICAL' },
          annotations: { summary: 'full' },
        },
      },
      { fingerprint: 'c2', status: 'resolved' },
    ])
    expect(Object.keys(bench.signalled()[0]?.labels ?? {})).toEqual(['alertname', 'instance', 'severity'])
  })
})

test('hostile labels stay texts: nothing is polluted, and what is no label is put aside', async () => {
  const bench = createIntakeBench()
  const hostile = ['__proto__', 'constructor', 'prototype', 'a b', '', 'x'.repeat(200), 'a\nb', '日本']
  const alerts = hostile.map((label, index) => ({
    ...alertOf('firing', 'n', `h${index}`),
    labels: JSON.parse(`{"alertname":"A",${JSON.stringify(label)}:"polluted"}`) as object,
  }))
  const values = ['$(touch x)', '`id`', '\r\nX-Injected: 1', '<script>', '../../etc/passwd', '\u202e', 'x\u0000y'].map(
    (value, index) => ({ ...alertOf('firing', value, `v${index}`) }),
  )
  const text = JSON.stringify({ version: '4', alerts: [...alerts, ...values] })
  expect((await bench.post('alertmanager', text, { authorization: `Bearer ${SECRET}` })).status).toBe(202)
  expect(bench.deliveries()[0]?.quarantined).toHaveLength(hostile.length + 1)
  expect(bench.signalled()).toHaveLength(values.length - 1)
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
})
