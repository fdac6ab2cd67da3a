/** What the target builders share: their inputs, their answer, and the refusals that name what is missing. */
import type { Issue } from '../../base/result.ts'

/** Inputs a builder can need, as an answer lists them. */
export type Need = 'vol' | 'correlation' | 'budget' | 'bounds'

export interface Bounds {
  /** Least weight of each. */
  readonly lower: Float64Array
  /** Greatest weight of each; may be +∞. */
  readonly upper: Float64Array
}

export interface TargetInputs {
  /** n, different. */
  readonly names: readonly string[]
  /** Σ, n × n row-major, symmetric, annual; NaN where it is not known. */
  readonly covariance: Float64Array
  /** What the weights sum to, > 0: 1 is the whole of equity. */
  readonly total: number
}

export interface TargetWeights {
  /** Sums to the total. */
  readonly weight: Float64Array
  /** The inputs that decided it. */
  readonly needed: readonly Need[]
}

/** Between 0 and +∞ each. */
export const longOnly = (n: number): Bounds => ({
  lower: new Float64Array(n),
  upper: new Float64Array(n).fill(Number.POSITIVE_INFINITY),
})

/** Everything that is wrong with the inputs. `uses`: vol reads the diagonal only. Codes: target.total, target.no-vol, target.no-covariance. */
export function checkInputs({ names, covariance, total }: TargetInputs, uses: 'vol' | 'covariance'): Issue[] {
  const n = names.length
  const issues: Issue[] = []
  if (n === 0)
    issues.push({
      code: 'target.missing',
      path: 'targets',
      message: 'a target must have at least one asset, was none',
      hint: 'name the assets the target is for',
    })
  if (covariance.length !== n * n)
    return [
      ...issues,
      {
        code: 'target.no-covariance',
        path: 'market.covariance',
        message: `the covariance must have ${n} × ${n} numbers, was ${covariance.length}`,
        hint: 'estimate it for exactly the assets of the target',
      },
    ]
  if (!(total > 0 && total < Number.POSITIVE_INFINITY))
    issues.push({
      code: 'target.total',
      path: 'targets.total',
      message: `the sum of the weights must be above 0 and finite, was ${total}`,
      hint: 'use 1 for the whole of equity',
    })
  names.forEach((name, i) => {
    const variance = covariance[i * n + i]!
    if (variance > 0 && variance < Number.POSITIVE_INFINITY) return
    issues.push({
      code: 'target.no-vol',
      path: `market.vols.${name}`,
      message: `the variance of ${name} must be a number above 0, was ${variance}`,
      hint: 'state its volatility or give it a history, or take it out of the target',
    })
  })
  if (uses === 'vol' || issues.length > 0) return issues
  return areFinite(covariance) ? [] : missingPairs(names, covariance)
}

/** A multiplication by 0 leaves NaN of what is not finite; four sums, so that additions need not wait for each other. */
function areFinite(values: Float64Array): boolean {
  const count = values.length
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 3 < count; k += 4) {
    s0 += values[k]! * 0
    s1 += values[k + 1]! * 0
    s2 += values[k + 2]! * 0
    s3 += values[k + 3]! * 0
  }
  for (; k < count; k++) s0 += values[k]! * 0
  return s0 + s1 + s2 + s3 === 0
}

function missingPairs(names: readonly string[], covariance: Float64Array): Issue[] {
  const n = names.length
  return names.flatMap((name, i) =>
    names.slice(i + 1).flatMap((other, k): Issue[] => {
      const found = [covariance[i * n + i + 1 + k]!, covariance[(i + 1 + k) * n + i]!].find(
        (value) => !Number.isFinite(value),
      )
      if (found === undefined) return []
      return [
        {
          code: 'target.no-covariance',
          path: `market.correlations.${name}/${other}`,
          message: `the covariance of ${name} and ${other} must be a finite number, was ${found}`,
          hint: 'state their correlation or give both a history, or take one out of the target',
        },
      ]
    }),
  )
}

/** Codes: target.bounds (of one asset, named), target.bounds-total (all together). */
export function checkBounds({ names, total }: TargetInputs, { lower, upper }: Bounds, lowest: number): Issue[] {
  const issues = names.flatMap((name, i): Issue[] => {
    const [from, to] = [lower[i] ?? Number.NaN, upper[i] ?? Number.NaN]
    if (from >= lowest && from <= to && from < Number.POSITIVE_INFINITY && to > Number.NEGATIVE_INFINITY) return []
    const least = lowest === 0 ? 'at least 0' : 'a number'
    return [
      {
        code: 'target.bounds',
        path: `targets.bounds.${name}`,
        message: `the bounds of ${name} must be ${least} and in order, was ${from} to ${to}`,
        hint: 'give the lower bound first, as fractions of equity',
      },
    ]
  })
  // A total that is none is refused by `checkInputs`; nothing can be compared with it.
  if (issues.length > 0 || !(total > 0 && total < Number.POSITIVE_INFINITY)) return issues
  const [least, most] = [sumOf(lower), sumOf(upper)]
  const slack = 1e-12 * Math.max(1, Math.abs(total))
  if (least <= total + slack && most >= total - slack) return []
  const tooMuch = least > total + slack
  return [
    {
      code: 'target.bounds-total',
      path: 'targets.bounds',
      message: tooMuch
        ? `the lower bounds must sum to at most ${total}, was ${least} (${largestOf(names, lower)} the largest)`
        : `the upper bounds must sum to at least ${total}, was ${most} (${smallestOf(names, upper)} the smallest)`,
      hint: tooMuch ? 'lower some of them' : 'raise some of them',
    },
  ]
}

/** Bounds may be infinite, which a compensated sum does not survive. */
function sumOf(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

const largestOf = (names: readonly string[], values: Float64Array): string =>
  names.reduce((best, name, i) => (values[i]! > values[names.indexOf(best)]! ? name : best))
const smallestOf = (names: readonly string[], values: Float64Array): string =>
  names.reduce((best, name, i) => (values[i]! < values[names.indexOf(best)]! ? name : best))
