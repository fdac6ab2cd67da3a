/**
 * The state of a simulated venue with one trader, and what never changes of it. Plain data: every move makes another state
 * and leaves this one as it was; what did not change is shared.
 */
import { type Decimal, ONE, toNumber, toText, ZERO } from '../base/decimal.ts'
import type { Instant } from '../base/instant.ts'
import { RATIO_ONE, RATIO_ZERO, type Ratio, ratioCompare, ratioDivide, ratioToNumber } from '../base/ratio.ts'
import { assert, fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { CostModel, Execution } from '../cost/cost-terms.ts'
import type { FeeSchedule, FeeTier } from '../cost/fees.ts'
import { type Metaorder, NO_METAORDER } from '../cost/metaorder.ts'
import { outOfRange } from '../cost/range.ts'
import { makeUniverse, type Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'
import type { QueuedOrder } from '../flow/index.ts'
import { type MarginModel, rateModel } from '../margin/margin-model.ts'
import type { Order } from '../session/order.ts'
import { type Accounts, emptyAccounts, makeParties, type Parties } from './venue-accounts.ts'
import type { BookFeed } from './venue-book.ts'
import { emptyPast, type PastOrders } from './venue-past.ts'
import type { Quoted, VenueTerms } from './venue-types.ts'

/** An order that rests. */
export interface Resting extends Pick<Order, 'intent' | 'filled'> {
  readonly instrument: number
  /** Where it stands in its queue; null where no book is fed. */
  readonly queue: QueuedOrder | null
}

/** What an instrument costs to trade: a universe of its own, its execution and its fees. */
export interface Market {
  readonly universe: Universe
  readonly execution: readonly Execution[]
  readonly carry: CostModel['carry']
  readonly schedule: FeeSchedule
  readonly tier: FeeTier
}

export interface VenueRules {
  readonly terms: VenueTerms
  readonly parties: Parties
  readonly margin: MarginModel
  /** Index of its currency. */
  readonly numeraire: number
  /** Per instrument: its multiplier, and 1 where value goes with 1/price. */
  readonly unit: Float64Array
  readonly reciprocal: Uint8Array
  /** Per instrument. */
  readonly markets: readonly Market[]
}

/** The trader's books as float64, for what is compared at every quote. */
export interface Columns {
  readonly quantity: Float64Array
  /** Of contracts and of spot that is owed, in the settle currency. */
  readonly basis: Float64Array
  readonly cash: Float64Array
  /** What each margined position has posted, and its quantity alone, in their order; empty where margin is crossed. */
  readonly isolated: readonly { readonly posted: number; readonly alone: Float64Array }[]
  /** Instruments whose positions post margin, and those held at all. */
  readonly margined: readonly number[]
  readonly held: readonly number[]
  /** Currencies in which there is money. */
  readonly money: readonly number[]
}

export interface Venue {
  readonly rules: VenueRules
  /** Of the last input. */
  readonly at: Instant
  readonly quote: Quoted | null
  readonly accounts: Accounts
  readonly columns: Columns
  /** Per instrument; null where none is fed. */
  readonly books: readonly (BookFeed | null)[]
  /** Per instrument, in the settle currency: margin of an isolated position; all 0 where margin is crossed. */
  readonly posted: readonly Decimal[]
  /** In order of arrival. */
  readonly orders: readonly Resting[]
  readonly past: PastOrders
  /** Own trades that are still felt, by notional in the numeraire, per instrument. */
  readonly metaorders: readonly Metaorder[]
  /** Ids of what came in from outside. */
  readonly endowed: readonly string[]
  /** Per instrument: its life is over. */
  readonly ended: readonly boolean[]
}

/**
 * A venue without money, positions or quotes.
 * @param margin what positions need; by the rates of the terms unless a venue's own model is given
 * @returns refused: terms that are out of range, all of them by name
 */
export function openVenue(terms: VenueTerms, margin: MarginModel = marginOf(terms)): Result<Venue> {
  const issues = checkTerms(terms)
  if (issues.length > 0) return fail(issues)
  const { universe, account } = terms
  const parties = makeParties(universe, account)
  const n = universe.instruments.length
  return succeed({
    rules: {
      terms,
      parties,
      margin,
      numeraire: parties.scope.currency.get(universe.numeraire)!,
      unit: Float64Array.from(universe.instruments, ({ multiplier }) => toNumber(multiplier)),
      reciprocal: Uint8Array.from(universe.instruments, (each) => (isReciprocal(each) ? 1 : 0)),
      markets: marketsOf(terms),
    },
    at: Number.NEGATIVE_INFINITY,
    quote: null,
    accounts: emptyAccounts(parties),
    columns: {
      quantity: new Float64Array(n),
      basis: new Float64Array(n),
      cash: new Float64Array(universe.currencies.length),
      isolated: [],
      margined: [],
      held: [],
      money: [],
    },
    books: universe.instruments.map(() => null),
    posted: universe.instruments.map(() => ZERO),
    orders: [],
    past: emptyPast(),
    metaorders: universe.instruments.map(() => NO_METAORDER),
    endowed: [],
    ended: universe.instruments.map(() => false),
  })
}

/** Initial margin is value ÷ leverage, all of the value where there is none. */
function marginOf({ universe, margin: { leverageMax, maintenance } }: VenueTerms): MarginModel {
  // Terms that cannot be are refused before the model is used.
  const initial = (leverage: Ratio | null): number =>
    leverage === null || leverage.n <= 0n ? 1 : ratioToNumber(ratioDivide(RATIO_ONE, leverage))
  return rateModel(universe, {
    initial: Float64Array.from(leverageMax, initial),
    maintenance: Float64Array.from(maintenance, ratioToNumber),
  })
}

const marketsOf = ({ universe, orderFee, account }: VenueTerms): Market[] =>
  universe.instruments.map((instrument) => ({
    universe: makeUniverse({ numeraire: universe.numeraire, instruments: [instrument] }),
    execution: [{ makerShare: RATIO_ZERO, fixed: orderFee }],
    carry: [{ kind: 'none' }],
    schedule: {
      venue: account,
      volumeCurrency: universe.numeraire,
      tiers: [],
      fixed: { amount: orderFee, currency: universe.numeraire },
      paidIn: { kind: 'settle' },
    },
    // An order that would rest where makers have no fee is rejected before its fee is asked for.
    tier: { volumeMin: ZERO, taker: instrument.fee.taker, maker: instrument.fee.maker ?? instrument.fee.taker },
  }))

function checkTerms(terms: VenueTerms): Issue[] {
  const { universe, account, margin, impact, resting, orderFee } = terms
  const { instruments } = universe
  assert(
    margin.leverageMax.length === instruments.length && margin.maintenance.length === instruments.length,
    'every column must be aligned to the instruments',
  )
  const issues: Issue[] = []
  const must = (holds: boolean, path: string, message: string): void => {
    if (!holds)
      issues.push({ code: 'venue.terms', path, message, hint: "copy the venue's own terms: nothing is guessed" })
  }
  const isShare = (share: Ratio): boolean => share.n >= 0n && ratioCompare(share, RATIO_ONE) <= 0
  must(account !== '', 'account', 'account must say something, was empty')
  must(orderFee >= ZERO, 'orderFee', `order fee must be 0 or more, was ${toText(orderFee)}`)
  for (const name of ['participation', 'touch'] as const)
    must(isShare(resting[name]), `resting.${name}`, `${name} must be from 0 to 1, was ${ratioToNumber(resting[name])}`)
  const { liquidationFee } = margin
  must(
    isShare(liquidationFee),
    'margin.liquidationFee',
    `liquidation fee must be from 0 to 1, was ${ratioToNumber(liquidationFee)}`,
  )
  instruments.forEach(({ id, grid, fee, spread }, j) => {
    const leverage = margin.leverageMax[j]!
    const kept = margin.maintenance[j]!
    must(
      leverage === null || leverage.n > 0n,
      `margin.leverageMax.${id}`,
      `leverage of ${id} must be above 0, was ${leverage && ratioToNumber(leverage)}`,
    )
    must(
      isShare(kept),
      `margin.maintenance.${id}`,
      `maintenance of ${id} must be from 0 to 1, was ${ratioToNumber(kept)}`,
    )
    const opening = leverage === null || leverage.n <= 0n ? RATIO_ONE : ratioDivide(RATIO_ONE, leverage)
    must(
      ratioCompare(kept, opening) <= 0,
      `margin.maintenance.${id}`,
      `maintenance of ${id} must be at most the initial margin, was above it`,
    )
    must(grid.lot > ZERO, `${id}.grid.lot`, `lot of ${id} must be above 0, was ${toText(grid.lot)}`)
    must(
      grid.tick === undefined || grid.tick > ZERO,
      `${id}.grid.tick`,
      `tick of ${id} must be above 0, was ${toText(grid.tick ?? ZERO)}`,
    )
    must(
      spread >= ZERO && toNumber(spread) < 2,
      `${id}.spread`,
      `spread of ${id} must be from 0 to below 2, was ${toText(spread)}`,
    )
    for (const rate of [fee.taker, fee.maker ?? ZERO])
      must(rate < ONE && -rate < ONE, `${id}.fee`, `fee of ${id} must be between -1 and 1, was ${toText(rate)}`)
  })
  if (impact !== null)
    issues.push(
      ...outOfRange('impact', {
        'impact scale': [impact.law.scale, 'positive'],
        'impact exponent': [impact.law.exponent, 'exponent'],
        'pause inside a metaorder': [impact.decay.joinMs, 'nonNegative'],
        'decay of impact': [impact.decay.decayMs, 'positive'],
      }),
    )
  return issues
}
