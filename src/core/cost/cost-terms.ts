/**
 * What trading costs, per instrument, in the one form that the optimiser, the estimate of a plan and the simulator share:
 *   cost(z) = a|z| + c[(m+|z|)^{1+δ} − m^{1+δ}] + F·1{z ≠ 0},   fractions of equity, z the traded weight, + buys;
 * a = fee + half spread, both weighted by the share of the order that takes; c from the power law of `impact.ts` with the
 * same-side weight m that is still felt; F a fee per order. Where an order book or a pool is known (`liquidity.ts`) its walk
 * takes the place of spread and impact, half the spread being its first rung. Holding is apart: carry per unit of weight to a horizon, long
 * and short. `estimateCost` is the mathematics, `orderCost` the same in exact money, rounded up once.
 */
import { type Decimal, toNumber, ZERO } from '../base/decimal.ts'
import { YEAR_MS } from '../base/instant.ts'
import {
  RATIO_ONE,
  RATIO_ZERO,
  type Ratio,
  ratioAbsolute,
  ratioAdd,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioOfNumber,
  ratioSubtract,
  ratioToDecimal,
  ratioToNumber,
  reduce,
} from '../base/ratio.ts'
import { assert, fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Liquidity, MarketState } from '../domain/market.ts'
import type { Side } from '../domain/portfolio.ts'
import type { Universe } from '../domain/universe.ts'
import { unitNotional } from '../domain/valuation.ts'
import { type CarryTerms, expectedCarry } from './carry.ts'
import { impactCoefficient, metaorderCost, metaorderMarginal, type PowerLaw } from './impact.ts'
import { checkLiquidity, inWeight, nextSlippage, takeFrom } from './liquidity.ts'
import { feltWeight, type ImpactDecay, type Metaorder, NO_METAORDER } from './metaorder.ts'
import { outOfRange } from './range.ts'

/** How one instrument is traded. */
export interface Execution {
  /** Share of an order that rests and pays the maker rate without crossing the spread, 0 … 1. */
  readonly makerShare: Ratio
  /** Charge per order in the numeraire, ≥ 0. */
  readonly fixed: Decimal
}

/** How a book trades and holds: what its costs are apart from the market, volatility and equity of the moment. */
export interface CostModel {
  /** Per instrument, like the two below. */
  readonly execution: readonly Execution[]
  readonly carry: readonly CarryTerms[]
  /** What was traded lately. */
  readonly metaorders: readonly Metaorder[]
  /** null: impact is left out on purpose. */
  readonly impact: { readonly law: PowerLaw; readonly decay: ImpactDecay } | null
  /** Carry counts from the market's asOf until so much later. */
  readonly horizonMs: number
}

export interface CostInputs extends CostModel {
  readonly universe: Universe
  readonly market: MarketState
  /** Annual, per underlying. */
  readonly vol: Float64Array
  /** In the numeraire, > 0. */
  readonly equity: Decimal
}

/** Taker fee and half the spread, and nothing else: no order fee, no impact, no carry. */
export const takerCosts = ({ instruments }: Universe): CostModel => ({
  execution: instruments.map(() => ({ makerShare: RATIO_ZERO, fixed: ZERO })),
  carry: instruments.map(() => ({ kind: 'none' })),
  metaorders: instruments.map(() => NO_METAORDER),
  impact: null,
  horizonMs: 0,
})

/** Columns per instrument, fractions of equity. Fits the optimiser's costs where each underlying has one instrument. */
export interface CostTerms {
  readonly equity: Decimal
  /** a ≥ 0. A rebate larger than half the spread counts as 0 here: it is no reason to trade. */
  readonly proportional: Float64Array
  /** The two parts of a; the fee is negative where it is a rebate. */
  readonly fee: Float64Array
  readonly halfSpread: Float64Array
  /** c ≥ 0 */
  readonly power: Float64Array
  /** δ */
  readonly powerExponent: number
  /** F ≥ 0 */
  readonly fixed: Float64Array
  /** What is to be taken, in weight; null where spread and impact stand for it. */
  readonly liquidity: readonly (Liquidity | null)[]
  /** Years over which impact decays. */
  readonly impactDecay: Float64Array
  /** m ≥ 0 for buys and for sells. */
  readonly traded: Readonly<Record<Side, Float64Array>>
  /** + paid until the horizon per unit of weight held long, and held short. A short that cannot be borrowed is null. */
  readonly carryLong: Float64Array
  readonly carryShort: readonly (number | null)[]
  /** The rates again, for money. */
  readonly exact: readonly ExactRates[]
}

