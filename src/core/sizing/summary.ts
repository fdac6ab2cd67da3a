/**
 * The end of `plan()`: the stages gathered into one SizePlan, the book after its trades, their cost, and the few reasons
 * that concern the plan as a whole. Costs are rounded up, once.
 */
import { absolute, add, compare, signOf, toNumber, ZERO } from '../base/decimal.ts'
import { sha256 } from '../base/hash.ts'
import { ratioDivide, ratioOf, ratioToDecimal, ratioToNumber } from '../base/ratio.ts'
import { orderCost } from '../cost/cost-terms.ts'
import { isFunded } from '../domain/instrument.ts'
import type { RiskModel } from '../domain/market.ts'
import { byId } from '../domain/universe.ts'
import { quadraticForm } from '../maths/matrix.ts'
import type { Aim } from './aim.ts'
import { tradedNotional } from './exact-trade.ts'
import { measureImbalance } from './imbalance.ts'
import type { Policy } from './mandate.ts'
import type {
  Allowed,
  Balance,
  Blame,
  Cost,
  Imbalance,
  Leg,
  Line,
  PlanForecast,
  PlanInputs,
  Quantized,
  Reason,
  RoundingEffect,
  SizePlan,
  Valued,
  Wanted,
} from './plan-types.ts'

/** A cap is met where only the last lot is missing. */
const LOT_NOISE = 1e-3

export interface Stages {
  readonly held: Valued
  readonly aim: Aim
  readonly imbalance: Imbalance
  readonly wanted: Wanted
  readonly allowed: Allowed
  readonly quantized: Quantized
}

export function summarise(inputs: PlanInputs, stages: Stages): SizePlan {
  const { mandate, market, portfolio, hashes } = inputs
  const { held, imbalance } = stages
  const legs = makeLegs(inputs, stages)
  const cost = sumCosts(legs)
  const before: Balance = {
    cash: held.cashTotal,
    ...sizeOfBook(held.weight),
    weight: held.weight,
    imbalance,
  }
  const after = legs.length === 0 ? before : balanceAfter(inputs, stages, cost)
  const lines = makeLines(inputs, stages, after)
  const turnover = legs.reduce((sum, leg) => sum + Math.abs(leg.traded), 0)
  return {
    id: sha256(
      `${hashes.mandate} ${hashes.portfolio} ${hashes.market} ${hashes.risk} ${hashes.costs} ${market.asOf}`,
    ).slice(0, 16),
    asOf: market.asOf,
    numeraire: mandate.universe.numeraire,
    inputs: hashes,
    status: stages.allowed.relaxations.length > 0 ? 'infeasible' : legs.length > 0 ? 'ready' : 'balanced',
    relaxations: stages.allowed.relaxations,
    policy: mandate.policy,
    equity: held.equity,
    before,
    after,
    lines,
    legs,
    replaced: portfolio.orders.filter((order) => order.replaced),
    turnover,
    traded: legs.reduce((sum, leg) => add(sum, leg.notional), ZERO),
    cost,
    rounding: roundingOf(inputs, stages),
    forecast: forecastOf(inputs),
    because: reasonsOfPlan(inputs, stages, { before, after, balanced: legs.length === 0 }),
  }
}

/** Both books before the cost of trading is paid out of equity, so that lots alone make the difference. */
function roundingOf(
  { mandate: { universe }, risk }: PlanInputs,
  { held, imbalance, allowed, quantized }: Stages,
): RoundingEffect {
  const { proven } = quantized
  const missing = new Float64Array(imbalance.weight.length)
  universe.instruments.forEach((_, j) => {
    const traded = toNumber(quantized.quantity[j]!) * held.unitWeight[j]!
    missing[universe.underlyingOf[j]!]! += traded - allowed.byInstrument[j]!
  })
  if (missing.every((weight) => weight === 0)) return { trackingError: 0, proven }
  const wished = imbalance.weight.map((deviation, u) => deviation + allowed.trade[u]!)
  const left = wished.map((deviation, u) => deviation + missing[u]!)
  return { trackingError: volatilityOf(left, risk) - volatilityOf(wished, risk), proven }
}

