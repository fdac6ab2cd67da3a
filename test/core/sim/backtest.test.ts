/** Runs on small invented markets: what is known when, what is recorded, and that a run can be replayed. */
import { describe, expect, test } from 'vitest'
import { decimal, toNumber, toText } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import { openLedger } from '../../../src/core/ledger/ledger.ts'
import type { Effect } from '../../../src/core/session/effect.ts'
import { openSession } from '../../../src/core/session/session.ts'
import type { SessionEvent } from '../../../src/core/session/session-event.ts'
import { step } from '../../../src/core/session/step.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import type { BacktestInputs } from '../../../src/core/sim/backtest-types.ts'
import type { History } from '../../../src/core/sim/history.ts'
import type { RunRecord } from '../../../src/core/sim/run-record.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import { plan } from '../../../src/core/sizing/plan.ts'
import { encodeJournalLine } from '../../../src/wire/session-codec.ts'
import { unwrap } from '../cost/reference.ts'
import { type BookTerms, makeInputs, r, weightBand } from '../sizing/book.ts'
import { runOf, T0, tenCoins, walk } from './runs.ts'

const AWARE: Policy = {
  kind: 'costAware',
  knob: { kind: 'trackingError', trackingError: r('0.02') },
  intervalMs: HOUR_MS,
}
const run = (inputs: BacktestInputs): RunRecord => unwrap(runBacktest(inputs))
const ten = tenCoins(weightBand('0.01', 'target', 10))
const market = walk(ten, { rows: 400, seed: 'runs' })

/** One coin whose closes are given and whose opens are a quarter above the close before. */
function oneCoin(
  closes: readonly number[],
  policy: Policy,
  changes: Partial<BookTerms> = {},
): { inputs: ReturnType<typeof makeInputs>; history: History } {
  const inputs = makeInputs({
    spot: { BTC: { price: '100', lot: '0.001', fee: '0.001', spread: '0.002' } },
    cash: { USD: '1000' },
    targets: { BTC: '0.5' },
    vols: { BTC: 0.5 },
    policy,
    ...changes,
  })
  const close = Float64Array.from(closes)
  const open = close.map((_, row) => (row === 0 ? close[0]! : close[row - 1]! * 1.25))
  const history = walk(inputs, { rows: closes.length, seed: 'one' })
  return { inputs, history: { ...history, open, close, high: close, low: close } }
}

describe('what is known when', () => {
  test('[RUN-1] without latency an order meets the close that it was decided on; with any, the next open', () => {
    const { inputs, history } = oneCoin([100, 100, 100], { kind: 'full' })
    const [now] = run(runOf(inputs, { history })).trades
    expect([now!.row, toText(now!.price), toText(now!.mid)]).toEqual([0, '100.1', '100'])
    const [later] = run(runOf(inputs, { history, orderMs: 1 })).trades
    expect([later!.row, toText(later!.mid), later!.at - T0]).toEqual([1, '125', HOUR_MS + 1])
  })

  test('[RUN-2] what comes after a row changes nothing in it', () => {
    const cut = 250
    const n = market.universe.instruments.length
    const changed = (column: Float64Array, to: (x: number) => number): Float64Array =>
      column.map((x, k) => (Math.floor(k / n) > cut ? to(x) : x))
    const inputs = runOf(tenCoins(AWARE), { history: market, orderMs: 1000 })
    const upTo = (record: RunRecord) => ({
      equity: Array.from(record.equity.subarray(0, cut + 1)),
      trades: record.trades.filter(({ row }) => row <= cut),
      decisions: record.decisions.filter(({ row }) => row <= cut),
    })
    const real = upTo(run(inputs))
    expect(real.trades.length).toBeGreaterThan(20)
    for (const to of [(x: number) => 3 * x, (x: number) => x / 7]) {
      const history: History = {
        ...market,
        open: changed(market.open, to),
        high: changed(market.high, to),
        low: changed(market.low, to),
        close: changed(market.close, to),
      }
      expect(upTo(run({ ...inputs, history }))).toEqual(real)
    }
  })

  test('[RUN-3] the decision of a row is the plan of what is held at its close', () => {
    const policy = weightBand('0.01', 'target', 10)
    const record = run(runOf(tenCoins(policy), { history: market }))
    const row = record.decisions.find((each) => each.row > 50 && each.status === 'ready')!.row
    const before = run({ ...runOf(tenCoins(policy), { history: market }), to: row })
    const n = market.universe.instruments.length
    const inputs = tenCoins(policy)
    const planned = unwrap(
      plan({
        ...inputs,
        portfolio: before.end,
        market: {
          ...inputs.market,
          asOf: market.time[row]! + HOUR_MS,
          price: Array.from(market.close.subarray(row * n, row * n + n), (x) => decimal(String(x))),
        },
        risk: { ...inputs.risk, asOf: T0 },
      }),
    )
    const trades = record.trades.filter((each) => each.row === row)
    expect(trades.map(({ instrument, quantity }) => [instrument, toText(quantity)])).toEqual(
      planned.legs.map((leg) => [
        market.universe.instruments.findIndex(({ id }) => id === leg.instrument),
        toText(leg.quantity),
      ]),
    )
  })
})

