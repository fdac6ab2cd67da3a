/**
 * The length of blocks for bootstraps of dependent series, chosen by the data: Politis and White (Econometric Reviews 23,
 * 2004) with the correction of Patton, Politis and White (Econometric Reviews 28, 2009). With autocovariances R(k) and the
 * flat-top window w(s) = 1 up to ½, 2(1 − |s|) to 1: ĝ = Σ w(k/M)R(k), Ĝ = Σ w(k/M)|k|R(k), |k| ≤ M, and
 * b = (2Ĝ²n/D)^⅓, D = 2ĝ² for the stationary and (4/3)ĝ² for the circular bootstrap. M is twice the first lag m from which
 * K = max(5, log₁₀n) autocorrelations in a row are below 2·sqrt(log₁₀n/n), as in the authors' own program; b is at most
 * min(3√n, n/3).
 */
import { fail, type Result, succeed } from '../base/result.ts'
import { momentsOf } from '../maths/moments.ts'
import { autocovariances } from './autocovariance.ts'
import { checkSeries, refuseFlat } from './check.ts'

export interface BlockLength {
  /** Mean length for the stationary bootstrap, at least 1. */
  readonly stationary: number
  /** Length for the circular bootstrap, whole, rounded up. */
  readonly circular: number
}

const COUNT_MIN = 10

/** Of several series that are drawn together take the longest. Codes: evidence.too-short, evidence.number, evidence.flat. */
export function automaticBlockLength(values: Float64Array): Result<BlockLength> {
  const issues = checkSeries('series', values, COUNT_MIN)
  if (issues.length > 0) return fail(issues)
  if (momentsOf(values).variance === 0) return refuseFlat('series', values[0]!)
  const n = values.length
  const run = Math.max(5, Math.ceil(Math.log10(n)))
  const lagMax = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + run)
  const covariances = autocovariances(values, lagMax)
  const bandwidth = Math.min(2 * firstQuietLag(covariances, { n, run }), lagMax)
  let [density, bend] = [covariances[0]!, 0]
  for (let k = 1; k <= bandwidth; k++) {
    const weight = k <= bandwidth / 2 ? 1 : 2 * (1 - k / bandwidth)
    density += 2 * weight * covariances[k]!
    bend += 2 * weight * k * covariances[k]!
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3))
  const length = (factor: number): number => {
    const found = Math.cbrt((2 * bend * bend * n) / (factor * density * density))
    // A density of 0 leaves no finite length, or none at all.
    return Number.isNaN(found) ? longest : Math.max(1, Math.min(longest, found))
  }
  return succeed({ stationary: length(2), circular: Math.ceil(length(4 / 3)) })
}

/** The first of `run` lags in a row without significant autocorrelation; where there are none, the last significant lag. */
function firstQuietLag(covariances: Float64Array, { n, run }: { readonly n: number; readonly run: number }): number {
  const band = 2 * Math.sqrt(Math.log10(n) / n)
  let significant = 0
  for (let k = 1; k < covariances.length; k++) {
    if (Math.abs(covariances[k]! / covariances[0]!) >= band) significant = k
    else if (k - significant === run) return significant + 1
  }
  return Math.max(1, significant)
}
