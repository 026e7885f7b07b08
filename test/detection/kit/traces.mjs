// Deterministic heartbeat arrival traces.  All times in ms; nominal period T=1000.
// gen(name, seed, n) -> Float64Array of arrival times at the observer (strictly increasing), lost heartbeats absent.
// A trace function is (rng, n, T) -> array.  Same (name, seed, n) gives the same bytes on any machine
// (only + - * / sqrt log exp cos are used).

export function rngFrom(seedStr) {
  // FNV-1a seed -> sfc32
  let h = 2166136261 >>> 0
  const s4 = []
  for (let k = 0; k < 4; k++) {
    for (const ch of seedStr + '#' + k) {
      h ^= ch.charCodeAt(0)
      h = Math.imul(h, 16777619) >>> 0
    }
    s4.push(h)
  }
  let [a, b, c, d] = s4
  const u = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return ((t >>> 0) + 0.5) / 4294967296
  }
  for (let i = 0; i < 20; i++) u()
  const r = {
    u,
    n() {
      return Math.sqrt(-2 * Math.log(u())) * Math.cos(6.283185307179586 * u())
    },
    exp(m) {
      return -m * Math.log(u())
    },
    lognormal(med, s) {
      return med * Math.exp(s * r.n())
    },
    pareto(xm, al) {
      return xm * Math.exp(-Math.log(u()) / al)
    },
  }
  return r
}
const posn = (r, m, s) => Math.max(0, m + s * r.n())

/** fixed-rate sender + per-message delay; fifo=true models TCP/HOL blocking. lossFn(k) -> true if lost. */
function fixedRate(r, n, T, delay, lossFn, fifo = true) {
  const out = []
  let last = -1,
    k = 0
  while (out.length < n) {
    const send = k * T
    const lost = lossFn ? lossFn(k) : false
    const d = delay(k)
    k++
    if (lost) continue
    let a = send + d
    if (a <= last) {
      if (!fifo) continue
      a = last + 1e-3
    }
    out.push(a)
    last = a
  }
  return out
}
/** fixed-delay sender: next send happens `gap` after previous one (renewal process). */
function renewal(r, n, gap) {
  const out = new Array(n)
  let t = 0
  for (let i = 0; i < n; i++) {
    t += Math.max(1e-3, gap(i))
    out[i] = t
  }
  return out
}

export const TRACES = {
  // --- benign
  steady5: (r, n, T) => fixedRate(r, n, T, () => posn(r, 200, 0.05 * T)),
  jitter30: (r, n, T) => renewal(r, n, () => T * (0.7 + 0.6 * r.u())), // uniform +-30 %
  normal10: (r, n, T) => renewal(r, n, () => posn(r, T, 0.1 * T)),
  // --- heavy tails
  lognormal: (r, n, T) => renewal(r, n, () => 0.8 * T + r.lognormal(0.15 * T, 0.8)),
  pareto: (r, n, T) => fixedRate(r, n, T, () => r.pareto(0.03 * T, 2.2)), // HOL-blocked heavy tail
  // --- pauses (sender GC / event-loop stalls)
  gc: (r, n, T) =>
    renewal(r, n, () => posn(r, T, 0.03 * T) + (r.u() < 0.005 ? Math.min(15 * T, r.lognormal(1.2 * T, 0.5)) : 0)),
  // --- loss
  loss1: (r, n, T) =>
    fixedRate(
      r,
      n,
      T,
      () => posn(r, 200, 0.05 * T),
      () => r.u() < 0.01,
    ),
  loss5: (r, n, T) =>
    fixedRate(
      r,
      n,
      T,
      () => posn(r, 200, 0.05 * T),
      () => r.u() < 0.05,
    ),
  loss10: (r, n, T) =>
    fixedRate(
      r,
      n,
      T,
      () => posn(r, 200, 0.05 * T),
      () => r.u() < 0.1,
    ),
  burstloss: (r, n, T) => {
    let bad = false
    return fixedRate(
      r,
      n,
      T,
      () => posn(r, 200, 0.05 * T),
      () => {
        bad = bad ? r.u() >= 0.15 : r.u() < 0.002
        return r.u() < (bad ? 0.5 : 0.003)
      },
    )
  },
  // --- non-stationary
  regime: (r, n, T) => {
    const S = [
      [0.02, 0, 50],
      [0.2, 0.01, 400],
      [0.05, 0.05, 200],
      [0.03, 0, 900],
      [0.3, 0, 300],
    ]
    let sent = 0
    const st = () => S[Math.floor(sent / 2500) % S.length]
    return fixedRate(
      r,
      n,
      T,
      () => {
        const s = st()
        sent++
        return posn(r, s[2], s[0] * T)
      },
      () => r.u() < st()[1],
    )
  },
  drift: (r, n, T) =>
    renewal(r, n, (i) => posn(r, T * (1.3 - 0.3 * Math.cos((6.283185307179586 * i) / 3000)), 0.05 * T)),
  slowdown: (r, n, T) => renewal(r, n, (i) => posn(r, (Math.floor(i / 1000) % 4 === 3 ? 2.2 : 1) * T, 0.05 * T)), // period steps 1.0T -> 2.2T -> 1.0T
  // --- WAN-like (after Hayashibara 2004: 0.4 % loss, mostly in bursts, rare long outages)
  wan: (r, n, T) => {
    let burst = 0
    return fixedRate(
      r,
      n,
      T,
      () => 140 + r.lognormal(12, 0.7),
      () => {
        if (burst > 0) {
          burst--
          return true
        }
        const u = r.u()
        if (u < 1.5e-4) {
          burst = Math.min(1000, Math.floor(r.pareto(2, 1.1)))
          return true
        }
        return u < 1e-3
      },
    )
  },
}
export const PUBLIC = Object.keys(TRACES)
export function gen(name, seed, n, T = 1000) {
  const f = TRACES[name]
  if (!f) throw new Error('no trace ' + name)
  return Float64Array.from(f(rngFrom(`${name}|${seed}`), n, T))
}
