#!/usr/bin/env node
// usage: node sim.mjs [--n 400000] [--seed pub-1] [--traces a,b] [--detectors a,b] [--module ./adapter.mjs] [--json out.json]
// --module: ES module exporting `create({intervalMs,t0}) -> {heartbeat(tMs), phi(tMs)}` (the detector under test, named "SUT").
import { gen, PUBLIC } from './traces.mjs'
import { DETECTORS } from './detectors.mjs'
import { pathToFileURL } from 'node:url'
import fs from 'node:fs'

export const T = 1000,
  WARM = 1200
/** Feed a trace; returns phi just before each arrival (after WARM), gaps, and detection times for given levels. */
export function pass(create, tr, levels, every) {
  const d = create({ intervalMs: T, t0: 0 })
  const n = tr.length,
    ph = new Float64Array(n - WARM - 1),
    td = levels.map(() => [])
  d.heartbeat(tr[0])
  let bad = 0
  for (let i = 1; i < n; i++) {
    const t = tr[i]
    if (i > WARM) {
      const p = d.phi(t)
      if (!(p === p)) bad++
      ph[i - WARM - 1] = p
    }
    d.heartbeat(t)
    if (levels.length && i > WARM && i % every === 0)
      for (let k = 0; k < levels.length; k++) td[k].push(cross(d, t, levels[k]))
  }
  return { ph, td, bad, kind: d.kind }
}
/** elapsed (in T) after last beat at which phi first exceeds level; capped at 400 T. */
export function cross(d, t, level) {
  let lo = 0,
    hi = 1
  while (hi < 400 && !(d.phi(t + hi * T) > level)) {
    lo = hi
    hi *= 1.6
  }
  if (hi >= 400) return 400
  for (let i = 0; i < 22; i++) {
    const m = (lo + hi) / 2
    if (d.phi(t + m * T) > level) hi = m
    else lo = m
  }
  return hi
}
const q = (a, p) => {
  const b = [...a].sort((x, y) => x - y)
  return b[Math.min(b.length - 1, Math.floor(p * b.length))]
}
const mean = (a) => a.reduce((x, y) => x + y, 0) / a.length

export function evaluate(create, tr, targets = [1e-3, 1e-4, 1e-5], defaults = [8, 16], calib = [1, 2, 3, 4]) {
  const a = pass(create, tr, [], 1),
    N = a.ph.length,
    s = Float64Array.from(a.ph).sort()
  const lv = targets.map((p) => {
    const k = Math.floor(N * p)
    return s[N - 1 - k]
  }) // smallest level with FP <= p
  const acc = a.kind !== 'margin'
  const levels = [...lv, ...(acc ? defaults : [])]
  const b = pass(create, tr, levels, Math.max(1, Math.floor(N / 4000)))
  const fpAt = (L) => {
    let c = 0
    for (let i = 0; i < N; i++) if (a.ph[i] > L) c++
    return c / N
  }
  return {
    n: N,
    nan: a.bad,
    curve: targets.map((p, i) => ({ fp: p, level: lv[i], td: mean(b.td[i]), p99: q(b.td[i], 0.99) })),
    def: acc
      ? defaults.map((L, i) => ({
          phi: L,
          fp: fpAt(L),
          td: mean(b.td[targets.length + i]),
          p99: q(b.td[targets.length + i], 0.99),
        }))
      : null,
    calib: acc ? calib.map((L) => ({ phi: L, fp: fpAt(L) })) : null,
  }
}
/** best possible static timeout, knowing the whole trace: the (1-p) quantile of gaps. */
export function oracle(tr, targets) {
  const g = new Float64Array(tr.length - WARM - 1)
  for (let i = WARM + 1; i < tr.length; i++) g[i - WARM - 1] = (tr[i] - tr[i - 1]) / T
  g.sort()
  return targets.map((p) => g[g.length - 1 - Math.floor(g.length * p)])
}

async function main() {
  const arg = (k, d) => {
    const i = process.argv.indexOf('--' + k)
    return i < 0 ? d : process.argv[i + 1]
  }
  const n = +arg('n', 400000),
    seed = arg('seed', 'pub-1'),
    traces = (arg('traces') || PUBLIC.join(',')).split(',')
  const dets = { ...DETECTORS }
  const mod = arg('module')
  if (mod) dets.SUT = (await import(pathToFileURL(mod).href)).create
  const names = (arg('detectors') || Object.keys(dets).join(','))
    .split(',')
    .concat(mod && arg('detectors') ? ['SUT'] : [])
  const targets = [1e-3, 1e-4, 1e-5],
    out = {}
  for (const tn of traces) {
    const tr = gen(tn, seed, n, T),
      or = oracle(tr, targets)
    out[tn] = { oracle: or }
    console.log(
      `\n## ${tn}  n=${n} seed=${seed}  static-oracle TD(T) at FP 1e-3/1e-4/1e-5: ${or.map((x) => x.toFixed(2)).join(' / ')}`,
    )
    console.log(
      'detector     TD@1e-3 TD@1e-4 TD@1e-5 | phi=8: FP       TD    p99 | phi=16: FP      TD    | FP at phi=1,2,3,4',
    )
    for (const dn of names) {
      const e = evaluate(dets[dn], tr, targets)
      out[tn][dn] = e
      const f = (x) => (x >= 399 ? '>400' : x.toFixed(2)).padStart(7)
      console.log(
        dn.padEnd(12),
        e.curve.map((c) => f(c.td)).join(' '),
        '|',
        e.def
          ? `${e.def[0].fp.toExponential(1).padStart(8)} ${f(e.def[0].td)} ${f(e.def[0].p99)} | ${e.def[1].fp.toExponential(1).padStart(8)} ${f(e.def[1].td)} | ${e.calib.map((c) => c.fp.toExponential(1)).join(' ')}`
          : '-',
        e.nan ? `NaN:${e.nan}` : '',
      )
    }
  }
  if (arg('json'))
    fs.writeFileSync(
      arg('json'),
      JSON.stringify(out, (k, v) => (typeof v === 'number' ? +v.toPrecision(6) : v), 1),
    )
}
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main()
