/**
 * A run to look at: three coins and a perp for sixteen months of four-hour rows, a band of 3 % traded to its edge by a loop of its
 * own, with fees, spread, impact, funding, a flow, a gap, a refusal and a delisting.
 */
import { decimal } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { ratio } from '../../../src/core/base/ratio.ts'
import { closedAt } from '../../../src/core/sim/history.ts'
import type { DecisionRecord, RunRecord } from '../../../src/core/sim/run-record.ts'
import type { TargetRisk } from '../../../src/core/sim/target-risk.ts'
import { coin, perpetual, runOf, type ToldTrade } from './told-runs.ts'

const ROWS = 2920
const STEP_MS = 4 * HOUR_MS
const BAND = 0.03
const NAMES = ['BTC', 'ETH', 'LUNA', 'SOL'] as const
const VOLS = [0.55, 0.7, 1.1, 0.95]
const TARGETS = [0.4, 0.25, 0.1, 0.15]
/** LUNA ends here. */
const END = 1700

function paths(): number[][] {
  const random = makeRandom('example run')
  const prices = [42_000, 2300, 80, 100]
  const scale = Math.sqrt(STEP_MS / (365 * 24 * HOUR_MS))
  return Array.from({ length: ROWS }, (_, row) => {
    const market = random.normal() + 0.03 * Math.sin(row / 300)
    return prices.map((price, i) => {
      const shock = 0.8 * market + 0.6 * random.normal() - (i === 2 && row > 1500 ? 0.12 : 0)
      prices[i] = price * Math.exp(VOLS[i]! * scale * shock)
      return Number(prices[i]!.toPrecision(8))
    })
  })
}

const CORRELATION = 0.64
const covariance = (i: number, j: number): number => VOLS[i]! * VOLS[j]! * (i === j ? 1 : CORRELATION)
const riskOf = (x: readonly number[]): number =>
  Math.sqrt(x.reduce((sum, a, i) => sum + x.reduce((inner, b, j) => inner + a * b * covariance(i, j), 0), 0))

interface Loop {
  readonly trades: ToldTrade[]
  readonly columns: Pick<
    RunRecord,
    'equity' | 'weight' | 'target' | 'trackingError' | 'gross' | 'volatility' | 'turnover' | 'outside'
  >
}

function trade(prices: readonly (readonly number[])[], fundingAt: (row: number, held: number) => number): Loop {
  const n = NAMES.length
  const column = (width = 1): Float64Array => new Float64Array(ROWS * width)
  const columns = {
    equity: column(),
    weight: column(n),
    target: column(n),
    trackingError: column(),
    gross: column(),
    volatility: column(),
    turnover: column(),
    outside: new Uint8Array(ROWS),
  }
  const held = [1, 8, 0, 0]
  const trades: ToldTrade[] = []
  let cash = 50_000
  for (let row = 0; row < ROWS; row++) {
    const price = prices[row]!
    const alive = (i: number): boolean => i !== 2 || row < END
    if (row === 1400) cash += 20_000
    cash -= fundingAt(row, held[1]!)
    const value = (): number => cash + held.reduce((sum, q, i) => sum + q * price[i]!, 0)
    const before = value()
    const orders = held.map((q, i) => {
      const target = alive(i) ? TARGETS[i]! : 0
      const off = (q * price[i]!) / before - target
      const size = row === 0 || !alive(i) ? off : Math.sign(off) * Math.max(0, Math.abs(off) - BAND)
      return Math.round((-size * before * 1e4) / price[i]!) / 1e4
    })
    orders.forEach((quantity, i) => {
      if (quantity === 0 || (i === 2 && row > END)) return
      const ended = i === 2 && row === END
      const slip = ended ? 0 : 0.0001 + 0.00005 * Math.min(3, Math.abs(quantity * price[i]!) / before / 0.01)
      const mid = price[i]!
      const paid = mid * (1 + Math.sign(quantity) * slip)
      const fee = ended ? 0 : Math.abs(quantity * mid) * 0.0005
      cash -= quantity * paid + fee
      held[i]! += quantity
      columns.turnover[row]! += Math.abs(quantity * mid) / before
      if (!ended) columns.outside[row] = 1
      trades.push({
        row,
        instrument: i === 1 ? 'ETH-PERP' : NAMES[i]!,
        quantity: quantity.toFixed(4),
        price: paid.toFixed(8),
        fee: fee.toFixed(6),
        impact: ended ? '0' : (Math.abs(quantity * mid) * (slip - 0.0001)).toFixed(8),
        ...(ended ? { because: 'delisting' as const } : {}),
      })
    })
    const equity = value()
    const weight = held.map((q, i) => (q * price[i]!) / equity)
    const off = weight.map((each, i) => each - (alive(i) ? TARGETS[i]! : 0))
    columns.equity[row] = equity
    columns.weight.set(weight, row * n)
    columns.target.set(
      weight.map((_, i) => (alive(i) ? TARGETS[i]! : 0)),
      row * n,
    )
    columns.trackingError[row] = riskOf(off)
    columns.volatility[row] = riskOf(weight)
    columns.gross[row] = weight.reduce((sum, each) => sum + Math.abs(each), 0)
  }
  return { trades, columns }
}

