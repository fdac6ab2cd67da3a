/** The smallest reproducer of each code a cost is refused with, and how it reads. */

import { decimal } from '../../../src/core/base/decimal.ts'
import { RATIO_ONE } from '../../../src/core/base/ratio.ts'
import type { Issue, Result } from '../../../src/core/base/result.ts'
import { optimalTrajectory } from '../../../src/core/cost/almgren-chriss.ts'
import { makeDepthLadder, walkBook } from '../../../src/core/cost/book-walk.ts'
import { calibrateImpact } from '../../../src/core/cost/calibrate.ts'
import { expectedCarry } from '../../../src/core/cost/carry.ts'
import { type CostInputs, makeCostTerms } from '../../../src/core/cost/cost-terms.ts'
import { checkFeeSchedule, type FeeSchedule, orderFee } from '../../../src/core/cost/fees.ts'
import { rungsOfCurve } from '../../../src/core/cost/liquidity.ts'
import { NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import { swap } from '../../../src/core/cost/swap.ts'
import { kernelSchedule } from '../../../src/core/cost/transient.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { perp, unwrap } from './reference.ts'

interface Refusal {
  readonly refused: () => readonly Issue[]
  /** `path: message; hint` */
  readonly reads: string
}

const issuesOf = (answer: Result<unknown>): readonly Issue[] => (answer.ok ? [] : answer.error)

const free = { volumeMin: decimal('0'), taker: decimal('0.0005'), maker: decimal('0.0002') }
const schedule: FeeSchedule = {
  venue: 'north',
  volumeCurrency: 'USD',
  tiers: [free],
  fixed: null,
  paidIn: { kind: 'received' },
}

/** One perpetual without a maker fee and without a volume. */
const terms = (change: Partial<CostInputs>): readonly Issue[] => {
  const universe = makeUniverse({
    numeraire: 'USDT',
    instruments: [perp({ fee: { taker: decimal('0.0005'), maker: null } })],
  })
  return issuesOf(
    makeCostTerms({
      universe,
      market: {
        asOf: 0,
        price: [decimal('60000')],
        priceAgeMs: Float64Array.of(0),
        stale: Uint8Array.of(0),
        rate: [decimal('1')],
        volumePerDay: Float64Array.of(Number.NaN),
        depth: Float64Array.of(),
      },
      vol: Float64Array.of(0.6),
      equity: decimal('1000'),
      execution: [{ makerShare: { n: 0n, d: 1n }, fixed: decimal('0') }],
      carry: [{ kind: 'none' }],
      metaorders: [NO_METAORDER],
      impact: null,
      horizonMs: 0,
      ...change,
    }),
  )
}

const book = { bids: [{ price: 99, quantity: 1 }], asks: [{ price: 101, quantity: 1 }] }
const holding = { instrument: 'BTC-PERP', weight: -1, from: 0, to: 1 }

export const COST_REFUSALS: Readonly<Record<string, Refusal>> = {
  'cost.range': {
    refused: () => issuesOf(walkBook(unwrap(makeDepthLadder('BTC-PERP', book)), 'buy', 0)),
    reads: ': quantity must be above 0, was 0; give the size and the side apart',
  },
  'cost.fee-schedule': {
    refused: () => issuesOf(checkFeeSchedule({ ...schedule, tiers: [] })),
    reads: "north: fee tiers must have at least one row, was none; copy the venue's own fee table",
  },
  'cost.fee-currency': {
    refused: () =>
      issuesOf(
        orderFee({
          schedule,
          tier: free,
          instrument: perp(),
          side: 'buy',
          liquidity: 'taker',
          quantity: decimal('1'),
          price: decimal('60000'),
          tokenRate: null,
        }),
      ),
    reads:
      'BTC-PERP: a fee out of what is received must belong to spot, was a perp; contracts pay in their settle currency',
  },
  'cost.maker-fee': {
    refused: () => terms({ execution: [{ makerShare: RATIO_ONE, fixed: decimal('0') }] }),
    reads:
      'BTC-PERP: maker fee must be known where a share of an order rests, was missing; give the maker fee, or a maker share of 0',
  },
  'cost.volume': {
    refused: () => terms({ impact: { law: { scale: 1, exponent: 0.5 }, decay: { joinMs: 0, decayMs: 1 } } }),
    reads:
      'BTC-PERP: volume per day of BTC-PERP must be known for its impact, was missing; give the volume, or leave impact out of the whole book',
  },
  'cost.book': {
    refused: () => issuesOf(makeDepthLadder('BTC-PERP', { bids: book.asks, asks: book.bids })),
    reads: 'BTC-PERP: best bid must be below the best ask 99, was 101; a crossed book is stale: take a new snapshot',
  },
  'cost.depth': {
    refused: () => issuesOf(walkBook(unwrap(makeDepthLadder('BTC-PERP', book)), 'buy', 2)),
    reads:
      ': quantity must be at most the 1 the book shows, was 2; trade less, or over time: what lies behind the last level is not known',
  },
  'cost.execution': {
    refused: () =>
      issuesOf(
        optimalTrajectory({
          quantity: 1,
          duration: 1,
          slices: 1,
          vol: 1,
          halfSpread: 0,
          permanent: 4,
          temporary: 1,
          aversion: 0,
        }),
      ),
    reads: ': temporary impact must be above half the permanent impact of a slice 2, was 1; trade in shorter slices',
  },
  'cost.kernel': {
    refused: () => issuesOf(kernelSchedule(Float64Array.of(1, 1), 1)),
    reads: ': decay kernel must be positive definite, was not; fit a convex falling kernel',
  },
  'cost.pool': {
    refused: () =>
      issuesOf(
        swap(
          { rootPrice: 1n << 96n, tick: 0, liquidity: 1n, feePips: 0, tickSpacing: 1, ticks: [] },
          { tokenIn: 0, amount: 0n, limit: null },
        ),
      ),
    reads: ': amount must not be 0, was 0; give + what goes in, or - what must come out',
  },
  'cost.liquidity': {
    refused: () => issuesOf(rungsOfCurve('POOL', { cost: (taken) => -taken, reach: 1 }, 1)),
    reads:
      'POOL: what liquidity costs must rise ever faster, was -1 a unit after 0; give the curve of one pool, fee included, from its price now',
  },
  'cost.funding-interval': {
    refused: () => {
      const funding = { intervalMs: null, anchor: 0, next: 0.0001, reversion: null, cap: null }
      return issuesOf(expectedCarry({ kind: 'perp', funding }, holding))
    },
    reads:
      'BTC-PERP: funding interval must be known for BTC-PERP, was missing; give the interval of this instrument at its venue: it is not always 8h',
  },
  'cost.borrow': {
    refused: () =>
      issuesOf(expectedCarry({ kind: 'spot', borrowPerYear: null }, { ...holding, instrument: 'BTC-USDT' })),
    reads:
      'BTC-USDT: borrow rate of a short spot position must be known, was missing; give the rate a year, or do not sell short',
  },
  'cost.fills': {
    refused: () => issuesOf(calibrateImpact([{ participation: 0.01, slippage: -0.001, volPerDay: 0.03 }])),
    reads:
      'fills: fills that gained must be at most a fifth, was 1 of 1; join fills into whole metaorders: their slippage is less noisy',
  },
}
