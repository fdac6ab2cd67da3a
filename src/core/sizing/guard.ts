/**
 * The trend guard. Healing a deviation trades against the move that made it; where that move is a trend it goes on, and the
 * trade was early (a book that is rebalanced to constant weights is short of trends: Perold and Sharpe 1988). Of a deviation
 * d_u the moves of the guard's window made, holdings as they are,
 *
 *   m = Jρ,  J = diag(w) − ww',
 *
 * with ρ the log changes of prices, the drift of `curvature.ts`. The guard holds on to e = strength × share,
 *
 *   strength = max(0, (P − c)/(1 − c)),  share = min(1, m_u/d_u) where d_u, m_u and ρ_u have one sign, else 0,
 *
 * P how sure the trend is (`risk/trend.ts`), c the confidence asked for: where there is no trend, P is uniform, so a strength
 * above 0 has probability 1 − c and a mean of (1 − c)/2. A deviation that the trend did not make, one whose healing
 * trades with the trend (shorts, weights above 1) and a holding that is to be closed are left to the policy.
 */
import { ratioToNumber } from '../base/ratio.ts'
import type { Trend, TrendMeasure } from '../domain/market.ts'
import type { Guard, Policy } from './mandate.ts'
import type { PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'

/** What holds the healing of one deviation back. */
export interface Restraint {
  readonly strength: number
  readonly direction: 'up' | 'down'
  /** Part of the deviation that the trend made. */
  readonly share: number
  /** The band is so many times as wide. */
  readonly widen: number
  /** Of the trade that is left, so much is made. */
  readonly slow: number
}

export const guardOf = (policy: Policy): Guard | undefined =>
  policy.kind === 'riskCap' || (policy.kind === 'band' && policy.unit === 'risk') ? undefined : policy.guard

/** A policy without its guard. */
export function ruleOf(policy: Policy): Policy {
  const { guard: _, ...rule } = policy as Policy & { readonly guard?: Guard }
  return rule
}

/** The trend a guard reads, among those of a forecast. */
export const trendOf = (trends: readonly Trend[], measure: TrendMeasure): Trend | undefined =>
  trends.find(
    ({ measure: own }) =>
      own.kind === measure.kind &&
      own.windowMs === measure.windowMs &&
      (own.kind !== 'varianceRatio' || (measure.kind === own.kind && own.periodMs === measure.periodMs)),
  )

type Verdict =
  | ({ readonly restrained: true } & Restraint)
  | { readonly restrained: false; readonly because: Extract<Reason, { kind: 'unguarded' }> }

/** What becomes of each deviation; null where there is none, or no guard. @param deviation held − aim */
function judge(
  { mandate: { policy, target }, risk }: PlanInputs,
  { weight }: Pick<Valued, 'weight'>,
  deviation: Float64Array,
): readonly (Verdict | null)[] {
  const guard = guardOf(policy)
  const trend = guard === undefined ? undefined : trendOf(risk.trends ?? [], guard.measure)
  if (guard === undefined || trend === undefined) return Array.from(deviation, () => null)
  const [least, widen, slow] = [guard.confidence, guard.widen, guard.slow].map(ratioToNumber) as [
    number,
    number,
    number,
  ]
  const whole = trend.change.reduce((sum, each, u) => sum + weight[u]! * each, 0)
  return Array.from(deviation, (d, u): Verdict | null => {
    if (d === 0) return null
    const change = trend.change[u]!
    const direction = change > 0 ? 'up' : 'down'
    const strength = change === 0 ? 0 : Math.max(0, (trend.confidence[u]! - least) / (1 - least))
    const made = weight[u]! * (change - whole)
    const free = (why: Extract<Reason, { kind: 'unguarded' }>['why']): Verdict => ({
      restrained: false,
      because: { kind: 'unguarded', why, strength, direction },
    })
    if (strength === 0) return free('noTrend')
    if (target.weight[u]!.n === 0n) return free('closing')
    if (change * d <= 0) return free('withTrend')
    if (made * d <= 0) return free('notMade')
    const share = Math.min(1, made / d)
    const hold = strength * share
    return { restrained: true, strength, direction, share, widen: 1 + widen * hold, slow: 1 - slow * hold }
  })
}

/** Per underlying, what holds its healing back; null where nothing does. @param deviation held − aim */
export const restrain = (
  inputs: PlanInputs,
  held: Pick<Valued, 'weight'>,
  deviation: Float64Array,
): readonly (Restraint | null)[] =>
  judge(inputs, held, deviation).map((verdict) => (verdict?.restrained === true ? verdict : null))

/** What a guarded policy wants, with what its guard made of each trade. @param free what it wants without its guard */
export function explainGuard(
  inputs: PlanInputs,
  held: Valued,
  { guarded, free, deviation }: { readonly guarded: Wanted; readonly free: Wanted; readonly deviation: Float64Array },
): Wanted {
  const verdicts = judge(inputs, held, deviation)
  return {
    ...guarded,
    because: guarded.because.map((reasons, u): readonly Reason[] => {
      const verdict = verdicts[u]!
      if (verdict === null) return reasons
      if (!verdict.restrained) return [...reasons, verdict.because]
      const { restrained: _, ...restraint } = verdict
      return [...reasons, { kind: 'guarded', ...restraint, wanted: free.trade[u]!, instead: guarded.trade[u]! }]
    }),
  }
}
