// The limits of the acceptance kit at a small n; the full runs (n = 300,000, five seeds, both periods) are in decision 0507.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as calibrated from '../../src/detection/calibrated.ts'
import * as observer from '../../src/detection/observer.ts'
import { adapt } from './adapt.mjs'
import { brokenLimits, measureTrace } from './measure-trace.ts'
import { arrivalsOf, BENIGN, UNSEEN, type UnseenName } from './unseen-patterns.ts'

/** One mistake in fewer gaps would break the limit of 5e-5 by itself. */
const GAPS = 60_000
const create = adapt(calibrated, observer)
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

describe('the default detector', () => {
  test('holds every limit of the kit on its public traces and scenarios, and scores at most 1.15', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', pathOf('./kit/accept.mjs'), '--module', pathOf('./adapter-of-source.mjs')],
      ...['--n', String(GAPS), '--seed', 'tests'],
    ])
    expect(stdout).toMatch(/^134 passed, 0 failed$/m)
    expect(Number(/score: .*? = ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(1.15)
  })

  test.each(Object.keys(UNSEEN) as UnseenName[])('holds the limits on a pattern outside the kit: %s', (name) => {
    const periodMs = 2_000
    const measured = measureTrace(create({ intervalMs: periodMs }), arrivalsOf(name, 'tests', GAPS, periodMs), periodMs)
    expect(brokenLimits(measured, BENIGN.has(name))).toEqual([])
  })
})
