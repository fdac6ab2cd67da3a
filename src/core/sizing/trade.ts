/**
 * `sizeTrade()`: how big one proposed trade should be, by what the book already holds. The same stages as `plan()` with
 * another stage 4: value, aim, imbalance, then the proposal's own wanted size (formulas in `trade-wanted.ts`), then the
 * limits and the lot grid. Every factor and cap that changed the number stays in the answer.
 */
import { type Decimal, toNumber, ZERO } from '../base/decimal.ts'
import { ratioMultiply, ratioToDecimal } from '../base/ratio.ts'
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { orderCost } from '../cost/cost-terms.ts'
import { signOfSide } from '../domain/portfolio.ts'
import { instrumentIndex } from '../domain/universe.ts'
import { MULTIPLE_MAX } from './curves.ts'
import { tradedNotional } from './exact-trade.ts'
import { measureImbalance } from './imbalance.ts'
import type { Imbalance, PlanInputs } from './plan-types.ts'
import { checkProposal } from './trade-check.ts'
import { type Reading, readGauge, shown } from './trade-gauge.ts'
import { gaugeAt, type OpenBook, openBook, readBase, type Settled, settle, skewIn } from './trade-stages.ts'
import type { Factor, Proposal, SizedTrade, Standing, TradeReason } from './trade-types.ts'
import { type Question, type WantedSize, wantTrade } from './trade-wanted.ts'

/**
 * Sizes one proposal.
 * @returns the sized trade (also one of 0, with its reason), or every issue. Never throws on data, never returns NaN.
 */
export function sizeTrade(inputs: PlanInputs, proposal: Proposal): Result<SizedTrade, readonly Issue[]> {
  const book = openBook(inputs)
  return book.ok ? sizeTradeIn(book.value, proposal) : book
}

/** `sizeTrade` in a book that is already open. */
export function sizeTradeIn(book: OpenBook, proposal: Proposal): Result<SizedTrade, readonly Issue[]> {
  const issues = checkProposal(book.inputs.mandate, proposal)
  if (issues.length > 0) return fail(issues)
  const j = instrumentIndex(book.inputs.mandate.universe, proposal.instrument)
  const side = signOfSide(proposal.side)
  const base = proposal.base === undefined ? null : readBase(book, proposal.base, j)
  const question = ask(book, { proposal, j, side, base: base === null ? null : base.weight })
  const wanted = wantTrade(question)
  if (wanted.size === Number.POSITIVE_INFINITY)
    return refuse(
      'trade.unbounded',
      'edge',
      'an edge must meet a risk or an impact that grows with size, was met by none',
      'give a base, which caps the size',
    )
  const exact = wanted.multiple === null || base === null ? null : ratioMultiply(base.quantity, wanted.multiple)
  const settled = settle(book, { j, side, size: wanted.size, exact })
  return settled.ok ? succeed(answer(book, { question, j, wanted, settled: settled.value })) : settled
}

/** The proposal beside where its underlying stands. */
function ask(
  book: OpenBook,
  { proposal, j, side, base }: { proposal: Proposal; j: number; side: 1 | -1; base: number | null },
): Question {
  const { inputs, held, aim } = book
  const u = inputs.mandate.universe.underlyingOf[j]!
  const at = gaugeAt(book, proposal.gauge, j)
  const reading = readGauge(proposal.gauge, at)
  const linear = proposal.curve.kind === 'linear' && proposal.gauge.unit === 'weight' ? proposal.gauge.width : null
  const multipleMax = proposal.multipleMax ?? MULTIPLE_MAX
  const skew = linear === null ? null : skewIn(book, { j, halfWidth: linear, floor: null, multipleMax })
  const exactMultiple = skew === null ? null : side > 0 ? skew.buy : skew.sell
  return { proposal, side, at, reading, held: held.weight[u]!, target: aim[u]!, base, exactMultiple }
}

/** The stages gathered into one answer. */
function answer(
  { inputs, held, aim, imbalance }: OpenBook,
  { question, j, wanted, settled }: { question: Question; j: number; wanted: WantedSize; settled: Settled },
): SizedTrade {
  const { proposal, side, at, reading } = question
  const instrument = inputs.mandate.universe.instruments[j]!
  const moved = toNumber(settled.quantity) * held.unitWeight[j]!
  const notional = tradedNotional(inputs, j, settled.quantity)
  const ended = held.weight.slice()
  ended[at.underlying]! += moved
  const after = measureImbalance(ended, aim, inputs.risk)
  const marginal = marginalTrackingError(imbalance, inputs, at.underlying)
  const slope = marginal === null ? null : side * marginal
  const lot = toNumber(instrument.grid.lot) * held.unitWeight[j]!
  return {
    instrument: instrument.id,
    underlying: instrument.underlying,
    side: proposal.side,
    quantity: settled.quantity,
    price: inputs.market.price[j]!,
    notional: ratioToDecimal(notional, 'ceiling'),
    cost: costOf({ inputs, held }, j, settled.quantity),
    wanted: wanted.size,
    allowed: settled.allowed,
    traded: Math.abs(moved),
    unit: proposal.gauge.unit,
    halfWidth: reading.noBand === null ? reading.halfWidth : null,
    before: stand(imbalance, question, reading),
    after: stand(after, question, readGauge(proposal.gauge, { ...at, deviation: after.weight })),
    marginalTrackingError: slope,
    factors: [
      ...wanted.factors,
      ...lateFactors({ wanted: wanted.size, allowed: settled.allowed, traded: Math.abs(moved) }, lot),
    ],
    because: [...wanted.because, ...settled.because, ...disagreement(side * reading.net, slope)],
  }
}

/** What the order costs in all. */
function costOf({ inputs, held }: Pick<OpenBook, 'inputs' | 'held'>, j: number, quantity: Decimal): Decimal {
  if (quantity === ZERO) return ZERO
  const { universe } = inputs.mandate
  const [price, rate] = [inputs.market.price[j]!, inputs.market.rate[universe.quoteOf[j]!]!]
  return orderCost(held.costs, { index: j, instrument: universe.instruments[j]!, quantity, price, rate }).total
}

const stand = (imbalance: Imbalance, { side, at }: Question, reading: Reading): Standing => {
  const u = shown(reading)
  return { deviation: imbalance.weight[at.underlying]!, u, directional: u === null ? null : side * u, imbalance }
}

/** Traded weights that differ by less than this differ by float64 noise. */
const NOISE = 1e-14

/** What limits and grid changed. @param lot weight of one lot */
function lateFactors(
  { wanted, allowed, traded }: { readonly wanted: number; readonly allowed: number; readonly traded: number },
  lot: number,
): Factor[] {
  const limits: Factor[] = allowed === wanted ? [] : [{ name: 'limits', value: allowed / wanted, sizeAfter: allowed }]
  return Math.abs(traded - allowed) <= NOISE ? limits : [...limits, { name: 'lot', value: lot, sizeAfter: traded }]
}

/** d(tracking error)/d(weight bought) = (Σd)_i/TE. */
function marginalTrackingError({ weight, trackingError }: Imbalance, { risk }: PlanInputs, u: number): number | null {
  if (trackingError === 0) return null
  const n = weight.length
  return weight.reduce((sum, each, k) => sum + risk.covariance[u * n + k]! * each, 0) / trackingError
}

/** @param direction + where the trade deepens the imbalance, − where it heals it */
const disagreement = (direction: number, marginal: number | null): TradeReason[] =>
  marginal !== null && direction * marginal < 0 ? [{ kind: 'trackingErrorDisagrees', marginal }] : []