export interface ExactRates {
  readonly fee: Ratio
  readonly halfSpread: Ratio
  readonly fixed: Decimal
}

/**
 * The terms of every instrument.
 * @returns refused with all reasons: a maker share without a maker rate, a missing volume where impact is asked for, a
 * missing funding interval, numbers out of range. A short that cannot be borrowed has carry null.
 */
export function makeCostTerms(inputs: CostInputs): Result<CostTerms> {
  const { universe, market, equity, execution, impact } = inputs
  const n = universe.instruments.length
  for (const column of [execution, inputs.carry, inputs.metaorders])
    assert(column.length === n, 'every column must be aligned to the instruments')
  const stated = ratesOf(universe, execution)
  const carry = carryOf(inputs)
  const power = powerOf(inputs)
  const issues = [
    ...checkModel(inputs),
    ...stated.issues,
    ...carry.issues,
    ...power.issues,
    ...checkTaken(universe, market, execution),
  ]
  if (issues.length > 0) return fail(issues)
  const felt = (side: Side): Float64Array => {
    const weight = new Float64Array(n)
    if (impact !== null)
      for (let i = 0; i < n; i++)
        weight[i] = feltWeight(inputs.metaorders[i]!, side, { at: market.asOf, decay: impact.decay })
    return weight
  }
  const whole = toNumber(equity)
  const liquidity = universe.instruments.map((_, i) => {
    const own = market.liquidity?.[i] ?? null
    return own === null ? null : inWeight(own, whole)
  })
  const rates = market.liquidity === undefined ? stated : withFirstRungs(stated, liquidity)
  return succeed({
    equity,
    proportional: rates.proportional,
    fee: rates.fee,
    halfSpread: rates.halfSpread,
    power: power.coefficient,
    liquidity,
    // Without impact c is 0 and any exponent says the same.
    powerExponent: impact?.law.exponent ?? 0.5,
    fixed: rates.fixed.map((each) => each / whole),
    impactDecay: new Float64Array(n).fill(impact === null ? 0 : impact.decay.decayMs / YEAR_MS),
    traded: { buy: felt('buy'), sell: felt('sell') },
    carryLong: carry.long,
    carryShort: carry.short,
    exact: rates.exact,
  })
}

function checkModel({ universe, market, metaorders, equity, horizonMs, impact }: CostInputs): Issue[] {
  const whole = outOfRange('', {
    equity: [toNumber(equity), 'positive'],
    'carry horizon': [horizonMs, 'nonNegative'],
  })
  if (impact === null) return whole
  const later = universe.instruments.flatMap(({ id }, i): Issue[] => {
    const { buy, sell } = metaorders[i]!
    if (Math.max(buy?.at ?? market.asOf, sell?.at ?? market.asOf) <= market.asOf) return []
    return [
      {
        code: 'cost.traded-later',
        path: id,
        message: `own trades of ${id} must not be later than the market, was later`,
        hint: 'leave out what was traded after asOf',
      },
    ]
  })
  const { joinMs, decayMs } = impact.decay
  return [
    ...whole,
    ...later,
    ...outOfRange('impact', {
      'pause inside a metaorder': [joinMs, 'nonNegative'],
      'decay of impact': [decayMs, 'positive'],
    }),
  ]
}

