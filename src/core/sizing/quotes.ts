/**
 * `quotes()`: how much to offer on each side of a market, by what the book already holds: base × g(+u) to buy and
 * base × g(−u) to sell, through the limits and the lot grid, each side alone. With the linear curve in weight every size is
 * exact, and with the width min(range, half the book) it is the published inventory skew (`quotes-skew.ts`).
 */
import { add, type Decimal, negate, toNumber, ZERO } from '../base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioMultiply,
  ratioOf,
  ratioOfNumber,
  ratioToDecimal,
  ratioToNumber,
  reduce,
} from '../base/ratio.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { Side } from '../domain/portfolio.ts'
import { instrumentIndex } from '../domain/universe.ts'
import { type Curve, MULTIPLE_MAX } from './curves.ts'
import type { PlanInputs } from './plan-types.ts'
import { type Ladder, ladderSizes, type NoQuote, rangeWidth, totalOrderSize } from './quotes-skew.ts'
import { checkProposal } from './trade-check.ts'
import { type Reading, readGauge, shown } from './trade-gauge.ts'
import { exactUnitWeight, gaugeAt, type OpenBook, openBook, readBase, settle, skewIn } from './trade-stages.ts'
import type { Base, Gauge, NoBand, TradeReason } from './trade-types.ts'
import { type Question, sizeByCurve } from './trade-wanted.ts'

/** A range in units of the instrument, or in multiples of everything quoted on both sides; at most half the book counts. */
export type Range =
  | { readonly kind: 'quantity'; readonly quantity: Decimal }
  | { readonly kind: 'orders'; readonly multiple: Ratio }

export interface QuoteRequest {
  readonly instrument: string
  readonly base: Base
  readonly curve: Curve
  readonly gauge: Gauge | { readonly unit: 'range'; readonly range: Range }
  /** gMax, at least 1; 2 unless given. */
  readonly multipleMax?: number
  /** One level unless given. */
  readonly ladder?: Ladder
}

export interface QuoteSide {
  readonly side: Side
  /** g, rounded down. */
  readonly multiple: Decimal
  /** Unsigned quantity of each level on the lot grid, nearest the mid price first. */
  readonly quantity: readonly Decimal[]
  /** |weight| of all levels together: wanted, left by the limits, on the grid. */
  readonly wanted: number
  readonly allowed: number
  readonly traded: number
  readonly because: readonly TradeReason[]
}

export interface Quotes {
  readonly instrument: string
  readonly underlying: string
  /** held − target, in weight. */
  readonly deviation: number
  /** Standardised imbalance, + is too much; null where there is no band. */
  readonly u: number | null
  readonly halfWidth: number | null
  readonly buy: QuoteSide
  readonly sell: QuoteSide
  readonly because: NoQuote | NoBand | null
}

/**
 * Sizes both sides of a quote.
 * @returns both sides (also of 0, with the reason), or every issue. Never throws on data, never returns NaN.
 */
export function quotes(inputs: PlanInputs, request: QuoteRequest): Result<Quotes, readonly Issue[]> {
  const book = openBook(inputs)
  return book.ok ? quotesOf(book.value, request) : book
}

function quotesOf(book: OpenBook, request: QuoteRequest): Result<Quotes, readonly Issue[]> {
  const { universe } = book.inputs.mandate
  const neutral: Gauge = { unit: 'weight', width: RATIO_ZERO }
  const checked = { ...request, gauge: request.gauge.unit === 'range' ? neutral : request.gauge }
  const issues = [...checkProposal(book.inputs.mandate, checked), ...checkRequest(request)]
  if (issues.length > 0) return fail(issues)
  const j = instrumentIndex(universe, request.instrument)
  const base = readBase(book, request.base, j)
  const ladder = request.ladder ?? { levels: 1, step: ZERO }
  const gauge: Gauge =
    request.gauge.unit === 'range'
      ? { unit: 'weight', width: widthOfRange(book, { range: request.gauge.range, base: base.quantity, ladder, j }) }
      : request.gauge
  const stand = standIn(book, { request, gauge, j })
  const sizes = ladderSizes(base.quantity, ladder)
  const none = gauge.unit !== 'risk' && gauge.width.n === 0n
  const quoteSide = (side: Side): Result<QuoteSide> => {
    const question = { ...stand(side), base: base.weight }
    return settleLadder(book, { side, j, sizes, ...(none ? NOTHING : multipleOf(question, base.weight)) })
  }
  const { reading, at } = stand('buy')
  const [buy, sell] = [quoteSide('buy'), quoteSide('sell')]
  if (!buy.ok) return buy
  if (!sell.ok) return sell
  return succeed({
    instrument: request.instrument,
    underlying: universe.underlyings[at.underlying]!,
    deviation: book.imbalance.weight[at.underlying]!,
    u: shown(reading),
    halfWidth: reading.noBand === null ? reading.halfWidth : null,
    buy: buy.value,
    sell: sell.value,
    because: none ? 'zeroRange' : reading.noBand,
  })
}

const NOTHING = { multiple: RATIO_ZERO, because: [] }

function checkRequest({ ladder, gauge }: QuoteRequest): Issue[] {
  const issues: Issue[] = []
  if (ladder !== undefined && !(Number.isSafeInteger(ladder.levels) && ladder.levels >= 1 && ladder.levels <= 1000))
    issues.push({
      code: 'quotes.levels',
      path: 'ladder.levels',
      message: `levels must be a whole number from 1 to 1000, was ${ladder.levels}`,
      hint: 'one level quotes the base size alone',
    })
  if (ladder !== undefined && ladder.step < ZERO)
    issues.push({
      code: 'quotes.step',
      path: 'ladder.step',
      message: `step must be 0 or more, was ${toNumber(ladder.step)}`,
      hint: 'levels grow away from the mid price',
    })
  if (gauge.unit === 'range' && (gauge.range.kind === 'quantity' ? gauge.range.quantity : gauge.range.multiple.n) < 0n)
    issues.push({
      code: 'quotes.range',
      path: 'range',
      message: 'range must be 0 or more, was below',
      hint: 'it is the half-width of the band, in units of the instrument or in multiples of the orders',
    })
  return issues
}

