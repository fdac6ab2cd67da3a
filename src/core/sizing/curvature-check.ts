/** What `computeCurvature` refuses to compute with; every issue is collected. */
import type { Issue } from '../base/result.ts'
import { eigenSymmetric } from '../maths/eigen.ts'
import type { CurvatureInputs } from './curvature.ts'

/** A negative eigenvalue down to this share of the largest is rounding. */
const NEGATIVE = 1e-9

export function checkCurvature(inputs: CurvatureInputs): readonly Issue[] {
  const shape = checkShape(inputs)
  return shape.length > 0 ? shape : [...checkNumbers(inputs), ...checkCosts(inputs), ...checkCovariance(inputs)]
}

const issue = (code: string, message: string, hint: string): Issue => ({
  code: `curvature.${code}`,
  path: 'policy',
  message,
  hint,
})

function checkShape({ n, covariance, target, cost, targetRate, weight }: CurvatureInputs): Issue[] {
  const sizes: readonly (readonly [string, number, number])[] = [
    ['covariance', covariance.length, n * n],
    ['target', target.length, n],
    ['proportional cost', cost.proportional.length, n],
    ['power cost', cost.power.length, n],
    ['fixed cost', cost.fixed.length, n],
    ['impact decay', cost.impactDecay.length, n],
    ...(targetRate === undefined ? [] : [['target rate', targetRate.length, n * n] as const]),
    ...(weight === undefined ? [] : [['weight', weight.length, n] as const]),
  ]
  return sizes.flatMap(([name, was, must]) =>
    was === must
      ? []
      : [issue('shape', `${name} must have ${must} values, was ${was}`, 'align every column to the underlyings')],
  )
}

function checkNumbers({ aversion, interval, target, targetRate, weight, lapse = 0 }: CurvatureInputs): Issue[] {
  const issues: Issue[] = []
  if (!(aversion > 0 && Number.isFinite(aversion)))
    issues.push(issue('aversion', `risk aversion must be above 0, was ${aversion}`, 'about 10 gives bands near 1 %'))
  if (!(interval >= 0 && Number.isFinite(interval)))
    issues.push(issue('interval', `decision interval must be 0 or more years, was ${interval}`, 'one hour is 1/8760'))
  if (!(lapse >= 0 && Number.isFinite(lapse)))
    issues.push(issue('lapse', `rate of lapse must be 0 or more a year, was ${lapse}`, 'once in a year is 1'))
  if (!target.every(Number.isFinite) || targetRate?.every(Number.isFinite) === false)
    issues.push(issue('not-finite', 'targets must be finite numbers, was otherwise', 'give every target a weight'))
  if (weight?.every(Number.isFinite) === false)
    issues.push(issue('not-finite', 'weights must be finite numbers, was otherwise', 'give every holding a weight'))
  return issues
}

function checkCosts({ n, cost, interval }: CurvatureInputs): Issue[] {
  const issues: Issue[] = []
  const { powerExponent: exponent } = cost
  if (!(exponent > 0 && exponent <= 1))
    issues.push(issue('exponent', `impact exponent must be above 0 and at most 1, was ${exponent}`, '0.5 is usual'))
  for (const name of ['proportional', 'power', 'fixed', 'impactDecay'] as const) {
    const bad = cost[name].find((each) => !(each >= 0 && Number.isFinite(each)))
    if (bad !== undefined)
      issues.push(
        issue('cost', `${name} must be 0 or more, was ${bad}`, 'count a rebate as 0: it is no reason to trade'),
      )
  }
  for (let i = 0; i < n; i++) {
    const linear = cost.proportional[i]! > 0 || cost.fixed[i]! > 0
    if (linear || (cost.power[i]! > 0 && Math.max(interval, cost.impactDecay[i]!) > 0) || interval > 0) continue
    const hint = 'without a cost the horizon is the decision interval: give one'
    issues.push(issue('interval', 'interval must be above 0 where trading costs nothing, was 0', hint))
    break
  }
  return issues
}

function checkCovariance({ n, covariance }: CurvatureInputs): Issue[] {
  for (let i = 0; i < n; i++) {
    const variance = covariance[i * n + i]!
    for (let j = 0; j < n; j++) {
      const [each, mirrored, other] = [covariance[i * n + j]!, covariance[j * n + i]!, covariance[j * n + j]!]
      const bound = Math.sqrt(Math.max(0, variance) * Math.max(0, other)) * (1 + 1e-9)
      if (variance >= 0 && Math.abs(each) <= bound && Math.abs(each - mirrored) <= 1e-12 * bound) continue
      const where = `row ${i + 1}, column ${j + 1}`
      const must = 'covariance must be symmetric with correlations between -1 and 1'
      return [issue('covariance', `${must}, was ${each} in ${where}`, 'repair the matrix first')]
    }
  }
  const { values } = eigenSymmetric(covariance, n)
  const [least = 0, most = 0] = [values[0], values[n - 1]]
  if (least >= -NEGATIVE * most) return []
  const must = 'covariance must be positive semidefinite'
  return [issue('covariance', `${must}, was ${least} in its least eigenvalue`, 'repair the matrix first')]
}
