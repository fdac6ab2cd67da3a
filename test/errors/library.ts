/**
 * Refusals that no command can reach: the reader of a book refuses first, or only a program can ask. Each starts from a
 * sound question and changes one thing. Here are those of books, plans, trades and quotes; costs, risk, targets,
 * evidence and the ledger have theirs in files of their own.
 */
import { decimal, fromUnits } from '../../src/core/base/decimal.ts'
import type { Issue } from '../../src/core/base/result.ts'
import type { CostProgram } from '../../src/core/maths/cost-program-types.ts'
import { solveCertified } from '../../src/core/sizing/certified.ts'
import { type CurvatureInputs, computeCurvature, proportionalCosts } from '../../src/core/sizing/curvature.ts'
import { aversionForTrackingError } from '../../src/core/sizing/curvature-aversion.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { type QuoteRequest, quotes } from '../../src/core/sizing/quotes.ts'
import { skewSizes } from '../../src/core/sizing/quotes-skew.ts'
import { sizeTrade } from '../../src/core/sizing/trade.ts'
import type { Proposal } from '../../src/core/sizing/trade-types.ts'
import { draftBook, finishBook, NOTHING_LOADED, readBook } from '../../src/wire/book.ts'
import { decodePlan } from '../../src/wire/plan-codec.ts'
import { BOOK_BYTES_MAX } from '../../src/wire/tree.ts'
import { COST_REFUSALS } from '../core/cost/refusals.ts'
import { type BookTerms, goldenOne, makeInputs, priced, r, spotInstrument } from '../core/sizing/book.ts'
import { readText } from '../repository/source.ts'
import { issuesOf, type LibraryCase, planned, sound } from './library-case.ts'
import { EVIDENCE_LIBRARY } from './library-evidence.ts'
import { FLOW_LIBRARY } from './library-flow.ts'
import { HISTORY_LIBRARY } from './library-history.ts'
import { LEDGER_LIBRARY } from './library-ledger.ts'
import { MARGIN_LIBRARY } from './library-margin.ts'
import { PRICING_LIBRARY } from './library-pricing.ts'
import { RISK_LIBRARY } from './library-risk.ts'
import { RUN_LIBRARY } from './library-run.ts'
import { SESSION_LIBRARY } from './library-session.ts'
import { STRESS_LIBRARY } from './library-stress.ts'
import { STUDY_LIBRARY } from './library-study.ts'
import { TARGET_LIBRARY } from './library-target.ts'
import { VENUE_LIBRARY } from './library-venue.ts'

/** The example book with other terms for SOL. */
const withTerms = (terms: { readonly lot?: string; readonly multiplier?: string }): readonly Issue[] => {
  const inputs = sound()
  const solana = spotInstrument('SOL', { price: '160' })
  const changed = {
    ...solana,
    multiplier: decimal(terms.multiplier ?? '1'),
    grid: { ...solana.grid, lot: decimal(terms.lot ?? '0.01') },
  }
  const { mandate } = inputs
  const instruments = mandate.universe.instruments.map((each) => (each.id === 'SOL' ? changed : each))
  return issuesOf(plan({ ...inputs, mandate: { ...mandate, universe: { ...mandate.universe, instruments } } }))
}

const limited = (limits: NonNullable<BookTerms['limits']>): readonly Issue[] =>
  issuesOf(plan(goldenOne({ kind: 'full' }, { limits })))

const proposal: Proposal = {
  instrument: 'SOL',
  side: 'buy',
  curve: { kind: 'linear' },
  gauge: { unit: 'weight', width: r('0.1') },
  base: { kind: 'weight', weight: r('0.05') },
}
const sized = (change: Partial<Proposal>): readonly Issue[] =>
  issuesOf(sizeTrade(sound(), { ...proposal, ...change } as Proposal))

const request: QuoteRequest = {
  instrument: 'SOL',
  base: { kind: 'quantity', quantity: decimal('5') },
  curve: { kind: 'linear' },
  gauge: { unit: 'weight', width: r('0.1') },
}
const quoted = (change: Partial<QuoteRequest>): readonly Issue[] => issuesOf(quotes(sound(), { ...request, ...change }))