/** Columns that instruments and their execution alone decide. */
interface Rates {
  readonly proportional: Float64Array
  readonly fee: Float64Array
  readonly halfSpread: Float64Array
  /** In the numeraire. */
  readonly fixed: Float64Array
  readonly exact: readonly ExactRates[]
  readonly issues: readonly Issue[]
}

/** Neither a universe nor an execution ever changes, so what they make is made once and kept while they are. */
const ratesKept = new WeakMap<readonly Execution[], { readonly universe: Universe; readonly rates: Rates }>()

function ratesOf(universe: Universe, execution: readonly Execution[]): Rates {
  const kept = ratesKept.get(execution)
  if (kept?.universe === universe) return kept.rates
  const issues: Issue[] = []
  const rateless = { fee: RATIO_ONE, halfSpread: RATIO_ONE, fixed: ZERO }
  const exact = universe.instruments.map((instrument, i) => {
    const rate = exactRates(instrument, execution[i]!)
    if (!rate.ok) issues.push(...rate.error)
    return rate.ok ? rate.value : rateless
  })
  const fee = Float64Array.from(exact, (each) => ratioToNumber(each.fee))
  const halfSpread = Float64Array.from(exact, (each) => ratioToNumber(each.halfSpread))
  const rates = {
    proportional: fee.map((each, i) => Math.max(0, each + halfSpread[i]!)),
    fee,
    halfSpread,
    fixed: Float64Array.from(exact, (each) => toNumber(each.fixed)),
    exact,
    issues,
  }
  ratesKept.set(execution, { universe, rates })
  return rates
}

/** A walk is what an order pays that takes at once, so no share of it can rest. */
const checkTaken = (universe: Universe, { liquidity }: MarketState, execution: readonly Execution[]): Issue[] =>
  (liquidity ?? []).flatMap((own, i): Issue[] => {
    if (own === null) return []
    const { id } = universe.instruments[i]!
    const rests: Issue = {
      code: 'cost.liquidity',
      path: id,
      message: `maker share of ${id} must be 0 where its order book or pool is given, was ${ratioToNumber(execution[i]!.makerShare)}`,
      hint: 'leave the book out for orders that rest',
    }
    return [...checkLiquidity(id, own), ...(execution[i]!.makerShare.n === 0n ? [] : [rests])]
  })

/** The first rung, on the side where it is nearer, in place of half the stated spread. */
function withFirstRungs(rates: Rates, liquidity: readonly (Liquidity | null)[]): Rates {
  const halfSpread = rates.halfSpread.map((each, i) => firstRung(liquidity[i]!) ?? each)
  const exact = rates.exact.map((each, i) =>
    liquidity[i] === null ? each : { ...each, halfSpread: ratioOfNumber(halfSpread[i]!) },
  )
  const proportional = rates.fee.map((each, i) => Math.max(0, each + halfSpread[i]!))
  return { ...rates, halfSpread, exact, proportional }
}

const firstRung = (liquidity: Liquidity | null): number | null =>
  liquidity === null ? null : Math.min(liquidity.buy.slippage[0]!, liquidity.sell.slippage[0]!)

/** Fee and half spread of a unit traded: maker·s + taker·(1−s), and (1−s) of half the spread. */
function exactRates(instrument: Instrument, { makerShare, fixed }: Execution): Result<ExactRates> {
  const issues = outOfRange(instrument.id, {
    'maker share': [ratioToNumber(makerShare), 'share'],
    'fixed fee': [toNumber(fixed), 'nonNegative'],
    spread: [toNumber(instrument.spread), 'nonNegative'],
  })
  const { maker, taker } = instrument.fee
  if (makerShare.n !== 0n && maker === null)
    issues.push({
      code: 'cost.maker-fee',
      path: instrument.id,
      message: 'maker fee must be known where a share of an order rests, was missing',
      hint: 'give the maker fee, or a maker share of 0',
    })
  if (issues.length > 0) return fail(issues)
  const taking = ratioSubtract(RATIO_ONE, makerShare)
  const resting = maker === null ? RATIO_ZERO : ratioMultiply(makerShare, ratioOf(maker))
  return succeed({
    fee: reduce(ratioAdd(ratioMultiply(taking, ratioOf(taker)), resting)),
    halfSpread: reduce(ratioMultiply(taking, ratioDivide(ratioOf(instrument.spread), { n: 2n, d: 1n }))),
    fixed,
  })
}

