/**
 * The standard normal distribution: its quantiles by the rational approximations of Wichura (Applied Statistics 37, 1988, algorithm
 * AS 241, PPND16), exact to about 1 part in 10¹⁶, its distribution function by those of Cody (Mathematics of Computation 23,
 * 1969) for the error function, N(x) = erfc(−x/√2)/2, exact to a few parts in 10¹⁶ in either tail, the expected shortfall
 * φ(N⁻¹(c))/(1 − c), and the Mills ratio R(z) = N(−z)/φ(z) of the tail to its density, which neither under- nor overflows.
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
  let [sum, other] = [0, 0]
  for (let k = above.length - 1; k >= 0; k--) {
    sum = sum * x + above[k]!
    other = other * x + below[k]!
  }
  return sum / other
}

/** @param probability above 0 and below 1 */
export function quantileOfNormal(probability: number): number {
  assert(probability > 0 && probability < 1, `probability must be between 0 and 1, was ${probability}`)
  const q = probability - 0.5
  if (Math.abs(q) <= CENTRAL) return centralQuantileOfNormal(q)
  return Math.sign(q) * upperQuantileOfNormal(Math.min(probability, 1 - probability))
}

const CENTRAL = 0.425

/** The quantile of ½ + offset, exact for small offsets too. @param offset at most .425 to either side */
export function centralQuantileOfNormal(offset: number): number {
  return offset * ratioAt(CENTRE, 0.180625 - offset * offset)
}

/** What is exceeded with this probability. @param tail above 0, at most .075 */
export function upperQuantileOfNormal(tail: number): number {
  const r = Math.sqrt(-Math.log(tail))
  return r <= 5 ? ratioAt(SHOULDER, r - 1.6) : ratioAt(TAIL, r - 5)
}

// biome-ignore-start lint/correctness/noPrecisionLoss: as published
/** erf(y)/y for y up to .46875, as a function of y². */
const errorCentre = (u: number): number =>
  ((((1.85777706184603153e-1 * u + 3.1611237438705656) * u + 1.13864154151050156e2) * u + 3.77485237685302021e2) * u +
    3.20937758913846947e3) /
  ((((u + 2.36012909523441209e1) * u + 2.44024637934444173e2) * u + 1.28261652607737228e3) * u + 2.84423683343917062e3)

/** exp(y²)·erfc(y) for y from .46875 to 4. */
const errorShoulder = (y: number): number =>
  ((((((((2.15311535474403846e-8 * y + 5.64188496988670089e-1) * y + 8.88314979438837594) * y + 6.61191906371416295e1) *
    y +
    2.98635138197400131e2) *
    y +
    8.8195222124176909e2) *
    y +
    1.71204761263407058e3) *
    y +
    2.05107837782607147e3) *
    y +
    1.23033935479799725e3) /
  ((((((((y + 1.57449261107098347e1) * y + 1.17693950891312499e2) * y + 5.37181101862009858e2) * y +
    1.62138957456669019e3) *
    y +
    3.29079923573345963e3) *
    y +
    4.36261909014324716e3) *
    y +
    3.43936767414372164e3) *
    y +
    1.23033935480374942e3)

/** (1/√π − y·exp(y²)·erfc(y))·y² for y above 4, as a function of 1/y². */
const errorTail = (u: number): number =>
  (((((1.63153871373020978e-2 * u + 3.05326634961232344e-1) * u + 3.60344899949804439e-1) * u +
    1.25781726111229246e-1) *
    u +
    1.60837851487422766e-2) *
    u +
    6.58749161529837803e-4) /
  (((((u + 2.56852019228982242) * u + 1.87295284992346725) * u + 5.27905102951428412e-1) * u + 6.05183413124413191e-2) *
    u +
    2.33520497626869185e-3)
// biome-ignore-end lint/correctness/noPrecisionLoss: as published

const CENTRE_END = 0.46875
const SHOULDER_END = 4
const ROOT_PI = Math.sqrt(Math.PI)
const ROOT_HALF_PI = Math.sqrt(Math.PI / 2)
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI)

/** exp(y²)·erfc(y) for y above .46875. */
const scaledError = (y: number): number =>
  y <= SHOULDER_END ? errorShoulder(y) : (1 / ROOT_PI - errorTail(1 / (y * y)) / (y * y)) / y

/** The density at x. */
export const densityOfNormal = (x: number): number => Math.exp(-0.5 * x * x) / ROOT_TWO_PI

/** R(z) = N(−z)/φ(z). @param z at least 0 */
export function millsRatio(z: number): number {
  const y = z * Math.SQRT1_2
  if (y <= CENTRE_END) return ROOT_HALF_PI * Math.exp(0.5 * z * z) * (1 - y * errorCentre(y * y))
  return ROOT_HALF_PI * scaledError(y)
}

/** −R′(z) = 1 − z·R(z), which is about 1/z² far out. @param z at least 0 */
export function millsSlope(z: number): number {
  const y = z * Math.SQRT1_2
  if (y <= SHOULDER_END) return 1 - z * millsRatio(z)
  const u = 1 / (y * y)
  return ROOT_PI * errorTail(u) * u
}

/** The share of the distribution below x. */
export function distributionOfNormal(x: number): number {
  assert(!Number.isNaN(x), 'the argument must be a number')
  const y = Math.abs(x) * Math.SQRT1_2
  if (y <= CENTRE_END) return 0.5 + 0.5 * x * Math.SQRT1_2 * errorCentre(y * y)
  if (y > 27.3) return x < 0 ? 0 : 1
  // x² is split at a sixteenth, so that its rounding is not raised to the exponent.
  const cut = Math.trunc(Math.abs(x) * 16) / 16
  const beyond =
    0.5 * Math.exp(-0.5 * cut * cut) * Math.exp(-0.5 * (Math.abs(x) - cut) * (Math.abs(x) + cut)) * scaledError(y)
  return x < 0 ? beyond : 1 - beyond
}

/** The mean of the worst 1 − confidence, in standard deviations. */
export function shortfallOfNormal(confidence: number): number {
  const quantile = quantileOfNormal(confidence)
  return densityOfNormal(quantile) / (1 - confidence)
}
