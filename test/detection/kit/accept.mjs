#!/usr/bin/env node
// Acceptance run.  node accept.mjs --module ./adapter.mjs [--n 300000] [--seed pub-1] | --detector 'akka(p=3T)' --suspect 8 --failed 16
// adapter: export function create({intervalMs}) -> { heartbeat(tMs), phi(tMs), state?(tMs) -> 'healthy'|'suspect'|'failed' }
//          export const thresholds = { suspect: 8, failed: 16 }   (used when state() is absent)
//          optional tick(tMs): called every 0.1 T while the observer is running (local-pause scenario)
import { gen, PUBLIC } from './traces.mjs'
import { DETECTORS } from './detectors.mjs'
import { oracle } from './sim.mjs'
import { pathToFileURL } from 'node:url'

const arg = (k, d) => {
  const i = process.argv.indexOf('--' + k)
  return i < 0 ? d : (process.argv[i + 1] ?? true)
}
const n = +arg('n', 300000),
  WARM = 1200
let create, th
if (arg('module')) {
  const m = await import(pathToFileURL(arg('module')).href)
  create = m.create
  th = m.thresholds || { suspect: 8, failed: 16 }
} else {
  create = DETECTORS[arg('detector', 'akka(p=3T)')]
  th = { suspect: +arg('suspect', 8), failed: +arg('failed', 16) }
  const cap = +arg('cap', 0),
    floor = +arg('floor', 0)
  if (cap) {
    const c0 = create
    create = (o) => {
      const d = c0(o)
      let last = -1
      return {
        phi: (t) => d.phi(t),
        heartbeat: (t) => {
          d.heartbeat(t)
          last = t
        },
        state: (t) => {
          const p = d.phi(t),
            e = last < 0 ? 0 : (t - last) / o.intervalMs
          return (p > th.failed && e >= floor) || e > 1.4 * cap
            ? 'failed'
            : p > th.suspect || e > cap
              ? 'suspect'
              : 'healthy'
        },
      }
    }
  }
}
if (process.argv.includes('--guard')) {
  const c0 = create
  create = (o) => {
    const d = c0(o)
    let lt = -1,
      grace = -1
    return {
      ...d,
      phi: (t) => d.phi(t),
      heartbeat: (t) => d.heartbeat(t),
      tick(t) {
        if (lt >= 0 && t - lt > 0.5 * o.intervalMs) grace = t + 2 * o.intervalMs
        lt = t
      },
      state: (t) =>
        t < grace
          ? 'healthy'
          : d.state
            ? d.state(t)
            : d.phi(t) > th.failed
              ? 'failed'
              : d.phi(t) > th.suspect
                ? 'suspect'
                : 'healthy',
    }
  }
}
const RANK = { healthy: 0, suspect: 1, failed: 2 }
const rank = (d, t) => (d.state ? RANK[d.state(t)] : d.phi(t) > th.failed ? 2 : d.phi(t) > th.suspect ? 1 : 0)
function cross(d, t, T, r, cap = 200) {
  let lo = 0,
    hi = 1
  while (hi < cap && rank(d, t + hi * T) < r) {
    lo = hi
    hi *= 1.5
  }
  if (hi >= cap) return cap
  for (let i = 0; i < 20; i++) {
    const m = (lo + hi) / 2
    if (rank(d, t + m * T) >= r) hi = m
    else lo = m
  }
  return hi
}
const BENIGN = new Set(['steady5', 'jitter30', 'normal10', 'drift'])
let pass = 0,
  fail = 0
const ratios = []
const chk = (ok, msg) => {
  ok ? pass++ : fail++
  if (!ok) console.log('   FAIL ' + msg)
}

function runTrace(name, tr, T) {
  const d = create({ intervalMs: T })
  const N = tr.length - WARM - 1
  let f1 = 0,
    f2 = 0,
    nan = 0
  const c = [0, 0, 0, 0],
    t1 = [],
    t2 = [],
    every = Math.max(1, Math.floor(N / 1500))
  d.heartbeat(tr[0])
  for (let i = 1; i < tr.length; i++) {
    const t = tr[i]
    if (i > WARM) {
      const r = rank(d, t)
      if (r >= 1) f1++
      if (r >= 2) f2++
      const p = d.phi(t)
      if (!(p === p)) nan++
      for (let k = 0; k < 4; k++) if (p > k + 1) c[k]++
    }
    d.heartbeat(t)
    if (i > WARM && i % every === 0) {
      t1.push(cross(d, t, T, 1))
      t2.push(cross(d, t, T, 2))
    }
  }
  const mean = (a) => a.reduce((x, y) => x + y, 0) / a.length,
    p99 = (a) => a.sort((x, y) => x - y)[Math.floor(a.length * 0.99)]
  const gaps = Float64Array.from({ length: N }, (_, i) => (tr[i + WARM + 1] - tr[i + WARM]) / T).sort(),
    or = (p) => gaps[N - 1 - Math.floor(N * p)]
  let far = 0
  for (const x of gaps) if (x > 12) far++
  const o4 = or(1e-4),
    R = { fpS: f1 / N, fpF: f2 / N, tdS: mean(t1), tdF: mean(t2), tdF99: p99(t2), o4 }
  const b = BENIGN.has(name),
    lim = {
      fpS: b ? 2e-5 : 3e-4,
      tdS: Math.min(1.5 * o4 + 1, 10),
      fpF: Math.max(b ? 1e-5 : 5e-5, (2 * far) / N),
      tdF99: 15,
    } // gaps > 12 T cannot be told from a crash by anyone
  console.log(
    `${name.padEnd(11)} T=${T} oracleTD(1e-4)=${o4.toFixed(2).padStart(5)} | suspect FP ${R.fpS.toExponential(1)} TD ${R.tdS.toFixed(2)} (max ${lim.tdS.toFixed(2)}) | failed FP ${R.fpF.toExponential(1)} TD ${R.tdF.toFixed(2)} p99 ${R.tdF99.toFixed(1)} | FP@phi1..4 ${c.map((x) => (x / N).toExponential(0)).join(' ')}`,
  )
  ratios.push(R.tdS / o4)
  chk(nan === 0, `${name}: NaN phi x${nan}`)
  chk(R.fpS <= lim.fpS, `${name}: suspect FP ${R.fpS.toExponential(2)} > ${lim.fpS}`)
  chk(R.tdS <= lim.tdS, `${name}: suspect TD ${R.tdS.toFixed(2)}T > ${lim.tdS.toFixed(2)}T`)
  chk(R.fpF <= lim.fpF, `${name}: failed FP ${R.fpF.toExponential(2)} > ${lim.fpF.toExponential(1)}`)
  chk(R.tdF99 <= lim.tdF99, `${name}: failed TD p99 ${R.tdF99.toFixed(1)}T > ${lim.tdF99}T`)
  for (let k = 0; k < 4; k++)
    chk(
      c[k] / N <= 5 * 10 ** -(k + 1),
      `${name}: calibration FP@phi=${k + 1} ${(c[k] / N).toExponential(1)} > 5e-${k + 1}`,
    )
}
const seed = arg('seed', 'pub-1'),
  period = +arg('period', 1000)
