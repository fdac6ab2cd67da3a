/**
 * The standard normal distribution: its quantiles by the rational approximations of Wichura (Applied Statistics 37, 1988, algorithm
 * AS 241, PPND16), exact to about 1 part in 10¹⁶, and the expected shortfall φ(N⁻¹(c))/(1 − c).
 */
import { assert } from '../base/result.ts'

// biome-ignore-start lint/correctness/noPrecisionLoss: as published
const CENTRE = [
  [
    3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
  ],
  [
    1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
    3.930789580009271061e4, 2.8729085735721942674e4, 5.226495278852545925e3,
  ],
] as const
const SHOULDER = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 2.4178072517745061177e-1, 2.27238449892691845833e-2, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1, 1.4810397642748007459e-1,
    1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
] as const
const TAIL = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1,
    2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
] as const

// biome-ignore-end lint/correctness/noPrecisionLoss: as published

const ratioAt = ([above, below]: readonly [readonly number[], readonly number[]], x: number): number => {
  const at = (coefficients: readonly number[]): number => coefficients.reduceRight((sum, each) => sum * x + each, 0)
  return at(above) / at(below)
}

/** @param probability above 0 and below 1 */
export function quantileOfNormal(probability: number): number {
  assert(probability > 0 && probability < 1, `probability must be between 0 and 1, was ${probability}`)
  const q = probability - 0.5
  if (Math.abs(q) <= 0.425) return q * ratioAt(CENTRE, 0.180625 - q * q)
  const r = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)))
  return Math.sign(q) * (r <= 5 ? ratioAt(SHOULDER, r - 1.6) : ratioAt(TAIL, r - 5))
}

/** The mean of the worst 1 − confidence, in standard deviations. */
export function shortfallOfNormal(confidence: number): number {
  const quantile = quantileOfNormal(confidence)
  return Math.exp(-0.5 * quantile * quantile) / Math.sqrt(2 * Math.PI) / (1 - confidence)
}