/** min(range, half the book) in weight. */
function widthOfRange(
  { inputs, held }: OpenBook,
  {
    range,
    base,
    ladder,
    j,
  }: { readonly range: Range; readonly base: Ratio; readonly ladder: Ladder; readonly j: number },
): Ratio {
  const quantity =
    range.kind === 'quantity' ? ratioOf(range.quantity) : ratioMultiply(range.multiple, totalOrderSize(base, ladder))
  return reduce(rangeWidth(ratioMultiply(quantity, exactUnitWeight(inputs, held, j))))
}

/** Where the instrument's underlying stands, as a question for either side. In weight u is exact. */
function standIn(
  book: OpenBook,
  { request, gauge, j }: { readonly request: QuoteRequest; readonly gauge: Gauge; readonly j: number },
): (side: Side) => Omit<Question, 'base'> {
  const { inputs, held, aim } = book
  const instrument = inputs.mandate.universe.instruments[j]!
  const at = gaugeAt(book, gauge, j)
  const plain = readGauge(gauge, at)
  const { curve, multipleMax = MULTIPLE_MAX } = request
  const floor = instrument.kind === 'spot' && !instrument.short ? RATIO_ZERO : null
  const skew = gauge.unit === 'weight' ? skewIn(book, { j, halfWidth: gauge.width, floor, multipleMax }) : null
  const reading = skew === null || skew.u === null ? plain : skewedReading(plain, ratioToNumber(skew.u))
  return (side) => ({
    proposal: { instrument: request.instrument, side, curve, gauge, multipleMax },
    side: side === 'buy' ? 1 : -1,
    at,
    reading,
    held: held.weight[at.underlying]!,
    target: aim[at.underlying]!,
    exactMultiple: skew === null || curve.kind !== 'linear' ? null : side === 'buy' ? skew.buy : skew.sell,
  })
}

/** The lower edge may be nearer than the width says. */
const skewedReading = (plain: Reading, u: number): Reading => ({
  ...plain,
  u,
  halfWidth: u === 0 ? plain.halfWidth : Math.min(plain.halfWidth, plain.net / u),
})

/** g of one side, exactly where the curve allows. */
function multipleOf(
  question: Question,
  base: number,
): { readonly multiple: Ratio; readonly because: readonly TradeReason[] } {
  const sized = sizeByCurve(question)
  const multiple = sized.multiple ?? ratioOfNumber(sized.size / base)
  const { unit } = question.proposal.gauge
  return { multiple, because: multiple.n === 0n ? [{ kind: 'bandFull', unit }] : [] }
}

/**
 * Limits on the side as a whole, then each level on its grid. What the limits leave fills the levels from the mid price
 * outwards.
 */
function settleLadder(
  book: OpenBook,
  {
    side,
    j,
    sizes,
    multiple,
    because,
  }: {
    readonly side: Side
    readonly j: number
    readonly sizes: readonly Ratio[]
    readonly multiple: Ratio
    readonly because: readonly TradeReason[]
  },
): Result<QuoteSide> {
  const sign = side === 'buy' ? 1 : -1
  const unitWeight = book.held.unitWeight[j]!
  const exact = sizes.map((size) => reduce(ratioMultiply(size, multiple)))
  const weights = exact.map((each) => ratioToNumber(each) * unitWeight)
  const wanted = weights.reduce((sum, each) => sum + each, 0)
  const limited =
    sizes.length === 1 ? succeed({ allowed: wanted, because: [] }) : limitSide(book, { j, side: sign, size: wanted })
  if (!limited.ok) return limited
  const whole = limited.value
  const reasons: TradeReason[] = [...because, ...whole.because]
  let left = whole.allowed
  let allowed = 0
  const quantity: Decimal[] = []
  for (const [k, weight] of weights.entries()) {
    const fits = whole.allowed === wanted || weight <= left
    const settled = settle(book, { j, side: sign, size: fits ? weight : left, exact: fits ? exact[k]! : null })
    if (!settled.ok) return settled
    const level = settled.value
    reasons.push(...level.because)
    left = Math.max(0, left - level.allowed)
    allowed += level.allowed
    quantity.push(sign > 0 ? level.quantity : negate(level.quantity))
  }
  return succeed({
    side,
    multiple: ratioToDecimal(multiple, 'down'),
    quantity,
    wanted,
    allowed,
    traded: toNumber(quantity.reduce(add, ZERO)) * unitWeight,
    because: reasons,
  })
}

/** What the limits leave of a side as a whole; the largest single order is a limit of each level alone. */
function limitSide(
  book: OpenBook,
  { j, side, size }: { readonly j: number; readonly side: 1 | -1; readonly size: number },
): Result<{ readonly allowed: number; readonly because: readonly TradeReason[] }> {
  const { mandate } = book.inputs
  const unordered = { ...mandate, constraints: { ...mandate.constraints, orderMax: null } }
  const settled = settle({ ...book, inputs: { ...book.inputs, mandate: unordered } }, { j, side, size, exact: null })
  if (!settled.ok) return settled
  const { allowed, because } = settled.value
  return succeed({ allowed, because: because.filter((each) => each.kind === 'bound') })
}