/** √(d'Σd) */
const volatilityOf = (deviation: Float64Array, { covariance }: RiskModel): number =>
  Math.sqrt(Math.max(0, quadraticForm(deviation, covariance, deviation.length)))

function forecastOf({ curvature }: PlanInputs): PlanForecast | null {
  if (curvature === undefined) return null
  const { trackingError, turnover, costPerYear } = curvature.forecast
  return {
    trackingError,
    turnover: turnover.reduce((sum, each) => sum + each, 0),
    cost: costPerYear,
    aversion: curvature.aversion,
  }
}

function makeLegs(inputs: PlanInputs, stages: Stages): Leg[] {
  const {
    mandate: { universe, tradeable },
    market,
  } = inputs
  const { held, wanted, allowed, quantized } = stages
  const legs: Leg[] = []
  quantized.quantity.forEach((quantity, j) => {
    if (quantity === ZERO) return
    const instrument = universe.instruments[j]!
    const u = universe.underlyingOf[j]!
    const notional = tradedNotional(inputs, j, quantity)
    const listed = tradeable[u]!
    const others = listed.length < 2 ? [] : listed.filter((k) => k !== j).map((k) => universe.instruments[k]!.id)
    const choice: Reason[] =
      others.length === 0
        ? []
        : [{ kind: 'instrument', instrument: instrument.id, cost: held.costs.proportional[j]!, instead: others }]
    legs.push({
      instrument: instrument.id,
      underlying: instrument.underlying,
      side: signOf(quantity) > 0 ? 'buy' : 'sell',
      held: held.quantity[j]!,
      quantity,
      after: add(held.quantity[j]!, quantity),
      price: market.price[j]!,
      notional: ratioToDecimal(notional, 'halfEven'),
      wanted: wanted.trade[u]!,
      allowed: allowed.byInstrument[j]!,
      traded: toNumber(quantity) * held.unitWeight[j]!,
      cost: orderCost(held.costs, {
        index: j,
        instrument,
        quantity,
        price: market.price[j]!,
        rate: market.rate[universe.quoteOf[j]!]!,
      }),
      because: [...wanted.because[u]!, ...allowed.because[u]!, ...choice, ...quantized.because[j]!],
    })
  })
  const grows = (leg: Leg): number => (absolute(leg.after) < absolute(leg.held) ? 0 : 1)
  return legs.sort((a, b) => grows(a) - grows(b) || compare(b.notional, a.notional) || byId(a.instrument, b.instrument))
}

const sumCosts = (legs: readonly Leg[]): Cost =>
  legs.reduce(
    (sum, { cost }) => ({
      fee: add(sum.fee, cost.fee),
      spread: add(sum.spread, cost.spread),
      impact: add(sum.impact, cost.impact),
      fixed: add(sum.fixed, cost.fixed),
      total: add(sum.total, cost.total),
    }),
    { fee: ZERO, spread: ZERO, impact: ZERO, fixed: ZERO, total: ZERO },
  )

function sizeOfBook(weight: Float64Array): { gross: number; net: number } {
  let [gross, net] = [0, 0]
  for (let u = 0; u < weight.length; u++) {
    gross += Math.abs(weight[u]!)
    net += weight[u]!
  }
  return { gross, net }
}

/** The book once the legs have filled at the mark and their cost is paid out of equity. */
function balanceAfter(inputs: PlanInputs, { held, aim: { target }, quantized }: Stages, cost: Cost): Balance {
  const { universe } = inputs.mandate
  const paid = ratioToNumber(ratioDivide(ratioOf(cost.total), held.equityExact))
  const weight = held.weight.slice()
  let spent = paid
  quantized.quantity.forEach((quantity, j) => {
    if (quantity === ZERO) return
    const traded = toNumber(quantity) * held.unitWeight[j]!
    weight[universe.underlyingOf[j]!]! += traded
    if (isFunded(universe.instruments[j]!)) spent += traded
  })
  for (let u = 0; u < weight.length; u++) weight[u]! /= 1 - paid
  return {
    cash: (held.cashTotal - spent) / (1 - paid),
    ...sizeOfBook(weight),
    weight,
    imbalance: measureImbalance(weight, target, inputs.risk),
  }
}