const inventory = {
  base: decimal('1'),
  quote: decimal('100'),
  price: decimal('100'),
  target: decimal('0.5'),
  range: decimal('1'),
}
const skewed = (change: Partial<typeof inventory>): readonly Issue[] => issuesOf(skewSizes({ ...inventory, ...change }))

const oneCoin: CurvatureInputs = {
  n: 1,
  covariance: Float64Array.of(0.25),
  target: Float64Array.of(0.5),
  cost: proportionalCosts(Float64Array.of(0.0005)),
  aversion: 10,
  interval: 1 / 8760,
}
const curved = (change: Partial<CurvatureInputs>): readonly Issue[] =>
  issuesOf(computeCurvature({ ...oneCoin, ...change }))

/** Of one trade, that it is at least 1 and at most −1. */
const contradiction: CostProgram = {
  n: 1,
  quadratic: Float64Array.of(1),
  deviation: Float64Array.of(0),
  linear: Float64Array.of(0),
  proportional: Float64Array.of(0),
  power: Float64Array.of(0),
  exponent: 1,
  felt: null,
  lower: Float64Array.of(-2),
  upper: Float64Array.of(2),
  rows: [1, -1].map((slope) => ({
    slope: Float64Array.of(slope),
    bend: null,
    kink: null,
    bound: -1,
    price: Number.POSITIVE_INFINITY,
    weight: 1,
  })),
  caps: [],
}

const finished = (path: string): readonly Issue[] => {
  const draft = draftBook(readText(path))
  return draft.ok ? issuesOf(finishBook(draft.value, NOTHING_LOADED)) : draft.error
}

