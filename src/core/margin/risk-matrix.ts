/**
 * Portfolio margin over a matrix of scenarios, of an account in one underlying: each scenario moves the price by a factor and
 * volatilities up, down or not at all, all positions are valued again (options by Black's formula on what of their forward
 * is not fixed yet), and
 *   worst       = min over scenarios of weight·(value there − value now), or basis where that is less,
 *   basis       = Σ over expiries min(value at up − now, at down − now, 0)·(add + perYear·T),
 *   maintenance = value now + cash + worst − static,
 *   initial     = value now + cash + (worst − static)·(factor + (peg.below − stable)₊·peg.factor) − unsure,
 * where volatilities move by 1 + up·(30 d/max(T, floor))^p, 1 − down·(…)^p, p by whether more than 30 days are left; what an
 * expiry is worth above 0 in a scenario counts by base·e^(−T·(rateFactor·r + rateAdd)); static is a share of the index for
 * perpetuals, coins and options sold beyond those bought at the same strike; and unsure (1 − confidence)·factor·index·size
 * where a price is less sure than `below`. These are the rules of Derive's first risk manager, with its numbers as terms.
 * Mathematics in float64.
 */
import { DAY_MS, type Instant, YEAR_MS } from '../base/instant.ts'
import { fail, type Result, succeed } from '../base/result.ts'
import { type OptionRight, undiscountedValue } from '../pricing/black76.ts'
import { checkMatrix } from './risk-matrix-check.ts'

export type VolMove = 'up' | 'none' | 'down'

export interface RiskMatrixTerms {
  /** Factors of the price, weights of what is lost there. */
  readonly scenarios: readonly { readonly factor: number; readonly vol: VolMove; readonly weight: number }[]
  readonly vol: {
    readonly up: number
    readonly down: number
    readonly short: number
    readonly long: number
    readonly floor: number
  }
  readonly discount: { readonly base: number; readonly rateFactor: number; readonly rateAdd: number }
  readonly basis: { readonly up: number; readonly down: number; readonly add: number; readonly perYear: number }
  readonly held: { readonly perp: number; readonly coins: number; readonly option: number }
  readonly confidence: { readonly below: number; readonly factor: number }
  readonly peg: { readonly below: number; readonly factor: number }
  readonly initial: { readonly factor: number }
}

export interface MatrixOption {
  readonly id: string
  readonly right: OptionRight
  readonly strike: number
  readonly vol: number
  /** Units of the underlying, + long. */
  readonly quantity: number
}

export interface MatrixExpiry {
  readonly expiry: Instant
  /** Forward = fixed + variable: only what is not fixed yet moves. */
  readonly fixed: number
  readonly variable: number
  /** Annual interest. */
  readonly rate: number
  readonly confidence: number
  readonly options: readonly MatrixOption[]
}

export interface MatrixAccount {
  readonly cash: number
  /** What one unit of the cash is worth. */
  readonly stable: number
  readonly index: number
  /** The least of the index and, where one is held, the perpetual. */
  readonly confidence: number
  readonly coins: number
  /** Profit: open and not yet in the cash, funding too. Price is read where some are held. */
  readonly perp: { readonly quantity: number; readonly price: number; readonly profit: number }
  readonly expiries: readonly MatrixExpiry[]
}

export interface RiskMatrix {
  /** What is left: below 0 it is missing. */
  readonly initial: number
  readonly maintenance: number
  /** Value of the account now, cash included. */
  readonly value: number
  /** Gains of the scenarios, in their order, unweighted; losses are below 0. */
  readonly gains: Float64Array
  /** The scenario that is worst, or −1 where the basis is. */
  readonly worst: number
  readonly basis: number
  readonly held: number
  readonly unsure: number
}

