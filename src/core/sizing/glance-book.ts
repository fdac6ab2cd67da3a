/**
 * A book valued in float64 alone, into arrays that are made once: what `value.ts` computes exactly, at any prices, with a bound
 * on how far it is from that. Equity = Σ rate·(cash + unrealised profit) + Σ spot value; weight = Σ delta notional ÷ equity.
 *
 * Every number is a sum of products, off by at most ε·Σ|terms|; so with L = Σ|terms of equity| ÷ equity a weight is off by at
 * most ε(1 + L) of Σ|its own terms|. What has no terms is 0 exactly, here and there.
 */
import { toNumber, ZERO } from '../base/decimal.ts'
import type { Portfolio } from '../domain/portfolio.ts'
import type { Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'

/** ε: far above the rounding of the longest sums of a book, far below what any width or limit is. */
const PRECISION = 1e-11
/** An equity below is not told from none. */
const EQUITY_MIN = 1e-9

const SPOT = 0
const LINEAR = 1
const INVERSE = 2

export interface FloatBook {
  readonly universe: Universe
  /** Per instrument, as the next four. */
  readonly kind: Uint8Array
  readonly multiplier: Float64Array
  readonly quantity: Float64Array
  readonly entry: Float64Array
  /** Delta notional of what is held; ÷ equity once valued. */
  readonly position: Float64Array
  /** Per currency: settled money; with unrealised profit and spot value; Σ|terms| of that. */
  readonly cash: Float64Array
  readonly balance: Float64Array
  readonly balanceSize: Float64Array
  readonly spot: Float64Array
  /** Per underlying: weight, and Σ|terms| of it. */
  readonly weight: Float64Array
  readonly size: Float64Array
  /** Whether any are open: they are not counted here. */
  hasOrders: boolean
  equity: number
  /** How far a weight may be from the exact one, as a part of its `size`. */
  error: number
  /** Settled money ÷ equity, and Σ|terms| of it. */
  cashTotal: number
  cashSize: number
  /** Σ|value| over positions and coin balances ÷ equity, and Σ|terms| of equity ÷ equity. */
  leverage: number
  terms: number
}

export function openFloatBook(universe: Universe): FloatBook {
  const { instruments, underlyings, currencies } = universe
  const perInstrument = (): Float64Array => new Float64Array(instruments.length)
  const perCurrency = (): Float64Array => new Float64Array(currencies.length)
  return {
    universe,
    kind: Uint8Array.from(instruments, (each) => (each.kind === 'spot' ? SPOT : isReciprocal(each) ? INVERSE : LINEAR)),
    multiplier: Float64Array.from(instruments, ({ multiplier }) => toNumber(multiplier)),
    quantity: perInstrument(),
    entry: perInstrument(),
    position: perInstrument(),
    cash: perCurrency(),
    balance: perCurrency(),
    balanceSize: perCurrency(),
    spot: perCurrency(),
    weight: new Float64Array(underlyings.length),
    size: new Float64Array(underlyings.length),
    hasOrders: false,
    equity: 0,
    error: 0,
    cashTotal: 0,
    cashSize: 0,
    leverage: 0,
    terms: 0,
  }
}

/** @param portfolio of the universe of the book, without options */
export function holdIn(book: FloatBook, { cash, quantity, entry, orders }: Portfolio): void {
  for (let c = 0; c < cash.length; c++) book.cash[c] = toNumber(cash[c]!)
  for (let j = 0; j < quantity.length; j++) {
    book.quantity[j] = toNumber(quantity[j]!)
    const paid = entry[j] ?? null
    // `plan()` refuses a contract that is held without an entry price; with NaN nothing is certain.
    book.entry[j] =
      book.kind[j] === SPOT || quantity[j] === ZERO ? 1 : paid !== null && paid > ZERO ? toNumber(paid) : Number.NaN
  }
  book.hasOrders = orders.length > 0
}

/** @returns whether the book has an equity that is surely above 0; not where a price or a rate is none. */
export function valueBook(book: FloatBook, price: Float64Array, rate: Float64Array): boolean {
  const { cash, balance, balanceSize, spot, weight, size } = book
  balance.set(cash)
  for (let c = 0; c < cash.length; c++) balanceSize[c] = Math.abs(cash[c]!)
  spot.fill(0)
  weight.fill(0)
  size.fill(0)
  return takePositions(book, price, rate) && takeBalances(book, rate)
}

/** Adds each position to its underlying and to the currency that it is worth something in. */
function takePositions(book: FloatBook, price: Float64Array, rate: Float64Array): boolean {
  const { universe, kind, multiplier, quantity, entry, position, balance, balanceSize, spot, weight, size } = book
  const { underlyingOf, quoteOf, settleOf } = universe
  for (let j = 0; j < quantity.length; j++) {
    const mark = price[j]!
    if (!(mark > 0)) return false
    const held = quantity[j]!
    position[j] = 0
    if (held === 0) continue
    const quote = quoteOf[j]!
    const scaled = held * multiplier[j]!
    let delta: number
    if (kind[j] === SPOT) {
      delta = held * mark
      spot[quote]! += delta
      balanceSize[quote]! += Math.abs(delta)
    } else {
      const inverse = kind[j] === INVERSE
      const [now, before] = inverse ? [-scaled / mark, -scaled / entry[j]!] : [scaled * mark, scaled * entry[j]!]
      const settle = settleOf[j]!
      balance[settle]! += now - before
      balanceSize[settle]! += Math.abs(now) + Math.abs(before)
      delta = inverse ? scaled : now
    }
    delta *= rate[quote]!
    position[j] = delta
    const u = underlyingOf[j]!
    weight[u]! += delta
    size[u]! += Math.abs(delta)
  }
  return true
}

/** Sums the currencies, and divides everything by the equity that they make. */
function takeBalances(book: FloatBook, rate: Float64Array): boolean {
  const { universe, cash, balance, balanceSize, spot, position, weight, size } = book
  const { exposureOf } = universe
  let [equity, terms, money, moneySize, gross] = [0, 0, 0, 0, 0]
  for (let c = 0; c < cash.length; c++) {
    const worth = rate[c]!
    if (!(worth > 0)) return false
    equity += (balance[c]! + spot[c]!) * worth
    terms += balanceSize[c]! * worth
    const u = exposureOf[c]!
    if (u >= 0) {
      weight[u]! += balance[c]! * worth
      size[u]! += balanceSize[c]! * worth
      gross += Math.abs(balance[c]! * worth)
    } else {
      money += cash[c]! * worth
      moneySize += Math.abs(cash[c]! * worth)
    }
  }
  for (let j = 0; j < position.length; j++) gross += Math.abs(position[j]!)
  // False where anything is NaN or infinite, too.
  if (!(equity > EQUITY_MIN + PRECISION * terms && terms + gross < Number.MAX_VALUE)) return false
  const part = 1 / equity
  for (let u = 0; u < weight.length; u++) {
    weight[u]! *= part
    size[u]! *= part
  }
  for (let j = 0; j < position.length; j++) position[j]! *= part
  book.equity = equity
  book.error = PRECISION * (1 + terms * part)
  book.cashTotal = money * part
  book.cashSize = moneySize * part
  book.leverage = gross * part
  book.terms = terms * part
  return true
}
