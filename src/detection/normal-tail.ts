// The upper tail of the normal distribution in the log domain: finite and exact where `1 - cdf` is long zero.
// Knows nothing of heartbeats. Read next: models.ts.

/**
 * Chebyshev coefficients of (1 + 2x) · erfcx(x) over t = (x - 3.75) / (x + 3.75), x ≥ 0.
 * Source: the form of Shepherd and Laframboise, Mathematics of Computation 36 (1981), to 60 digits, cut below 3e-17.
 */
const COEFFICIENTS = [
  2.3551578691348034, -0.004590054580646478, -0.08424913336651792, 0.059209939998191886, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5, 4.13902798607301e-6,
  7.74038306619849e-7, -2.188640104923544e-7, 1.0764999465671e-8, 4.521959811218287e-9, -7.754400208831351e-10,
  -6.318088340886684e-11, 2.868795010930669e-11, 1.9455865548577345e-13, -9.65469674843344e-13, 3.25254814814874e-14,
  3.3478119482868056e-14, -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
] as const

/** Answers the scaled complementary error function exp(x²) · erfc(x) for x ≥ 0, by Clenshaw's recurrence. */
function erfcx(x: number): number {
  const t = (x - 3.75) / (x + 3.75)
  let current = 0
  let previous = 0
  for (let index = COEFFICIENTS.length - 1; index > 0; index--) {
    const kept = current
    current = 2 * t * current - previous + (COEFFICIENTS[index] as number)
    previous = kept
  }
  return (t * current - previous + 0.5 * COEFFICIENTS[0]) / (1 + 2 * x)
}

/** Answers ln Q(y), Q being the upper tail of the standard normal distribution, for every finite y. */
export function lnUpperTail(y: number): number {
  if (y >= 0) return -0.5 * y * y + Math.log(0.5 * erfcx(y * Math.SQRT1_2))
  const mirrored = -y * Math.SQRT1_2
  return Math.log1p(-0.5 * Math.exp(-mirrored * mirrored) * erfcx(mirrored))
}

/** Answers ln(eᵃ + eᵇ) without leaving the log domain. */
export const lnAdd = (a: number, b: number): number =>
  a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b))