/** c of every instrument; 0 without impact. */
function powerOf({ universe, market, vol, equity, impact }: CostInputs): {
  readonly coefficient: Float64Array
  readonly issues: readonly Issue[]
} {
  const coefficient = new Float64Array(universe.instruments.length)
  if (impact === null) return { coefficient, issues: [] }
  const issues: Issue[] = []
  universe.instruments.forEach(({ id }, i) => {
    if ((market.liquidity?.[i] ?? null) !== null) return
    const volumePerDay = market.volumePerDay[i]!
    if (Number.isNaN(volumePerDay)) {
      issues.push({
        code: 'cost.volume',
        path: id,
        message: `volume per day of ${id} must be known for its impact, was missing`,
        hint: 'give the volume, or leave impact out of the whole book',
      })
      return
    }
    const terms = { vol: vol[universe.underlyingOf[i]!]!, equity: toNumber(equity), volumePerDay }
    const found = impactCoefficient(id, impact.law, terms)
    if (found.ok) coefficient[i] = found.value
    else issues.push(...found.error)
  })
  return { coefficient, issues }
}

/** Carry of a weight of +1 and of −1; only the lack of a borrow rate leaves the short open. */
function carryOf({ universe, market, carry, horizonMs }: CostInputs): {
  readonly long: Float64Array
  readonly short: readonly (number | null)[]
  readonly issues: readonly Issue[]
} {
  const long = new Float64Array(carry.length)
  const short: (number | null)[] = carry.map(() => 0)
  const issues: Issue[] = []
  carry.forEach((terms, i) => {
    if (terms.kind === 'none') return
    const holding = { instrument: universe.instruments[i]!.id, from: market.asOf, to: market.asOf + horizonMs }
    const [bought, sold] = [1, -1].map((weight) =>
      weight < 0 && terms.kind === 'spot' && terms.borrowPerYear === null
        ? null
        : expectedCarry(terms, { ...holding, weight }),
    )
    if (bought?.ok) long[i] = bought.value.total
    else issues.push(...(bought?.error ?? []))
    short[i] = sold?.ok ? sold.value.total : null
  })
  return { long, short, issues }
}

const stepOf = (terms: CostTerms, i: number, trade: number) => ({
  coefficient: terms.power[i]!,
  exponent: terms.powerExponent,
  traded: terms.traded[trade < 0 ? 'sell' : 'buy'][i]!,
  trade,
})

const sideOf = (trade: number): Side => (trade < 0 ? 'sell' : 'buy')

/** What a trade pays beyond a|z| and order fee: the power law, or the walk past its first rung. */
function impactOf(terms: CostTerms, i: number, trade: number): number {
  const liquidity = terms.liquidity[i]!
  if (liquidity === null) return metaorderCost(stepOf(terms, i, trade))
  const size = Math.abs(trade)
  return takeFrom(liquidity[sideOf(trade)], size) - terms.halfSpread[i]! * size
}

/** cost(z) of one instrument as the optimiser sees it: convex but for F, ≥ 0, the same for both sides of a fresh book. */
export const tradeCost = (terms: CostTerms, i: number, trade: number): number =>
  trade === 0 ? 0 : terms.proportional[i]! * Math.abs(trade) + impactOf(terms, i, trade) + terms.fixed[i]!

/** Cost of the first unit on a side: a + c(1+δ)m^δ. */
export function firstUnitCost(terms: CostTerms, i: number, side: Side): number {
  const liquidity = terms.liquidity[i]!
  if (liquidity !== null) return terms.proportional[i]! + liquidity[side].slippage[0]! - terms.halfSpread[i]!
  const traded = terms.traded[side][i]!
  const step = { coefficient: terms.power[i]!, exponent: terms.powerExponent, traded, trade: 0 }
  return terms.proportional[i]! + metaorderMarginal(step)
}

