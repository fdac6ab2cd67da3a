/**
 * Stage 1: the book in weights. Equity = Σ (cash + unrealised profit) × rate + Σ spot value, exact. Weight = signed delta
 * notional ÷ equity; collateral in a coin that is an underlying is exposure to that coin, unrealised profit included.
 */
import { add, type Decimal, negate, signOf, toNumber, toNumbers, ZERO } from '../base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioMultiply,
  ratioOf,
  ratioToDecimal,
  ratioToNumber,
  reduce,
} from '../base/ratio.ts'
import { type Result, refuse, succeed } from '../base/result.ts'
import { makeCostTerms } from '../cost/cost-terms.ts'
import { type OpenOrder, signOfSide } from '../domain/portfolio.ts'
import { unitDelta, unrealised } from '../domain/valuation.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** @param inputs checked. @returns the valued book, or a refusal of equity that is not positive or of costs that lack a number. */
export function value(inputs: PlanInputs): Result<Valued> {
  const { portfolio, market, mandate } = inputs
  const { universe } = mandate
  const { equityExact, balance } = sumEquity(inputs)
  if (equityExact.n <= 0n)
    return refuse(
      'equity.not-positive',
      'cash',
      `equity must be above 0, was ${ratioToNumber(equityExact)} ${universe.numeraire}`,
      'weights are fractions of equity: add collateral or check positions, entry prices and cash',
    )
  const equity = ratioToNumber(equityExact)
  const rounded = ratioToDecimal(equityExact, 'floor')
  const costs = makeCostTerms({ ...inputs.costs, universe, market, vol: inputs.risk.vol, equity: rounded })
  if (!costs.ok) return costs
  const quantities = countOrders(portfolio.quantity, portfolio.orders)
  const unitWeight = new Float64Array(universe.instruments.length)
  universe.instruments.forEach((instrument, j) => {
    if (instrument.kind === 'option') return
    unitWeight[j] = ratioToNumber(unitDelta(instrument, market.price[j]!, market.rate[universe.quoteOf[j]!]!)) / equity
  })
  const coinExposure: Ratio[] = universe.underlyings.map(() => RATIO_ZERO)
  universe.exposureOf.forEach((u, c) => {
    if (u >= 0) coinExposure[u] = reduce(ratioMultiply(balance[c]!, ratioOf(market.rate[c]!)))
  })
  const weigh = (quantity: readonly Decimal[]): Float64Array => {
    const weight = new Float64Array(coinExposure.length)
    for (let u = 0; u < weight.length; u++) weight[u] = ratioToNumber(coinExposure[u]!) / equity
    const units = toNumbers(quantity)
    for (let j = 0; j < units.length; j++) {
      if (units[j] !== 0) weight[universe.underlyingOf[j]!]! += units[j]! * unitWeight[j]!
    }
    return weight
  }
  const cash = settledCash(inputs, unitWeight, equity)
  const weight = weigh(quantities.both)
  // Without open orders the three are one, and weights are never written to.
  const weighSide = (side: readonly Decimal[]): Float64Array => (side === quantities.both ? weight : weigh(side))
  return succeed({
    equityExact,
    equity: rounded,
    coinExposure,
    cash,
    cashTotal: cash.reduce((sum, each, c) => (universe.exposureOf[c]! < 0 ? sum + each : sum), 0),
    weight,
    weightHigh: weighSide(quantities.high),
    weightLow: weighSide(quantities.low),
    unitWeight,
    quantity: quantities.both,
    quantityLow: quantities.low,
    costs: costs.value,
  })
}

/** Price × quantity counts units of 10⁻³⁶; times a rate, or a multiplier and a rate, of these. */
const SPOT_UNIT = 10n ** 36n
const DENOMINATOR_MAX = 10n ** 72n

/** Equity in the numeraire and, per currency, settled money plus unrealised profit. */
function sumEquity(inputs: PlanInputs): { equityExact: Ratio; balance: readonly Ratio[] } {
  const { portfolio, market, mandate } = inputs
  const { universe } = mandate
  const balance: Ratio[] = portfolio.cash.map(ratioOf)
  const spot = portfolio.cash.map(() => 0n)
  for (let j = 0; j < universe.instruments.length; j++) {
    const quantity = portfolio.quantity[j]!
    if (quantity === ZERO) continue
    const instrument = universe.instruments[j]!
    const price = market.price[j]!
    if (instrument.kind === 'spot') spot[universe.quoteOf[j]!]! += quantity * price
    else {
      const settle = universe.settleOf[j]!
      const profit = unrealised(instrument, { quantity, entry: portfolio.entry[j]!, price })
      balance[settle] = reduce(ratioAdd(balance[settle]!, profit))
    }
  }
  const sum = balance.reduce((total, each, c) => {
    const inCurrency = ratioAdd({ n: spot[c]!, d: SPOT_UNIT }, each)
    return ratioAdd(total, ratioMultiply(inCurrency, ratioOf(market.rate[c]!)))
  }, RATIO_ZERO)
  // A book of spot and linear contracts has no larger denominator, and reducing takes longer than the digits it saves.
  return { equityExact: sum.d <= DENOMINATOR_MAX ? sum : reduce(sum), balance }
}

/** Quantities with kept open orders counted: all of them, only the buys, only the sells. */
function countOrders(
  held: readonly Decimal[],
  orders: readonly OpenOrder[],
): { both: readonly Decimal[]; high: readonly Decimal[]; low: readonly Decimal[] } {
  const kept = orders.filter((order) => !order.replaced)
  if (kept.length === 0) return { both: held, high: held, low: held }
  const [both, high, low] = [[...held], [...held], [...held]]
  for (const { instrument, side, quantity } of kept) {
    const signed = signOfSide(side) > 0 ? quantity : negate(quantity)
    both[instrument] = add(both[instrument]!, signed)
    const oneSided = signOf(signed) > 0 ? high : low
    oneSided[instrument] = add(oneSided[instrument]!, signed)
  }
  return { both, high, low }
}

/** Settled money per currency ÷ equity, less what kept open buys of spot will spend; what sells will bring does not count yet. */
function settledCash(inputs: PlanInputs, unitWeight: Float64Array, equity: number): Float64Array {
  const { portfolio, market, mandate } = inputs
  const { universe } = mandate
  const cash = Float64Array.from(portfolio.cash, (amount, c) => (toNumber(amount) * toNumber(market.rate[c]!)) / equity)
  for (const order of portfolio.orders) {
    const instrument = universe.instruments[order.instrument]!
    if (order.replaced || order.side === 'sell' || instrument.kind !== 'spot') continue
    const limit = order.price === null ? 1 : toNumber(order.price) / toNumber(market.price[order.instrument]!)
    // Whether it will rest or take is not known, so it is counted to take; one without a price crosses the spread too.
    const cost =
      Math.max(0, toNumber(instrument.fee.taker)) + (order.price === null ? toNumber(instrument.spread) / 2 : 0)
    cash[universe.quoteOf[order.instrument]!]! -=
      toNumber(order.quantity) * unitWeight[order.instrument]! * Math.max(1, limit) * (1 + cost)
  }
  return cash
}
