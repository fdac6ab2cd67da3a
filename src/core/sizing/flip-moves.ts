/** The inputs of a plan with one number moved: a price, what trading one instrument costs, or a limit. */
import { add, type Decimal, decimal, multiply, ZERO } from '../base/decimal.ts'
import { type Ratio, ratioOfNumber } from '../base/ratio.ts'
import type { MarketState } from '../domain/market.ts'
import type { Universe } from '../domain/universe.ts'
import type { LimitName } from './limit-names.ts'
import type { Constraints, Limit, TailLimit } from './mandate.ts'
import type { PlanInputs } from './plan-types.ts'

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

/** A limit with a value; which one's, where several may be stated. */
export interface ValuedLimit {
  readonly limit: LimitName
  readonly name: string | null
}

/** What of the constraints states a limit, so that its value can be moved; null where there is no number. */
type Move = (
  constraints: Constraints,
  limit: ValuedLimit,
  by: { universe: Universe; value: Ratio },
) => Partial<Constraints>

const moved = (limit: Limit | null, value: Ratio): Limit | null => (limit === null ? null : { ...limit, value })
const one =
  (
    key:
      | 'grossMax'
      | 'leverageMax'
      | 'netMin'
      | 'netMax'
      | 'volatilityMax'
      | 'trackingErrorMax'
      | 'turnoverMax'
      | 'depthShareMax'
      | 'cashMin'
      | 'orderMax',
  ): Move =>
  (constraints, _, { value }) => ({ [key]: moved(constraints[key], value) })
const ofUnderlying =
  (key: 'weightMin' | 'weightMax'): Move =>
  (constraints, { name }, { universe, value }) => ({
    [key]: constraints[key].map((own, u) => (universe.underlyings[u] === name ? moved(own, value) : own)),
  })
const ofGroup =
  (key: 'netMin' | 'netMax' | 'grossMax'): Move =>
  ({ groups }, { name }, { value }) => ({
    groups: groups.map((each) => (each.group.name === name ? { ...each, [key]: moved(each[key], value) } : each)),
  })
const ofFactor =
  (key: 'min' | 'max'): Move =>
  ({ factors }, { name }, { value }) => ({
    factors: factors.map((each) => (each.name === name ? { ...each, [key]: moved(each[key], value) } : each)),
  })
const ofTail =
  (measure: TailLimit['measure']): Move =>
  ({ tails }, _, { value }) => ({
    tails: tails.map((each) => (each.measure === measure ? { ...each, max: { ...each.max, value } } : each)),
  })
const ofVolume =
  (key: 'share' | 'ofBook'): Move =>
  ({ participation }, _, { value }) => ({
    participation: participation === null ? null : { ...participation, [key]: moved(participation[key], value) },
  })
const ofTurnover: Move = ({ turnoverOfMax, tradedMax }, { name }, { universe, value }) => ({
  turnoverOfMax: turnoverOfMax.map((own, u) => (universe.underlyings[u] === name ? moved(own, value) : own)),
  tradedMax: tradedMax.map((own, j) => (universe.instruments[j]!.id === name ? moved(own, value) : own)),
})

const MOVES: Readonly<Record<LimitName, Move | null>> = {
  weightMin: ofUnderlying('weightMin'),
  weightMax: ofUnderlying('weightMax'),
  gross: one('grossMax'),
  leverage: one('leverageMax'),
  netMin: one('netMin'),
  netMax: one('netMax'),
  groupMin: ofGroup('netMin'),
  groupMax: ofGroup('netMax'),
  groupGross: ofGroup('grossMax'),
  factorMin: ofFactor('min'),
  factorMax: ofFactor('max'),
  turnover: one('turnoverMax'),
  turnoverOf: ofTurnover,
  participation: ofVolume('share'),
  participationOfBook: ofVolume('ofBook'),
  depthShare: one('depthShareMax'),
  liquidity: null,
  volatility: one('volatilityMax'),
  trackingError: one('trackingErrorMax'),
  valueAtRisk: ofTail('valueAtRisk'),
  expectedShortfall: ofTail('expectedShortfall'),
  cash: one('cashMin'),
  orderMax: one('orderMax'),
  frozen: null,
  reduceOnly: null,
  stale: null,
  noInstrument: null,
  short: null,
}

/** Whether several may be stated, each with a name. */
export function isOwn(limit: LimitName): boolean {
  return /^(?:weight|group|factor|turnoverOf)/.test(limit)
}

/** Whether there is a number to move. */
export const hasValue = (limit: LimitName): boolean => MOVES[limit] !== null

/** @returns null where the limit has no value to move. */
export function moveLimit(inputs: PlanInputs, limit: ValuedLimit, value: number): PlanInputs | null {
  const { constraints, universe } = inputs.mandate
  const move = MOVES[limit.limit]
  if (move === null) return null
  const changes = move(constraints, limit, { universe, value: ratioOfNumber(value) })
  return { ...inputs, mandate: { ...inputs.mandate, constraints: { ...constraints, ...changes } } }
}
