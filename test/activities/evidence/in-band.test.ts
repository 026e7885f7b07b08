import { expect, test } from 'vitest'
import { judgeInBand } from '../../../activities/evidence/in-band.ts'

const stats = (by: Record<string, { count: number; errors: number; p50_ms: number | null }>) => ({
  count: 0,
  errors: 0,
  success_rate: null,
  rate: 0,
  p50_ms: null,
  p99_ms: null,
  by,
})
const peer = { count: 20, errors: 0, p50_ms: 20 }

test('a node whose real requests fail is a gray failure', () => {
  const found = judgeInBand(stats({ 'node-1': { count: 10, errors: 6, p50_ms: 10 }, 'node-2': peer }), 'node-1', 0.2)
  expect(found).toEqual({
    requests: 10,
    errorRate: 0.6,
    reason: 'it answers probes, but 6 of its last 10 real requests failed',
  })
})

test('a node that is far slower than its peers is one too', () => {
  const found = judgeInBand(
    stats({ 'node-1': { ...peer, p50_ms: 900 }, 'node-2': peer, 'node-3': peer }),
    'node-1',
    0.2,
  )
  expect(found.reason).toBe('it answers probes, but its real requests take 900 ms where its peers take 20 ms')
})

test('few requests, or none, say nothing', () => {
  expect(judgeInBand(stats({ 'node-1': { count: 4, errors: 4, p50_ms: 1 } }), 'node-1', 0.2).reason).toBe('')
  expect(judgeInBand(stats({}), 'node-1', 0.2)).toEqual({ requests: 0, errorRate: null, reason: '' })
})