export function exampleRun(): RunRecord {
  const prices = paths()
  // The perp is held like spot: its profit and loss are settled against what it cost.
  const funding = (row: number, held: number): number =>
    row % 2 === 0 && row > 0 ? Number((held * prices[row]![1]! * 0.00004 * Math.sin(row / 200)).toFixed(6)) : 0
  const held: number[] = []
  const loop = trade(prices, (row, q) => {
    held[row] = q
    return funding(row, q)
  })
  const column = (i: number): (number | null)[] => prices.map((row, at) => (i === 2 && at > END ? null : row[i]!))
  const run = runOf({
    instruments: [coin('BTC'), perpetual('ETH-PERP', 'ETH'), coin('LUNA'), coin('SOL')],
    closes: { BTC: column(0), 'ETH-PERP': column(1), LUNA: column(2), SOL: column(3) },
    intervalMs: STEP_MS,
    lives: { LUNA: { to: END + 1, last: decimal(String(prices[END]![2])) } },
    cash: { USD: (50_000 + 8 * prices[0]![1]!).toFixed(6) },
    held: { BTC: '1', 'ETH-PERP': `8 @ ${prices[0]![1]}` },
    trades: loop.trades,
    payments: prices
      .map((_, row) => ({ row, instrument: 'ETH-PERP', paid: funding(row, held[row]!).toFixed(6) }))
      .filter(({ paid }) => Number(paid) !== 0),
    deposits: [{ row: 1400, what: 'USD', amount: '20000' }],
    columns: loop.columns,
  })
  const width = ratio(3n, 100n)
  return {
    ...run,
    history: {
      ...run.history,
      notes: [
        'SOL: 3 bars are missing between 2026-05-02 00:00 UTC and 2026-05-02 12:00 UTC; the last mark was kept.',
        'LUNA ended on 2026-10-11 04:00 UTC at its last price.',
      ],
    },
    mandate: {
      ...run.mandate,
      policy: { kind: 'band', unit: 'weight', width: NAMES.map(() => width), to: 'edge' },
    },
    decisions: decisionsOf(run),
  }
}

function decisionsOf(run: RunRecord): DecisionRecord[] {
  const ready = run.trades.flatMap(({ row, at }, index): DecisionRecord[] =>
    run.trades[index - 1]?.row === row
      ? []
      : [{ row, at, plan: `plan ${row}`, status: 'ready', turnover: run.turnover[row]!, issues: [] }],
  )
  const refused = [500, 501, 502].map(
    (row): DecisionRecord => ({
      row,
      at: closedAt(run.history, row),
      plan: null,
      status: 'refused',
      turnover: 0,
      issues: [
        {
          code: 'market.stale',
          path: 'SOL',
          message: 'mark of SOL must be at most 8h old, was 12h',
          hint: 'wait for a new one',
        },
      ],
    }),
  )
  return [...ready, ...refused].sort((a, b) => a.at - b.at)
}

const spread = (least: number, middle = least, most = middle) => ({ least, middle, most })

/** What a reader would see of target risk: made up, since the run is. */
export const EXAMPLE_RISK: TargetRisk = {
  terms: {
    seed: 'example',
    draws: 5,
    noise: [0.2],
    delaysMs: [7 * 24 * HOUR_MS],
    estimates: [{ years: 3, sharpe: 0.8 }],
  },
  rows: (
    [
      ['asItWas', null, 1, spread(-0.024)],
      ['noise', 0.2, 5, spread(-0.031, -0.025, -0.018)],
      ['delay', 7 * 24 * HOUR_MS, 1, spread(-0.026)],
      ['estimate', 3, 5, spread(-0.05, -0.03, -0.01)],
      ['permutation', null, 5, spread(-0.12, -0.06, 0.03)],
      ['equal', null, 1, null],
    ] as const
  ).map(([kind, size, runs, annualReturn]) => ({
    kind,
    size,
    runs,
    figures: {
      annualReturn,
      volatility: spread(0.52),
      sharpe: spread(0.2, 0.21, 0.22),
      maxDrawdown: spread(0.69),
      turnover: spread(0.85),
      cost: spread(0.0005, 0.00052, 0.0006),
    },
  })),
}
