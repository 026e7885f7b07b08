#!/usr/bin/env node
// node check-vectors.mjs [--module ./adapter.mjs]   adapter: export function phi(v) -> number for a vector v of vectors.json
// Without --module it checks reference-math.mjs itself (and shows that the vectors are attainable in doubles).
import fs from 'node:fs'
import { pathToFileURL, fileURLToPath } from 'node:url'
import * as M from './reference-math.mjs'
const doc = JSON.parse(fs.readFileSync(fileURLToPath(new URL('./vectors.json', import.meta.url))))
const i = process.argv.indexOf('--module')
let phi = self
if (i > 0) phi = (await import(pathToFileURL(process.argv[i + 1]).href)).phi
function self(v) {
  let mean = v.mean,
    std = v.std
  if (v.intervals) {
    // two-pass: exact enough for the cancellation vectors
    const b = v.bootstrapEstimate,
      a = (b ? [b - Math.floor(b / 4), b + Math.floor(b / 4)] : []).concat(v.intervals).slice(-v.window),
      n = a.length,
      k = a[0]
    const m = a.reduce((x, y) => x + (y - k), 0) / n
    mean = k + m
    std = Math.max(v.minStd, Math.sqrt(a.reduce((x, y) => x + (y - mean) ** 2, 0) / Math.max(1, n - v.varianceDdof)))
    if (v.model !== 'exponential-log10') mean += v.pause
  }
  switch (v.model) {
    case 'gaussian-exact':
      return M.phiGaussian(v.elapsed, mean, std)
    case 'akka-logistic':
      return M.phiAkka(v.elapsed, mean, std)
    case 'exponential-log10':
      return M.phiExponential(v.elapsed, mean)
    case 'ex-gaussian':
      return M.phiEMG(v.elapsed, v.mu, v.sigma, v.tau)
  }
}
let p = 0,
  f = 0
for (const v of doc.vectors) {
  const g = phi(v),
    ok = Math.abs(g - v.phi) <= v.atol + v.rtol * v.phi
  ok ? p++ : (f++, f < 20 && console.log('FAIL', JSON.stringify(v).slice(0, 260), 'got', g))
}
console.log(`${p} passed, ${f} failed`)
process.exit(f ? 1 : 0)