export const LIBRARY: Readonly<Record<string, LibraryCase>> = {
  ...COST_REFUSALS,
  ...RISK_LIBRARY,
  ...TARGET_LIBRARY,
  ...FLOW_LIBRARY,
  ...HISTORY_LIBRARY,
  ...MARGIN_LIBRARY,
  ...LEDGER_LIBRARY,
  ...PRICING_LIBRARY,
  ...RUN_LIBRARY,
  ...SESSION_LIBRARY,
  ...STRESS_LIBRARY,
  ...STUDY_LIBRARY,
  ...EVIDENCE_LIBRARY,
  ...VENUE_LIBRARY,
  'book.too-large': {
    refused: () => issuesOf(draftBook('#'.repeat(BOOK_BYTES_MAX + 1))),
    reads:
      ': the file must have at most 8388608 characters, was 8388609; keep candles and long position lists in files of their own',
  },
  'book.too-many-instruments': {
    refused: () => {
      const lines = Array.from({ length: 1001 }, (_, index) => `  A${index}: { kind: spot }`)
      return issuesOf(draftBook(`book: 1\ninstruments:\n${lines.join('\n')}\n`))
    },
    reads: 'instruments: a book must have at most 500 instruments, was 1001; split the book',
  },
  'optimum.uncertified': {
    refused: () => issuesOf(solveCertified({}, contradiction, 'policy')),
    reads:
      'policy: the optimum must be certified to 0.000001, was infeasible; look for costs, limits or volatilities that differ by many orders of magnitude; nothing is traded on an answer in doubt',
  },
  'file.not-loaded': {
    refused: () =>
      issuesOf(
        readBook(`${readText('test/errors/sound.yaml').replace(/^positions:.*$/m, 'positions: { file: p.csv }')}`),
      ),
    reads:
      'positions.file: must be in the book itself when it is read as text, was in p.csv; read the file first and pass its contents to finishBook',
  },
  'candles.not-loaded': {
    refused: () => finished('test/errors/candles.yaml'),
    reads: 'market.candles.BTC: the candles of BTC must be read first, was not; open the book where its files are',
  },
  'limit.price': {
    refused: () => limited({ turnoverMax: priced('0.2', '0') }),
    reads:
      'limits.turnover: the price of what is beyond must be above 0, was 0; write such as `price: 50bp`, what a whole unit beyond costs in equity, or leave the limit out',
  },
  'limit.twice': {
    refused: () => {
      const max = { value: r('0.02'), price: null }
      const tail = {
        measure: 'valueAtRisk',
        method: 'normal',
        confidence: r('0.99'),
        horizonMs: 86_400_000,
        max,
      } as const
      return limited({ tails: [tail, tail] })
    },
    reads: 'limits.valueAtRisk: must be there once for each method, was there twice for normal; keep the tighter one',
  },
  'curvature.aim': {
    refused: () => issuesOf(aversionForTrackingError(oneCoin, 0)),
    reads: 'policy.trackingError: tracking error must be above 0, was 0; write a fraction such as 1 %',
  },
  'curvature.aversion': {
    refused: () => curved({ aversion: 0 }),
    reads: 'policy: risk aversion must be above 0, was 0; about 10 gives bands near 1 %',
  },
  'curvature.cost': {
    refused: () => curved({ cost: proportionalCosts(Float64Array.of(-1)) }),
    reads: 'policy: proportional must be 0 or more, was -1; count a rebate as 0: it is no reason to trade',
  },
  'curvature.covariance': {
    refused: () => curved({ covariance: Float64Array.of(-0.25) }),
    reads:
      'policy: covariance must be symmetric with correlations between -1 and 1, was -0.25 in row 1, column 1; repair the matrix first',
  },
  'curvature.exponent': {
    refused: () => curved({ cost: { ...oneCoin.cost, powerExponent: 2 } }),
    reads: 'policy: impact exponent must be above 0 and at most 1, was 2; 0.5 is usual',
  },
  'curvature.interval': {
    refused: () => curved({ interval: -1 }),
    reads: 'policy: decision interval must be 0 or more years, was -1; one hour is 1/8760',
  },
  'curvature.lapse': {
    refused: () => curved({ lapse: -1 }),
    reads: 'policy: rate of lapse must be 0 or more a year, was -1; once in a year is 1',
  },
  'curvature.not-converged': {
    // Eight and 1,900 % volatility, a hundredth of a basis point and five of them.
    refused: () =>
      curved({
        n: 2,
        covariance: Float64Array.of(0.006596, -0.8404, -0.8404, 351.9),
        target: Float64Array.of(1.08e-5, 0.0717),
        cost: proportionalCosts(Float64Array.of(1.09e-6, 4.78e-4)),
        aversion: 0.0929,
      }),
    reads:
      'policy: the fixed point must settle to 0.000001, was 0.00003756436796464868; check costs and covariance for values that differ by many orders of magnitude',
  },
  'curvature.not-finite': {
    refused: () => curved({ target: Float64Array.of(Number.NaN) }),
    reads: 'policy: targets must be finite numbers, was otherwise; give every target a weight',
  },
  'curvature.out-of-reach': {
    refused: () => issuesOf(aversionForTrackingError(oneCoin, 5)),
    reads:
      'policy.trackingError: tracking error must be one that some risk aversion gives, was 5; the nearest found was 0.044194173824159216; a book that does not drift, or costs nothing to trade, has one answer only: state the aversion instead',
  },
  'curvature.shape': {
    refused: () => curved({ target: Float64Array.of(0.5, 0.5) }),
    reads: 'policy: target must have 1 values, was 2; align every column to the underlyings',
  },
  'instrument.lot': {
    refused: () => withTerms({ lot: '0' }),
    reads: 'instruments.SOL.lot: lot must be above 0, was 0; see the venue’s step size',
  },
  'instrument.multiplier': {
    refused: () => withTerms({ multiplier: '0' }),
    reads: 'instruments.SOL.multiplier: multiplier must be above 0, was 0; see the contract’s size',
  },
  'json.syntax': {
    refused: () => issuesOf(decodePlan('{')),
    reads:
      ": must be JSON, was broken: Expected property name or '}' in JSON at position 1 (line 1 column 2); pass on the text as it was written",
  },
  'json.value': {
    refused: () => issuesOf(decodePlan('[]')),
    reads:
      ': must be what this version writes, was not: Invalid input: expected object, received array; pass on the text as it was written',
  },
  'market.price': {
    refused: () =>
      planned({ market: { ...sound().market, price: [decimal('64000'), decimal('3200'), fromUnits(0n)] } }),
    reads: 'market.prices.SOL: price must be above 0, was 0; give the current mark price',
  },
  'order.quantity': {
    refused: () =>
      planned({
        portfolio: {
          ...sound().portfolio,
          orders: [
            {
              id: 'a',
              instrument: 0,
              side: 'buy',
              quantity: decimal('0'),
              price: null,
              reduceOnly: false,
              replaced: true,
            },
          ],
        },
      }),
    reads: 'orders.a: what is open must be above 0, was 0; leave filled orders out',
  },
  'quotes.levels': {
    refused: () => quoted({ ladder: { levels: 0, step: decimal('0') } }),
    reads: 'ladder.levels: levels must be a whole number from 1 to 1000, was 0; one level quotes the base size alone',
  },
  'quotes.negative': {
    refused: () => skewed({ quote: decimal('-1') }),
    reads:
      'quote: quote must be 0 or more, was -1; a skew by share of inventory is about money and coins that are there',
  },
  'quotes.price': {
    refused: () => skewed({ price: decimal('0') }),
    reads: 'price: price must be above 0, was 0; give the current mid price',
  },
  'quotes.range': {
    refused: () => quoted({ gauge: { unit: 'range', range: { kind: 'quantity', quantity: decimal('-1') } } }),
    reads:
      'range: range must be 0 or more, was below; it is the half-width of the band, in units of the instrument or in multiples of the orders',
  },
  'quotes.step': {
    refused: () => quoted({ ladder: { levels: 2, step: decimal('-1') } }),
    reads: 'ladder.step: step must be 0 or more, was -1; levels grow away from the mid price',
  },
  'quotes.target': {
    refused: () => skewed({ target: decimal('50') }),
    reads: 'target: target must be at most 1, was 50; did you mean 0.5?',
  },
  'trade.base': {
    refused: () => sized({ base: { kind: 'weight', weight: r('0') } }),
    reads: 'base: base must be above 0, was 0; the side says buy or sell',
  },
  'trade.curvature': {
    refused: () => {
      const curvature = computeCurvature(oneCoin)
      return curvature.ok ? sized({ gauge: { unit: 'risk', curvature: curvature.value } }) : curvature.error
    },
    reads: "unit: curvature must be of the book's 3 underlyings, was of 1; compute it again for this universe",
  },
  'trade.edge': {
    refused: () => sized({ edge: { annual: Number.NaN, decay: 0, carry: 0 } }),
    reads: 'edge: edge, carry and decay must be finite and decay 0 or more, was NaN, 0, 0; all are fractions a year',
  },
  'trade.multiple-max': {
    refused: () => sized({ multipleMax: 0.5 }),
    reads: 'multipleMax: must be at least 1, was 0.5; 2 allows twice the base',
  },
  'trade.steepness': {
    refused: () => sized({ curve: { kind: 'power', steepness: 0 } }),
    reads: 'curve: steepness must be above 0, was 0; 1 is the plain curve',
  },
  'trade.unbounded': {
    refused: () => {
      // A coin that never moves and costs nothing to hold: any edge wants an infinite size.
      const still = makeInputs({
        spot: { SOL: { price: '160' } },
        cash: { USD: '1000' },
        targets: { SOL: '0' },
        vols: { SOL: 0 },
        policy: { kind: 'full' },
      })
      const flat = computeCurvature({ ...oneCoin, covariance: Float64Array.of(0), target: Float64Array.of(0) })
      if (!flat.ok) return flat.error
      const edge = { annual: 0.3, decay: 0, carry: 0 }
      const { instrument, side } = proposal
      const gauge = { unit: 'risk', curvature: flat.value } as const
      return issuesOf(sizeTrade(still, { instrument, side, curve: { kind: 'optimal' }, gauge, edge }))
    },
    reads:
      'edge: an edge must meet a risk or an impact that grows with size, was met by none; give a base, which caps the size',
  },
  'trade.width': {
    refused: () => sized({ gauge: { unit: 'weight', width: r('-0.1') } }),
    reads: 'width: width must be 0 or more, was -0.1; it is a half-width',
  },
}