/** Cost of the next unit of |z|: a + c(1+δ)(m+|z|)^δ. At z = 0 for a buy. */
export function marginalCost(terms: CostTerms, i: number, trade: number): number {
  const liquidity = terms.liquidity[i]!
  if (liquidity === null) return terms.proportional[i]! + metaorderMarginal(stepOf(terms, i, trade))
  const slippage = nextSlippage(liquidity[sideOf(trade)], Math.abs(trade))
  return terms.proportional[i]! + slippage - terms.halfSpread[i]!
}

/** Parts of a cost, as fractions of equity; a rebate makes the fee negative. */
export interface CostEstimate {
  readonly fee: number
  readonly spread: number
  readonly impact: number
  readonly fixed: number
  readonly total: number
}

/** What trading one instrument costs, part by part. */
export const costParts = (terms: CostTerms, i: number, trade: number): Omit<CostEstimate, 'total'> => ({
  fee: terms.fee[i]! * Math.abs(trade),
  spread: terms.halfSpread[i]! * Math.abs(trade),
  impact: trade === 0 ? 0 : impactOf(terms, i, trade),
  fixed: trade === 0 ? 0 : terms.fixed[i]!,
})

/** What a trade costs, all instruments together. @param trade traded weight per instrument, + buys */
export function estimateCost(terms: CostTerms, trade: Float64Array): CostEstimate {
  assert(trade.length === terms.proportional.length, 'trade must be aligned to the instruments')
  let [fee, spread, impact, fixed] = [0, 0, 0, 0]
  trade.forEach((z, i) => {
    if (z === 0) return
    const parts = costParts(terms, i, z)
    fee += parts.fee
    spread += parts.spread
    impact += parts.impact
    fixed += parts.fixed
  })
  return { fee, spread, impact, fixed, total: fee + spread + impact + fixed }
}

/** Expected carry until the horizon of held weights, + we pay; null where a short cannot be borrowed. */
export function estimateCarry(terms: CostTerms, weight: Float64Array): number | null {
  let total = 0
  for (const [i, each] of weight.entries()) {
    const rate = each < 0 ? terms.carryShort[i]! : terms.carryLong[i]!
    if (rate === null) return null
    total += rate * Math.abs(each)
  }
  return total
}

/** The same parts in the numeraire. */
export interface OrderCost {
  readonly fee: Decimal
  readonly spread: Decimal
  readonly impact: Decimal
  readonly fixed: Decimal
  readonly total: Decimal
}

export interface PricedOrder {
  /** Index into the terms. */
  readonly index: number
  readonly instrument: Instrument
  /** Signed, + buys; not 0. */
  readonly quantity: Decimal
  readonly price: Decimal
  /** Numeraire per unit of the quote currency. */
  readonly rate: Decimal
}

/** The cost of one order in exact money: each part rounded up once, the total their sum. */
export function orderCost(terms: CostTerms, order: PricedOrder): OrderCost {
  const { index, instrument, quantity, price, rate } = order
  assert(quantity !== ZERO, 'an order must have a quantity')
  const signed = ratioMultiply(ratioMultiply(ratioOf(quantity), unitNotional(instrument, price)), ratioOf(rate))
  const notional = ratioAbsolute(signed)
  const { fee, halfSpread, fixed } = terms.exact[index]!
  const equity = ratioOf(terms.equity)
  const impact = impactOf(terms, index, ratioToNumber(ratioDivide(signed, equity)))
  const parts = {
    fee: ratioToDecimal(ratioMultiply(notional, fee), 'ceiling'),
    spread: ratioToDecimal(ratioMultiply(notional, halfSpread), 'ceiling'),
    impact: ratioToDecimal(ratioMultiply(ratioOfNumber(impact), equity), 'ceiling'),
    fixed,
  }
  return { ...parts, total: (parts.fee + parts.spread + parts.impact + parts.fixed) as Decimal }
}
