// Reference detectors.  Contract for anything under test:
//   create({intervalMs}) -> { heartbeat(tMs), phi(tMs) }
// phi(t) must be pure (no state change), monotone non-decreasing in t between heartbeats, finite or +Infinity, never NaN.
// `kind: 'margin'` detectors return a margin in intervals, not a phi; only their FP/TD curve is comparable.
import { phiGaussian, phiAkka, phiExponential, phiEMG, phiMix, lnQ } from './reference-math.mjs'

class Window {
  // O(1) mean/var, shifted sums, exact re-sum once per lap
  constructor(n) {
    this.n = n
    this.b = new Float64Array(n)
    this.i = 0
    this.c = 0
    this.k = 0
    this.s = 0
    this.q = 0
    this.h = 0
  }
  add(x) {
    if (this.c === 0) this.k = x
    const d = x - this.k
    if (this.c === this.n) {
      const o = this.b[this.i] - this.k
      this.s -= o
      this.q -= o * o
      this.h -= o * o * o
    } else this.c++
    this.b[this.i] = x
    this.s += d
    this.q += d * d
    this.h += d * d * d
    if (++this.i === this.n) {
      this.i = 0
      let s = 0,
        q = 0,
        h = 0
      for (let j = 0; j < this.c; j++) {
        const e = this.b[j] - this.k
        s += e
        q += e * e
        h += e * e * e
      }
      this.s = s
      this.q = q
      this.h = h
    }
  }
  mean() {
    return this.k + this.s / this.c
  }
  var() {
    const m = this.s / this.c
    return Math.max(0, this.q / this.c - m * m)
  }
  m3() {
    const m = this.s / this.c
    return this.h / this.c - (3 * m * this.q) / this.c + 2 * m * m * m
  }
}
const base = (o) => ({ T: o.intervalMs, last: -1 })

function gaussian(W, f, { pause = 0, minStd = 0.1, gate = 8, boot = true } = {}) {
  return (o) => {
    const T = o.intervalMs,
      w = new Window(W)
    let last = -1,
      m = 0,
      s = 1
    const upd = () => {
      m = w.mean() + pause * T
      s = Math.max(minStd * T, Math.sqrt(w.var()))
    }
    const d = {
      phi: (t) => (last < 0 ? 0 : f(t - last, m, s)),
      heartbeat(t) {
        if (last < 0) {
          if (boot) {
            w.add(0.75 * T)
            w.add(1.25 * T)
            upd()
          }
        } else if (!(gate && d.phi(t) >= gate)) {
          w.add(t - last)
          upd()
        }
        last = t
      },
    }
    return d
  }
}
function exponential(W, { cap = 2 } = {}) {
  // Cassandra: first sample 2T, intervals > 2T ignored
  return (o) => {
    const T = o.intervalMs,
      w = new Window(W)
    let last = -1
    return {
      phi: (t) => (last < 0 ? 0 : phiExponential(t - last, w.mean())),
      heartbeat(t) {
        if (last < 0) w.add(2 * T)
        else if (t - last <= cap * T) w.add(t - last)
        last = t
      },
    }
  }
}
function emg(W, minStd = 0.02) {
  // ex-Gaussian by moments: tau=(m3/2)^(1/3)
  return (o) => {
    const T = o.intervalMs,
      w = new Window(W)
    let last = -1,
      mu = T,
      sg = T,
      ta = T
    return {
      phi: (t) => (last < 0 ? 0 : phiEMG(t - last, mu, sg, ta)),
      heartbeat(t) {
        if (last < 0) {
          w.add(0.75 * T)
          w.add(1.25 * T)
        } else w.add(t - last)
        const v = Math.max(w.var(), (minStd * T) ** 2),
          sd = Math.sqrt(v)
        let tau = Math.cbrt(Math.max(0, w.m3()) / 2)
        tau = Math.min(tau, 0.99 * sd)
        mu = w.mean() - tau
        sg = Math.sqrt(Math.max(v - tau * tau, (minStd * T) ** 2))
        ta = tau
        last = t
      },
    }
  }
}
function hybrid(W, mode, minStd = 0.1) {
  // "hybrid exponential-gaussian" readings: min / max / 50:50 mixture
  return (o) => {
    const T = o.intervalMs,
      w = new Window(W)
    let last = -1,
      m = 0,
      s = 1
    return {
      phi(t) {
        if (last < 0) return 0
        const e = t - last
        if (mode === 'mix') return phiMix(e, m, s, 0.5)
        const g = phiGaussian(e, m, s),
          x = phiExponential(e, m)
        return mode === 'min' ? Math.min(g, x) : Math.max(g, x)
      },
      heartbeat(t) {
        if (last < 0) {
          w.add(0.75 * T)
          w.add(1.25 * T)
        } else w.add(t - last)
        m = w.mean()
        s = Math.max(minStd * T, Math.sqrt(w.var()))
        last = t
      },
    }
  }
}
function margin(estimators, adaptive) {
  // Chen NFD-E / 2W-FD / Bertier: suspicion at EA + margin; level = (t-EA)/T
  return (o) => {
    const T = o.intervalMs
    let last = -1,
      k = 0
    const ws = estimators.map((n) => ({ n, b: new Float64Array(n), s: 0, c: 0, i: 0 }))
    let EA = 0,
      dl = 0,
      vr = 0.1 * T,
      mg = 0
    return {
      kind: 'margin',
      phi: (t) => (last < 0 ? -1e9 : (t - EA - mg) / T),
      heartbeat(t, seq) {
        const sq = seq ?? Math.max(k + 1, Math.round((t - (o.t0 ?? 0)) / T))
        if (last >= 0 && adaptive) {
          const err = t - EA
          dl += 0.1 * (err - dl)
          vr += 0.1 * (Math.abs(err - dl) - vr)
          mg = Math.max(0, dl) + 4 * vr
        }
        k = sq
        const off = t - sq * T
        EA = -Infinity
        for (const w of ws) {
          if (w.c === w.n) w.s -= w.b[w.i]
          else w.c++
          w.b[w.i] = off
          w.s += off
          w.i = (w.i + 1) % w.n
          EA = Math.max(EA, w.s / w.c + (sq + 1) * T)
        }
        last = t
      },
    }
  }
}
const fixed = () => (o) => {
  let last = -1
  return {
    kind: 'margin',
    phi: (t) => (last < 0 ? -1e9 : (t - last) / o.intervalMs),
    heartbeat(t) {
      last = t
    },
  }
}

export const DETECTORS = {
  fixed: fixed(),
  'akka(p=0)': gaussian(1000, phiAkka), // Akka shape: minStd 0.1T, pause 0, window 1000
  'akka(p=3T)': gaussian(1000, phiAkka, { pause: 3 }), // Akka remote/cluster default pause = 3 x interval
  gauss200: gaussian(200, phiGaussian, { minStd: 0.05, gate: 0 }), // exact Gaussian, seed's window 200, learns every gap
  cassandra: exponential(1000),
  'hybrid-min': hybrid(200, 'min'),
  'hybrid-mix': hybrid(200, 'mix'),
  'hybrid-max': hybrid(200, 'max'),
  emg1000: emg(1000),
  chen: margin([1000]),
  bertier: margin([1000], true),
  '2w-fd': margin([1, 1000]),
}
