// Log-domain phi functions, accurate for any phi (0 .. 1e300). No dependencies.
// phi = -log10 P(next inter-arrival > elapsed).  Checked against mpmath (60 digits): see check-vectors.mjs.

// Chebyshev coefficients of (1+2x)*erfcx(x), t=(x-3.75)/(x+3.75), x>=0 (form: Shepherd & Laframboise, Math. Comp. 36 (1981));
// generated here with mpmath, truncated where |c|<3e-17.
const C = new Float64Array([
  2.3551578691348035082, -0.0045900545806464773309, -0.084249133366517915584, 0.059209939998191890498,
  -0.026658668435305752277, 0.0090749976707052650939, -0.0024131635404176081909, 0.00049077583652580863229,
  -0.000069169733025012063671, 4.1390279860730101675e-6, 7.7403830661984906686e-7, -2.1886401049234395661e-7,
  1.0764999465670910377e-8, 4.5219598112182868979e-9, -7.7544002088313511065e-10, -6.3180883408866844944e-11,
  2.8687950109306698981e-11, 1.945586854577734723e-13, -9.6546967484334389059e-13, 3.2525481481487398415e-14,
  3.3478119482868053878e-14, -1.8645628804193131015e-15, -1.2507950530688647085e-15, 7.418235256624043463e-17,
  5.0681489047961113168e-17,
])

/** Scaled complementary error function exp(x*x)*erfc(x), x >= 0. */
export function erfcx(x) {
  const t2 = (2 * (x - 3.75)) / (x + 3.75)
  let d = 0,
    dd = 0
  for (let j = C.length - 1; j > 0; j--) {
    const s = d
    d = t2 * d - dd + C[j]
    dd = s
  }
  return (0.5 * t2 * d - dd + 0.5 * C[0]) / (1 + 2 * x)
}
const LN10 = Math.LN10,
  SQRT1_2 = Math.SQRT1_2

/** ln Q(y), Q = upper tail of N(0,1). Exact to ~1 ulp-ish relative for all finite y. */
export function lnQ(y) {
  if (y >= 0) return -0.5 * y * y + Math.log(0.5 * erfcx(y * SQRT1_2))
  const a = -y * SQRT1_2 // Q(y) = 1 - Q(-y)
  return Math.log1p(-0.5 * Math.exp(-a * a) * erfcx(a))
}
/** Exact Gaussian phi. */
export function phiGaussian(elapsed, mean, std) {
  return -lnQ((elapsed - mean) / std) / LN10
}

/** Akka / Pekko / Hazelcast / IoTDB logistic approximation, bit-for-bit their formula. */
export function phiAkka(elapsed, mean, std) {
  const y = (elapsed - mean) / std,
    e = Math.exp(-y * (1.5976 + 0.070566 * y * y))
  return elapsed > mean ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e))
}
/** Cassandra / ScyllaDB exponential: PHI_FACTOR * t/mean. */
export function phiExponential(elapsed, mean) {
  return elapsed / (mean * LN10)
}

/** ln(e^a + e^b) */
export function lnAdd(a, b) {
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b))
}

/** Exponentially-modified Gaussian (a true "hybrid exponential-Gaussian"): X = N(mu, sigma) + Exp(mean tau).
 *  S(t) = Q(z) + exp(-(t-mu)/tau + sigma^2/(2 tau^2)) * Phi(z - sigma/tau),  z=(t-mu)/sigma. */
export function phiEMG(elapsed, mu, sigma, tau) {
  if (!(tau > 0)) return phiGaussian(elapsed, mu, sigma)
  const z = (elapsed - mu) / sigma,
    r = sigma / tau
  const a = lnQ(z),
    b = -z * r + 0.5 * r * r + lnQ(r - z)
  return Math.max(0, -lnAdd(a, b) / LN10)
}
/** Two-component mixture in the log domain: w*S_gauss + (1-w)*S_exp. */
export function phiMix(elapsed, mean, std, w) {
  return -lnAdd(Math.log(w) + lnQ((elapsed - mean) / std), Math.log(1 - w) - elapsed / mean) / LN10
}