for (const t of PUBLIC) runTrace(t, gen(t, seed, n, period), period)

// ---- scenarios -------------------------------------------------------------------------------------------
const T = 1000
{
  let f = 0,
    N = 0
  for (let s = 0; s < 300; s++)
    for (const nm of ['normal10', 'jitter30', 'loss1']) {
      const tr = gen(nm, 'cold' + s, 40, T),
        d = create({ intervalMs: T })
      for (const t of tr) {
        if (rank(d, t) >= 2) f++
        N++
        d.heartbeat(t)
      }
    }
  console.log(`cold start: failed FP ${(f / N).toExponential(1)} per beat over first 40 beats`)
  chk(f / N <= 2e-4, 'cold start: false failed')
}
{
  const d = create({ intervalMs: T }),
    tr = gen('steady5', 'outlier', 5000, T)
  for (const t of tr) d.heartbeat(t)
  let t0 = tr[tr.length - 1]
  const before = cross(d, t0, T, 2)
  const r = rank(d, t0 + 4.5 * T)
  chk(r < 2, 'first-ever 4.5 T gap after 5000 clean beats marked failed')
  const g = gen('steady5', 'after', 400, T),
    off = t0 + 300 * T
  const at = {}
  let i = 0
  for (const x of g) {
    d.heartbeat(off + x)
    i++
    if ([10, 50, 200].includes(i)) at[i] = cross(d, off + x, T, 2)
  }
  console.log(
    `one 300 T outage: failed-TD before ${before.toFixed(1)}T; after 10/50/200 beats ${at[10].toFixed(1)}/${at[50].toFixed(1)}/${at[200].toFixed(1)}T`,
  )
  chk(at[50] <= 15, 'blinded >15 T 50 beats after one long outage')
  chk(at[200] <= Math.max(1.5 * before, before + 2), 'not recovered 200 beats after one long outage')
}
{
  const d = create({ intervalMs: T })
  let ok = true
  try {
    for (const t of [0, 1000, 2000, 2000, 1500, -3.6e6, 1000, 2000, 3000]) {
      d.heartbeat(t)
      for (const e of [-5000, 0, 1, 500, 1e9]) {
        const p = d.phi(t + e)
        if (!(p === p) || p < 0) ok = false
      }
    }
  } catch {
    ok = false
  }
  chk(ok, 'clock step / duplicate beat: NaN, negative phi or throw')
}
{
  const d = create({ intervalMs: T })
  for (const t of gen('normal10', 'mono', 3000, T)) d.heartbeat(t)
  const t = 3e6
  let last = -1,
    ok = true
  const L = gen('normal10', 'mono', 3000, T)[2999]
  for (let e = 0; e < 200 * T; e += 37) {
    const p = d.phi(L + e)
    if (p < last - 1e-9) ok = false
    last = p
  }
  chk(ok, 'phi not monotone in elapsed')
  chk(last > 20 || last === Infinity, 'phi saturates below 20 at 200 T')
}
if (create({ intervalMs: T }).tick) {
  let bad = 0
  for (let s = 0; s < 50; s++) {
    const tr = gen('steady5', 'obs' + s, 300, T),
      d = create({ intervalMs: T })
    let i = 0,
      t = tr[0]
    const pauseAt = tr[250] + 300,
      pauseEnd = pauseAt + 8.4 * T
    while (i < 290) {
      t += 100
      if (t > pauseAt && t < pauseEnd) t = pauseEnd
      d.tick(t)
      if (rank(d, t) >= 2) bad++
      while (i < tr.length && tr[i] <= t) d.heartbeat(tr[i++] < pauseAt ? tr[i - 1] : Math.max(tr[i - 1], t - 1))
    }
  }
  console.log(`observer stall 8.4 T: false failed in ${bad}/50 runs`)
  chk(bad === 0, 'observer (event loop) stall reported as peer failure')
} else console.log('observer stall: adapter has no tick(); skipped')
console.log(
  `score: geometric mean of suspect TD / oracle TD(1e-4) = ${Math.exp(ratios.reduce((a, x) => a + Math.log(x), 0) / ratios.length).toFixed(3)} over ${ratios.length} traces (Akka defaults about 1.75)`,
)
console.log(`${pass} passed, ${fail} failed`)
process.exit(fail ? 1 : 0)