describe('what is recorded', () => {
  test('[RUN-4] equity is that of the ledger at the closes, to float64; weights and tracking error are those of a plan', () => {
    const record = run(runOf(ten, { history: market }))
    const n = market.universe.instruments.length
    const row = market.time.length - 1
    const price = Array.from(market.close.subarray(row * n, row * n + n), (x) => decimal(String(x)))
    const inputs = {
      ...ten,
      portfolio: record.end,
      market: { ...ten.market, asOf: T0 + 1e9, price },
      risk: { ...ten.risk, asOf: T0 },
    }
    const planned = unwrap(plan(inputs))
    expect(record.equity.at(-1)).toBeCloseTo(toNumber(planned.equity), 6)
    planned.before.weight.forEach((weight, u) => {
      expect(record.weight[row * n + u]).toBeCloseTo(weight, 12)
    })
    expect(record.trackingError.at(-1)).toBeCloseTo(planned.before.imbalance.trackingError, 12)
    expect(record.volatility.at(-1)).toBeCloseTo(planned.before.imbalance.volatilityOfBook, 12)
    expect(record.gross.at(-1)).toBeCloseTo(planned.before.gross, 12)
  })

  test('[RUN-5] fee, spread and impact of every trade are in the cash of the ledger, to the last digit', () => {
    const record = run(runOf(ten, { history: market }))
    const spent = record.trades.reduce((sum, { quantity, mid, fee, spread, impact }) => {
      const value = (quantity * mid) / 10n ** 18n
      return sum + value + fee + spread + impact
    }, 0n)
    const start = ten.portfolio.cash[0]!
    // Values of quantities at mid may have more than 18 places: one unit each.
    const difference = record.end.cash[0]! - (start - spent)
    expect(difference < 0n ? -difference : difference).toBeLessThanOrEqual(BigInt(record.trades.length))
  })

  test('[RUN-14] outside its band is where a decision wanted a trade, made or not', () => {
    const closes = [100, 101, 150, 151, 152, 101]
    const outside = (width: string, limits: NonNullable<BookTerms['limits']> = {}, min = '0'): string => {
      const { inputs, history } = oneCoin(closes, weightBand(width, 'target', 1), {
        spot: { BTC: { price: '100', lot: '0.001', fee: '0.001', spread: '0.002', min } },
        cash: { USD: '500' },
        held: { BTC: '5' },
        limits,
      })
      return run(runOf(inputs, { history })).outside.join('')
    }
    expect(outside('0.05')).toBe('001001')
    expect(outside('0.05', { frozen: Uint8Array.of(1) })).toBe('001110')
    expect(outside('0.05', { frozenInstrument: Uint8Array.of(1) })).toBe('001110')
    expect(outside('0.05', { turnoverMax: r('0') })).toBe('001110')
    expect(outside('0.05', {}, '1000')).toBe('001110')
    expect(outside('0.2')).toBe('000000')
  })

  test('[RUN-6] a run that is stopped ends with the row it had reached, and is the beginning of the whole', () => {
    const whole = run(runOf(ten, { history: market }))
    const part = unwrap(runBacktest(runOf(ten, { history: market }), { onRow: (row) => row === 99 }))
    expect(part.to).toBe(100)
    expect(part.equity).toEqual(whole.equity.subarray(0, 100))
    expect(part.trades).toEqual(whole.trades.filter(({ row }) => row < 100))
  })

  test('[RUN-7] the same inputs give the same record', () => {
    const once = run(runOf(tenCoins(AWARE), { history: market }))
    const again = run(runOf(tenCoins(AWARE), { history: market }))
    expect(again.equity).toEqual(once.equity)
    expect(again.trades).toEqual(once.trades)
    expect(again.ledger.books).toEqual(once.ledger.books)
  })
})

describe('journals', () => {
  test.each([
    ['band', weightBand('0.01', 'target', 10), 0],
    ['costAware with latency', AWARE, 1500],
  ] as const)(
    '[RUN-8] %s: the journal of a run, stepped through again, gives the same effects byte for byte',
    (_, policy, orderMs) => {
      const inputs = runOf(tenCoins(policy), { history: market, orderMs, messageMs: orderMs / 3 })
      const steps: { event: SessionEvent; effects: readonly Effect[] }[] = []
      unwrap(runBacktest(inputs, { onStep: (event, effects) => void steps.push({ event, effects }) }))
      const { config } = inputs
      let session = openSession(config, openLedger(config.universe, [config.account]))
      let sent = 0
      for (const { event, effects } of steps) {
        const [next, again] = step(session, event)
        session = next
        sent += effects.filter(({ kind }) => kind === 'submit').length
        expect(encodeJournalLine({ seq: next.seq, event, effects: again })).toBe(
          encodeJournalLine({ seq: next.seq, event, effects }),
        )
      }
      expect(sent).toBeGreaterThan(10)
    },
  )
})