export function riskMatrix(
  account: MatrixAccount,
  { terms, at }: { readonly terms: RiskMatrixTerms; readonly at: Instant },
): Result<RiskMatrix> {
  const issues = checkMatrix(account, { terms, at })
  if (issues.length > 0) return fail(issues)
  const expiries = account.expiries.map((expiry) => prepared(expiry, { terms, at }))
  const coins = (account.coins * account.index) / account.stable
  const now = expiries.reduce((sum, each) => sum + each.now, 0)
  const gains = Float64Array.from(terms.scenarios, ({ factor, vol }) => {
    let gain = (factor - 1) * (coins + account.perp.quantity * account.perp.price)
    for (const each of expiries) {
      const value = valueAt(each, { factor, vol })
      gain += (value > 0 ? value * each.discount : value) - each.now
    }
    return gain
  })
  const basis = expiries.reduce((sum, each) => sum + basisOf(each, terms), 0)
  let [loss, worst] = [basis, -1]
  terms.scenarios.forEach(({ weight }, k) => {
    if (weight * gains[k]! < loss) [loss, worst] = [weight * gains[k]!, k]
  })
  const held = account.index * heldUnits(account, terms)
  const value = account.cash + now + coins + account.perp.profit
  const unsure = unsureOf(account, terms)
  const factor = terms.initial.factor + Math.max(terms.peg.below - account.stable, 0) * terms.peg.factor
  return succeed({
    initial: value + (loss - held) * factor - unsure,
    maintenance: value + loss - held,
    value,
    gains,
    worst,
    basis,
    held,
    unsure,
  })
}

interface Prepared {
  readonly expiry: MatrixExpiry
  readonly years: number
  readonly vols: Readonly<Record<VolMove, number>>
  readonly discount: number
  /** Its value without any move. */
  readonly now: number
}

function prepared(
  expiry: MatrixExpiry,
  { terms, at }: { readonly terms: RiskMatrixTerms; readonly at: Instant },
): Prepared {
  const left = expiry.expiry - at
  const { up, down, short, long, floor } = terms.vol
  const power = (30 / Math.max(left / DAY_MS, floor)) ** (left <= 30 * DAY_MS ? short : long)
  const years = left / YEAR_MS
  const { base, rateFactor, rateAdd } = terms.discount
  const moved = {
    expiry,
    years,
    vols: { up: 1 + up * power, none: 1, down: Math.max(1 - down * power, 0) },
    discount: base * Math.exp(-years * (rateFactor * Math.max(expiry.rate, 0) + rateAdd)),
    now: 0,
  }
  return { ...moved, now: valueAt(moved, { factor: 1, vol: 'none' }) }
}

function valueAt(
  { expiry, years, vols }: Prepared,
  { factor, vol }: { readonly factor: number; readonly vol: VolMove },
): number {
  const forward = expiry.fixed + expiry.variable * factor
  const scale = vols[vol] * Math.sqrt(years)
  let sum = 0
  for (const option of expiry.options)
    sum +=
      option.quantity *
      undiscountedValue(option.right, { forward, strike: option.strike, deviation: option.vol * scale })
  return sum
}

function basisOf(expiry: Prepared, { basis: { up, down, add, perYear } }: RiskMatrixTerms): number {
  const gain = (factor: number): number => valueAt(expiry, { factor, vol: 'none' }) - expiry.now
  return Math.min(gain(up), gain(down), 0) * (add + perYear * expiry.years)
}

/** Units of the underlying that the index is charged for, each by its share. */
function heldUnits({ perp, coins, expiries }: MatrixAccount, { held }: RiskMatrixTerms): number {
  let naked = 0
  for (const { options } of expiries) {
    const strikes = new Map<number, number>()
    for (const { strike, quantity } of options) strikes.set(strike, (strikes.get(strike) ?? 0) + quantity)
    for (const strike of [...strikes.keys()].sort((a, b) => a - b)) naked += Math.max(-strikes.get(strike)!, 0)
  }
  return Math.abs(perp.quantity) * held.perp + coins * held.coins + naked * held.option
}

function unsureOf(account: MatrixAccount, { confidence: { below, factor } }: RiskMatrixTerms): number {
  const charged = (confidence: number, size: number): number =>
    confidence < below ? (1 - confidence) * factor * size * account.index : 0
  return account.expiries.reduce(
    (sum, { confidence, options }) =>
      sum +
      charged(
        Math.min(confidence, account.confidence),
        options.reduce((total, { quantity }) => total + Math.abs(quantity), 0),
      ),
    charged(account.confidence, Math.abs(account.perp.quantity) + account.coins),
  )
}
