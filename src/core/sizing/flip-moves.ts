/** The inputs of a plan with one number moved: a price, what trading one instrument costs, or a limit. */
import { add, type Decimal, decimal, multiply, ZERO } from '../base/decimal.ts'
import { type Ratio, ratioOfNumber } from '../base/ratio.ts'
import { assertNever } from '../base/result.ts'
import type { MarketState } from '../domain/market.ts'
import type { Universe } from '../domain/universe.ts'
import type { Constraints } from './mandate.ts'
import type { LimitName, PlanInputs } from './plan-types.ts'

/** The market with every instrument of one underlying, and the coin of its name, at a moved price. */
export function movePrice(market: MarketState, universe: Universe, u: number, move: number): MarketState {
  const factor = decimal((1 + move).toFixed(15))
  const moveOne = (price: Decimal): Decimal => (price === ZERO ? price : multiply(price, factor, 'halfEven'))
  return {
    ...market,
    price: market.price.map((price, j) => (universe.underlyingOf[j] === u ? moveOne(price) : price)),
    rate: market.rate.map((rate, c) => (universe.exposureOf[c] === u ? moveOne(rate) : rate)),
  }
}

/** A fee that is so much higher for the trades of this plan; the curvature keeps what later trades will cost. */
export function moveCost(inputs: PlanInputs, j: number, by: number): PlanInputs {
  const { universe } = inputs.mandate
  const dearer = decimal(by.toFixed(18))
  const instruments = universe.instruments.map((instrument, k) => {
    if (k !== j) return instrument
    const { taker, maker } = instrument.fee
    return { ...instrument, fee: { taker: add(taker, dearer), maker: maker === null ? null : add(maker, dearer) } }
  })
  return { ...inputs, mandate: { ...inputs.mandate, universe: { ...universe, instruments } } }
}

/** Whether each underlying has a value of its own. */
export const isOwn = (limit: LimitName): boolean => limit === 'weightMin' || limit === 'weightMax'

/** Whether there is a number to move. */
export function hasValue(limit: LimitName): boolean {
  switch (limit) {
    case 'weightMin':
    case 'weightMax':
    case 'gross':
    case 'netMin':
    case 'netMax':
    case 'turnover':
    case 'participation':
    case 'cash':
    case 'orderMax':
      return true
    case 'frozen':
    case 'reduceOnly':
    case 'stale':
    case 'noInstrument':
    case 'short':
      return false
    default:
      return assertNever(limit)
  }
}

/** A limit with a value; which underlying's, where each has its own. */
export interface ValuedLimit {
  readonly limit: LimitName
  readonly u: number | null
}

/** The side on which a limit holds less back: +1 where more of it does. */
export function looser(limit: LimitName): 1 | -1 {
  return limit === 'weightMin' || limit === 'netMin' || limit === 'cash' ? -1 : 1
}

/** @returns null where the limit has no value to move. */
export function moveLimit(inputs: PlanInputs, { limit, u }: ValuedLimit, value: number): PlanInputs | null {
  const { constraints } = inputs.mandate
  const moved = movedConstraints(constraints, { limit, u, value: ratioOfNumber(value) })
  return moved === null
    ? null
    : { ...inputs, mandate: { ...inputs.mandate, constraints: { ...constraints, ...moved } } }
}

function movedConstraints(
  { weightMin, weightMax, participation }: Constraints,
  { limit, u, value }: ValuedLimit & { readonly value: Ratio },
): Partial<Constraints> | null {
  const at = (list: readonly (Ratio | null)[]): (Ratio | null)[] => list.map((own, k) => (k === u ? value : own))
  switch (limit) {
    case 'weightMin':
      return { weightMin: at(weightMin) }
    case 'weightMax':
      return { weightMax: at(weightMax) }
    case 'gross':
      return { grossMax: value }
    case 'netMin':
      return { netMin: value }
    case 'netMax':
      return { netMax: value }
    case 'turnover':
      return { turnoverMax: value }
    case 'participation':
      return participation === null ? null : { participation: { ...participation, share: value } }
    case 'cash':
      return { cashMin: value }
    case 'orderMax':
      return { orderMax: value }
    case 'frozen':
    case 'reduceOnly':
    case 'stale':
    case 'noInstrument':
    case 'short':
      return null
    default:
      return assertNever(limit)
  }
}
