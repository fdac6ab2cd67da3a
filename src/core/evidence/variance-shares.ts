/**
 * Which parameters a score depends on, alone and together with others. With A and B two independent designs and A_B^i the design A
 * with coordinate i of B, V the variance of f: first order S_i = mean(f(B)(f(A_B^i) − f(A)))/V (Saltelli et al., Computer
 * Physics Communications 181, 2010, table 2b), total order T_i = mean((f(A) − f(A_B^i))²)/(2V) (Jansen, Computer Physics
 * Communications 117, 1999). T_i of about 0: the parameter may be left alone; T_i above S_i: it acts with others.
 */
import { fail, type Result, succeed } from '../base/result.ts'
import { momentsOf } from '../maths/moments.ts'
import { checkSeries, outOfRange, refuseFlat } from './check.ts'
import { latinHypercube } from './search/designs.ts'

export interface VarianceShares {
  /** S of each parameter; noise can take it below 0. */
  readonly first: Float64Array
  /** T of each parameter, ≥ 0. */
  readonly total: Float64Array
}

/**
 * (n + 2)·count points of the unit cube of n parameters: A, B, then A_B^1 … A_B^n, from one Latin hypercube of 2n axes.
 * Codes: evidence.range.
 */
export function varianceDesign(
  dimension: number,
  { count, seed }: { readonly count: number; readonly seed: number | string },
): Result<readonly Float64Array[]> {
  const both = latinHypercube(2 * dimension, { count, seed })
  if (!both.ok) return both
  const a = both.value.map((point) => point.slice(0, dimension))
  const b = both.value.map((point) => point.slice(dimension))
  const crossed = Array.from({ length: dimension }, (_, i) =>
    a.map((point, row) => point.map((u, k) => (k === i ? b[row]![k]! : u))),
  )
  return succeed([...a, ...b, ...crossed.flat()])
}

/** @param scores of the points of the design, in their order. Codes: evidence.range, evidence.too-short, evidence.number, evidence.flat. */
export function varianceShares(scores: Float64Array, dimension: number): Result<VarianceShares> {
  const issues = [
    ...checkSeries('scores', scores, 2 * (dimension + 2)),
    ...outOfRange('design', {
      'the number of parameters': [dimension, 'count'],
      'the number of rows of the design': [scores.length / (dimension + 2), 'count'],
    }),
  ]
  if (issues.length > 0) return fail(issues)
  const count = scores.length / (dimension + 2)
  const part = (k: number): Float64Array => scores.subarray(k * count, (k + 1) * count)
  const [a, b] = [part(0), part(1)]
  const { mean, variance } = momentsOf(scores.subarray(0, 2 * count))
  if (variance === 0) return refuseFlat('scores', scores[0]!)
  const shares = { first: new Float64Array(dimension), total: new Float64Array(dimension) }
  for (let i = 0; i < dimension; i++) {
    const crossed = part(i + 2)
    for (let k = 0; k < count; k++) {
      // Centred: a large mean would drown the product in noise.
      shares.first[i]! += ((b[k]! - mean) * (crossed[k]! - a[k]!)) / count / variance
      shares.total[i]! += (a[k]! - crossed[k]!) ** 2 / (2 * count) / variance
    }
  }
  return succeed(shares)
}