function makeLines(inputs: PlanInputs, stages: Stages, after: Balance): Line[] {
  const { universe } = inputs.mandate
  const { held, aim, wanted, allowed, quantized } = stages
  return universe.underlyings.map((underlying, u) => {
    const instruments = universe.instrumentsOf[u]!
    return {
      underlying,
      held: held.weight[u]!,
      target: aim.target[u]!,
      aim: aim.weight[u]!,
      wanted: wanted.trade[u]!,
      allowed: allowed.trade[u]!,
      traded: instruments.reduce((sum, j) => sum + toNumber(quantized.quantity[j]!) * held.unitWeight[j]!, 0),
      after: after.weight[u]!,
      because: joinReasons(
        wanted.because[u]!,
        allowed.because[u]!,
        instruments.length === 1
          ? quantized.because[instruments[0]!]!
          : instruments.flatMap((j) => quantized.because[j]!),
      ),
    }
  })
}

/** Most lines have the reasons of the policy alone, which then are not copied. */
const joinReasons = (
  wanted: readonly Reason[],
  allowed: readonly Reason[],
  own: readonly Reason[],
): readonly Reason[] => (allowed.length === 0 && own.length === 0 ? wanted : [...wanted, ...allowed, ...own])

function reasonsOfPlan(
  { mandate, market, portfolio, risk: model, curvature }: PlanInputs,
  stages: Stages,
  { before, after, balanced }: { before: Balance; after: Balance; balanced: boolean },
): Reason[] {
  const { universe, policy } = mandate
  const { risk, trackingError } = before.imbalance
  const left = after.imbalance.trackingError
  const because: Reason[] = []
  const most = risk.reduce((best, part, u) => (part > risk[best]! ? u : best), 0)
  if (trackingError > 0)
    because.push({ kind: 'mostRisk', underlying: universe.underlyings[most]!, part: risk[most]!, trackingError })
  risk.forEach((part, u) => {
    if (part < 0) because.push({ kind: 'hedges', underlying: universe.underlyings[u]!, part })
  })
  if (left > trackingError)
    because.push({
      kind: 'raisesTrackingError',
      before: trackingError,
      after: left,
      blame: blameFor(policy, stages, model),
    })
  const cap = policy.kind === 'riskCap' ? ratioToNumber(policy.trackingErrorMax) : null
  if (cap !== null && left > cap * (1 + LOT_NOISE)) because.push({ kind: 'aboveCap', cap, after: left })
  because.push(...stages.quantized.outside)
  universe.instruments.forEach(({ id }, j) => {
    if (market.stale[j] === 1) because.push({ kind: 'staleMark', instrument: id, ageMs: market.priceAgeMs[j]! })
  })
  for (const note of mandate.target.notes) because.push({ kind: 'target', note })
  for (const note of model.notes) because.push({ kind: 'forecast', note })
  if (curvature?.notes.some(({ kind }) => kind === 'fixedWithImpact') === true) because.push({ kind: 'feesWithImpact' })
  for (const order of portfolio.orders) if (order.replaced) because.push({ kind: 'replaces', order: order.id })
  if (balanced && stages.quantized.outside.length === 0) because.push({ kind: 'nothingToDo' })
  return because
}

/** The first stage after which the tracking error is above what was found: the policy, a limit, or the lot grid. */
function blameFor(
  policy: Policy,
  { held, aim: { target }, imbalance, wanted, allowed }: Stages,
  risk: RiskModel,
): Blame {
  const raises = (trade: Float64Array): boolean =>
    measureImbalance(
      held.weight.map((w, u) => w + trade[u]!),
      target,
      risk,
    ).trackingError > imbalance.trackingError
  if (raises(wanted.trade))
    return { kind: 'policy', policy: policy.kind, unit: policy.kind === 'band' ? policy.unit : null }
  if (!raises(allowed.trade)) return { kind: 'rounding' }
  const reason = allowed.because.flat().find((each) => each.kind === 'bound' || each.kind === 'backInside')
  if (reason?.kind === 'backInside') return { kind: 'backInside', limit: reason.limit }
  return reason?.kind === 'bound' ? { kind: 'limit', limit: reason.limit } : { kind: 'rounding' }
}
