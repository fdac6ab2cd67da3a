/**
 * Whether the best of many rules is better than a benchmark, given that it is the best of many. d_k is how much better rule k
 * is in each period. The reality check (White, Econometrica 68, 2000) compares max √n·d̄_k with the same of stationary
 * bootstrap draws around d̄_k. The test of superior predictive ability (Hansen, JBES 23, 2005) divides by the deviation ω_k that
 * the stationary bootstrap gives √n·d̄_k, and centres the draws at max(d̄_k, 0) (lower), at d̄_k where it is not below
 * −ω_k·sqrt(2 ln ln n/n) and else at 0 (consistent), or at d̄_k (upper), so that rules that are plainly bad do not hide a good one.
 * p-values are (1 + draws at least as large)/(1 + draws), never 0.
 */
import { makeRandom } from '../base/random.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import { dot } from '../maths/matrix.ts'
import { momentsOf } from '../maths/moments.ts'
import { checkScheme, drawRows } from './bootstrap.ts'
import { checkColumns, outOfRange, refuseFlat } from './check.ts'

export interface RealityCheckTerms {
  /** Mean length of a block of the stationary bootstrap. */
  readonly blockLength: number
  readonly draws: number
  readonly seed: number | string
}

/** p-values of "no rule is better than the benchmark". */
export interface RealityCheck {
  /** The rule with the greatest mean over its deviation, the first of equals. */
  readonly best: number
  /** Of White's test. */
  readonly realityCheck: number
  /** Of Hansen's; `consistent` is the one to use, the others enclose it. */
  readonly superiority: { readonly lower: number; readonly consistent: number; readonly upper: number }
}

/** What the draws of a rule are centred at. */
interface Rule {
  readonly mean: number
  /** ω */
  readonly deviation: number
  readonly centres: readonly [lower: number, consistent: number, upper: number]
}

/**
 * @param better for each rule, by how much it is better than the benchmark in each period (return, or loss with its sign turned).
 * Codes: evidence.shape, evidence.too-short, evidence.number, evidence.range, evidence.flat.
 */
export function checkReality(better: readonly Float64Array[], terms: RealityCheckTerms): Result<RealityCheck> {
  const { blockLength, draws, seed } = terms
  const scheme = { kind: 'stationary', length: blockLength } as const
  const issues = [
    ...checkColumns('better', better, { columns: 1, rows: 10 }),
    ...outOfRange('bootstrap', { 'the number of draws': [draws, 'count'] }),
  ]
  if (issues.length > 0) return fail(issues)
  const count = better[0]!.length
  const schemeIssues = checkScheme(scheme, count)
  if (schemeIssues.length > 0) return fail(schemeIssues)
  const rules: Rule[] = []
  for (const [k, values] of better.entries()) {
    const rule = describeRule(values, blockLength)
    if (momentsOf(values).variance === 0 || !(rule.deviation > 0)) return refuseFlat(`better.${k}`, values[0]!)
    rules.push(rule)
  }
  const root = Math.sqrt(count)
  const largest = (value: (rule: Rule) => number): number => Math.max(...rules.map(value))
  const raw = largest(({ mean }) => root * mean)
  const studentised = Math.max(
    0,
    largest(({ mean, deviation }) => (root * mean) / deviation),
  )
  const beyond = { raw: 0, centred: [0, 0, 0] }
  const random = makeRandom(seed)
  const rows = new Uint32Array(count)
  const times = new Float64Array(count)
  for (let draw = 0; draw < draws; draw++) {
    times.fill(0)
    for (const row of drawRows(rows, { count, scheme, random })) times[row]! += 1
    let worst = Number.NEGATIVE_INFINITY
    const most = [0, 0, 0]
    for (const [k, { mean, deviation, centres }] of rules.entries()) {
      const drawn = dot(better[k]!, times) / count
      worst = Math.max(worst, root * (drawn - mean))
      for (let c = 0; c < 3; c++) most[c] = Math.max(most[c]!, (root * (drawn - centres[c]!)) / deviation)
    }
    if (worst >= raw) beyond.raw++
    for (let c = 0; c < 3; c++) if (most[c]! >= studentised) beyond.centred[c]! += 1
  }
  const probability = (times: number): number => (1 + times) / (1 + draws)
  const [lower, consistent, upper] = beyond.centred.map(probability) as [number, number, number]
  return succeed({
    best: rules.reduce((first, { mean, deviation }, k) => {
      const leader = rules[first]!
      return mean / deviation > leader.mean / leader.deviation ? k : first
    }, 0),
    realityCheck: probability(beyond.raw),
    superiority: { lower, consistent, upper },
  })
}

function describeRule(values: Float64Array, blockLength: number): Rule {
  const n = values.length
  const { mean } = momentsOf(values)
  const deviation = Math.sqrt(stationaryVariance(values, { mean, blockLength }))
  const threshold = -deviation * Math.sqrt((2 * Math.log(Math.log(n))) / n)
  return { mean, deviation, centres: [Math.max(mean, 0), mean >= threshold ? mean : 0, mean] }
}

/** Variance of √n times the mean under the stationary bootstrap, exactly (Politis and Romano 1994, lemma 1). */
export function stationaryVariance(
  values: Float64Array,
  { mean, blockLength }: { readonly mean: number; readonly blockLength: number },
): number {
  const n = values.length
  const stay = 1 - 1 / blockLength
  const centred = values.map((value) => value - mean)
  // Beyond forty lengths a block has all but surely ended.
  const lags = Math.min(n - 1, Math.ceil(40 * blockLength))
  let variance = 0
  for (let lag = 0; lag <= lags; lag++) {
    let covariance = 0
    for (let t = 0; t < n; t++) covariance += centred[t]! * centred[t + lag < n ? t + lag : t + lag - n]!
    variance += (lag === 0 ? 1 : 2 * (1 - lag / n) * stay ** lag) * (covariance / n)
  }
  // A variance, but for rounding.
  return Math.max(0, variance)
}