describe('lives', () => {
  const rows = 12
  const { inputs, history } = oneCoin(
    Array.from({ length: rows }, (_, k) => 100 + k),
    { kind: 'full' },
  )

  test('[RUN-9] what is delisted is sold at its last price and traded no more', () => {
    const close = history.close.map((x, row) => (row >= 6 ? Number.NaN : x))
    const lives = [{ from: 0, to: 6, last: decimal('93') }]
    const record = run(runOf(inputs, { history: { ...history, close, lives } }))
    const last = record.trades.at(-1)!
    expect([last.because, last.row, toText(last.price)]).toEqual(['delisting', 5, '93'])
    expect(toText(record.end.quantity[0]!)).toBe('0')
    expect(record.equity.at(-1)).toBeCloseTo(toNumber(record.end.cash[0]!), 9)
  })

  test('[RUN-10] a missing bar trades nothing and keeps the last mark; a mark that has become stale freezes its instrument', () => {
    const close = history.close.map((x, row) => (row >= 3 && row < 9 ? Number.NaN : x))
    const open = history.open.map((x, row) => (row >= 3 && row < 9 ? Number.NaN : x))
    const record = run(runOf(inputs, { history: { ...history, open, close } }))
    expect(record.trades.every(({ row }) => row < 3 || row >= 9)).toBe(true)
    expect(new Set(record.equity.subarray(3, 9)).size).toBe(1)
    expect(record.equity.some(Number.isNaN)).toBe(false)
  })

  test('[RUN-11] funding is paid at its own times on the mark that had closed by then', () => {
    const perp = makeInputs({
      contracts: [
        {
          kind: 'perp',
          id: 'BTC-PERP',
          underlying: 'BTC',
          venue: null,
          quote: 'USD',
          settle: 'USD',
          contract: 'linear',
          multiplier: decimal('1'),
          grid: { lot: decimal('0.001'), quantityMin: decimal('0.001'), notionalMin: null },
          fee: { taker: decimal('0'), maker: null },
          spread: decimal('0'),
        },
      ],
      contractPrices: { 'BTC-PERP': '100' },
      cash: { USD: '1000' },
      targets: { BTC: '1' },
      vols: { BTC: 0.5 },
      policy: weightBand('0.5', 'target', 1),
    })
    const base = walk(perp, { rows: 6, seed: 'funding' })
    const close = Float64Array.from([100, 101, 102, 103, 104, 105])
    const time = Float64Array.from([T0 + HOUR_MS, T0 + 3 * HOUR_MS, T0 + 4.5 * HOUR_MS])
    const funding = [{ time, rate: Float64Array.from([0.01, 0.001, -0.002]) }]
    const history = { ...base, close, open: close, high: close, low: close, funding }
    const record = run(runOf(perp, { history }))
    // An order that was sent an hour ago and arrives with a payment comes after it, however long it was on its way.
    const late = run(
      runOf(perp, {
        history: { ...history, funding: [{ time: time.map((at) => at + HOUR_MS), rate: funding[0]!.rate }] },
        orderMs: HOUR_MS,
      }),
    )
    expect(late.trades[0]!.at).toBe(T0 + 2 * HOUR_MS)
    expect(late.payments.map(({ at }) => at)).toEqual([T0 + 4 * HOUR_MS, T0 + 5.5 * HOUR_MS])
    // 10 contracts are bought at the close of row 0, after the payment of that moment.
    expect(record.payments.map(({ row, paid }) => [row, toText(paid)])).toEqual([
      [2, toText(decimal('1.02'))],
      [4, toText(decimal('-2.06'))],
    ])
  })
})

describe('inputs', () => {
  test('[RUN-12] rows outside the history, times below 0 and a first row without a mandate are refused', () => {
    const good = runOf(ten, { history: market })
    const codes = (changes: Partial<BacktestInputs>): readonly string[] => {
      const answer = runBacktest({ ...good, ...changes })
      return answer.ok ? [] : answer.error.map(({ code }) => code)
    }
    expect(codes({ from: -1 })).toEqual(['backtest.rows'])
    expect(codes({ to: 401 })).toEqual(['backtest.rows'])
    expect(codes({ orderMs: -1, messageMs: Number.NaN })).toEqual(['backtest.latency', 'backtest.latency'])
    expect(codes({ schedule: [] })).toEqual(['backtest.schedule'])
    expect(codes({ config: { ...good.config, universe: { ...market.universe } } })).toEqual(['backtest.universe'])
  })

  test('[RUN-13] what the schedule cannot compute, and data that the venue cannot stand on, end the run by name', () => {
    const good = runOf(ten, { history: market })
    const issue = { code: 'risk.history', path: '', message: '', hint: '' }
    const [first] = good.schedule
    const broken = [first!, { ok: false, error: [issue] } as const]
    const answer = runBacktest({ ...good, schedule: broken })
    expect(answer.ok ? [] : answer.error).toEqual([issue])
    const rate = market.rate.map((x, row) => (row >= 7 ? 2 : x))
    const bad = runBacktest({ ...good, history: { ...market, rate } })
    expect(bad.ok ? [] : bad.error.map(({ code }) => code)).toEqual(['venue.quote'])
  })
})
