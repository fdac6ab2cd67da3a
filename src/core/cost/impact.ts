/**
 * Impact of a metaorder, an order worked over time: the price moves by peak = Y·σ_day·(Q/V_day)^δ at its end, and the
 * average paid is peak/(1+δ), since cost = ∫ peak(q) dq (δ = ½ gives ⅔ of the peak: the factor is often forgotten).
 * Tóth et al. 2011 (arXiv:1105.1694), Donier-Bonart 2015 for Bitcoin (arXiv:1412.4503). In weights z = Q/E the cost of a
 * trade is c|z|^{1+δ} of equity with c = Yσ_day(E/V_day)^δ/(1+δ), σ_day = σ/√365, V_day in the currency of equity.
 * Y is of order 1 and δ near ½; both are fitted with intervals in `calibrate.ts`.
 */
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import { outOfRange } from './range.ts'

/** The law. */
export interface PowerLaw {
  /** Y > 0 */
  readonly scale: number
  /** δ, above 0 and at most 1. */
  readonly exponent: number
}

const DAYS_PER_YEAR = 365

/** Peak move of the price, a fraction. @param order.participation Q/V_day ≥ 0 @param order.vol annual */
export const peakImpact = (law: PowerLaw, order: { readonly participation: number; readonly vol: number }): number =>
  law.scale * (order.vol / Math.sqrt(DAYS_PER_YEAR)) * order.participation ** law.exponent

/** Average paid over the whole metaorder, as a fraction of what is traded: peak/(1+δ). */
export const averageImpact = (law: PowerLaw, order: { readonly participation: number; readonly vol: number }): number =>
  peakImpact(law, order) / (1 + law.exponent)

/**
 * c of c|z|^{1+δ}: cost of trading the whole equity once, as a fraction of it.
 * @param market.equity and market.volumePerDay in one currency, > 0 @param market.vol annual, ≥ 0
 */
export function impactCoefficient(
  instrument: string,
  law: PowerLaw,
  market: { readonly vol: number; readonly equity: number; readonly volumePerDay: number },
): Result<number> {
  const issues: Issue[] = outOfRange(instrument, {
    'impact scale': [law.scale, 'positive'],
    'impact exponent': [law.exponent, 'exponent'],
    volatility: [market.vol, 'nonNegative'],
    equity: [market.equity, 'positive'],
    'volume per day': [market.volumePerDay, 'positive'],
  })
  return issues.length > 0
    ? fail(issues)
    : succeed(averageImpact(law, { participation: market.equity / market.volumePerDay, vol: market.vol }))
}

/** One step of a metaorder in weights: cost = c[(m+|z|)^{1+δ} − m^{1+δ}], so that slices add up to the block. */
export interface MetaorderStep {
  /** c ≥ 0 */
  readonly coefficient: number
  /** δ, above 0 and at most 1. */
  readonly exponent: number
  /** m ≥ 0: own weight already traded on this side and still felt. */
  readonly traded: number
  /** z, either sign. */
  readonly trade: number
}

/** Cost of the step as a fraction of equity, ≥ 0. */
export function metaorderCost({ coefficient, exponent, traded, trade }: MetaorderStep): number {
  const size = Math.abs(trade)
  const power = 1 + exponent
  if (size === 0 || coefficient === 0) return 0
  // For a small step after a large metaorder the difference of two powers would lose its digits.
  const grown =
    size < traded
      ? traded ** power * Math.expm1(power * Math.log1p(size / traded))
      : (traded + size) ** power - traded ** power
  return coefficient * grown
}

/** Derivative of `metaorderCost` by |z|: c(1+δ)(m+|z|)^δ. */
export const metaorderMarginal = ({ coefficient, exponent, traded, trade }: MetaorderStep): number =>
  coefficient * (1 + exponent) * (traded + Math.abs(trade)) ** exponent

/**
 * The |z| ≥ 0 at which the next unit costs what it earns: edge = (1+δ)c(m+q)^δ + quadratic·q. The left side is what is left
 * of an edge after fee and spread, the last term a risk aversion times variance. Monotone, so bisected to the last bit;
 * without the quadratic term q = (edge/((1+δ)c))^{1/δ} − m.
 * @returns 0 where the first unit costs more; refused where nothing bounds the size.
 */
export function sizeAtEdge(
  step: Omit<MetaorderStep, 'trade'>,
  { edge, quadratic }: { readonly edge: number; readonly quadratic: number },
): Result<number> {
  const issues = outOfRange('', {
    edge: [edge, 'finite'],
    'quadratic cost': [quadratic, 'nonNegative'],
    'impact coefficient': [step.coefficient, 'nonNegative'],
    'impact exponent': [step.exponent, 'exponent'],
    'traded weight': [step.traded, 'nonNegative'],
  })
  if (issues.length > 0) return fail(issues)
  const rest = (size: number): number => edge - metaorderMarginal({ ...step, trade: size }) - quadratic * size
  if (!(rest(0) > 0)) return succeed(0)
  // Either term alone bounds the root from above.
  const byImpact =
    step.coefficient > 0
      ? (edge / (step.coefficient * (1 + step.exponent))) ** (1 / step.exponent)
      : Number.POSITIVE_INFINITY
  let high = Math.min(byImpact, quadratic > 0 ? edge / quadratic : Number.POSITIVE_INFINITY)
  if (!Number.isFinite(high)) return fail(outOfRange('', { 'cost that grows with size': [0, 'positive'] }))
  let low = 0
  for (;;) {
    const middle = low / 2 + high / 2
    if (!(middle > low && middle < high)) return succeed(low)
    if (rest(middle) > 0) low = middle
    else high = middle
  }
}
