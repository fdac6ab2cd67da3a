/** Runs for tests and the bench: a seeded market of any size, a book that begins in cash, and no limits unless stated. */
import { ZERO } from '../../../src/core/base/decimal.ts'
import { HOUR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { RATIO_ONE, RATIO_ZERO } from '../../../src/core/base/ratio.ts'
import type { Result } from '../../../src/core/base/result.ts'
import type { Mandated, OutlookChanged } from '../../../src/core/session/session-event.ts'
import type { BacktestInputs } from '../../../src/core/sim/backtest-types.ts'
import type { History } from '../../../src/core/sim/history.ts'
import type { VenueTerms } from '../../../src/core/sim/venue-types.ts'
import type { Policy } from '../../../src/core/sizing/mandate.ts'
import type { PlanInputs } from '../../../src/core/sizing/plan-types.ts'
import { outlookOf } from '../session/desk.ts'
import { type BookTerms, makeInputs } from '../sizing/book.ts'

export const T0 = Date.UTC(2026, 0, 1)

/** Geometric random walks with one common factor: price 100 at the start, hourly bars, no mark of their own. */
export function walk(
  inputs: PlanInputs,
  terms: {
    readonly rows: number
    readonly seed: string
    readonly drift?: readonly number[]
    readonly intervalMs?: number
  },
): History {
  const { universe } = inputs.mandate
  const n = universe.instruments.length
  const { rows, seed, drift, intervalMs = HOUR_MS } = terms
  const random = makeRandom(seed)
  const step = Math.sqrt(intervalMs / (365 * 24 * HOUR_MS))
  const columns = {
    open: new Float64Array(rows * n),
    high: new Float64Array(rows * n),
    low: new Float64Array(rows * n),
  }
  const close = new Float64Array(rows * n)
  const last = Float64Array.from(inputs.market.price, Number).map((units) => units / 1e18)
  for (let row = 0; row < rows; row++) {
    const common = random.normal()
    for (let j = 0; j < n; j++) {
      const vol = inputs.risk.vol[universe.underlyingOf[j]!]!
      const before = last[j]!
      const move =
        vol * step * (0.8 * common + 0.6 * random.normal()) + (drift?.[j] ?? 0) * step * step - (vol * step) ** 2 / 2
      const after = Number((before * Math.exp(move)).toPrecision(7))
      last[j] = after
      const k = row * n + j
      columns.open[k] = before
      close[k] = after
      columns.high[k] = Math.max(before, after)
      columns.low[k] = Math.min(before, after)
    }
  }
  return {
    universe,
    intervalMs,
    time: Float64Array.from({ length: rows }, (_, row) => T0 + row * intervalMs),
    ...columns,
    close,
    volume: new Float64Array(rows * n).fill(1e6),
    mark: null,
    rate: new Float64Array(rows * universe.currencies.length).fill(1),
    lives: universe.instruments.map(() => ({ from: 0, to: rows, last: null })),
    funding: universe.instruments.map(() => null),
    notes: [],
  }
}

const venueOf = ({ mandate: { universe } }: PlanInputs, changes: Partial<VenueTerms> = {}): VenueTerms => ({
  universe,
  account: 'main',
  margin: {
    mode: 'cross',
    leverageMax: universe.instruments.map(({ kind }) => (kind === 'spot' ? null : { n: 10n, d: 1n })),
    maintenance: universe.instruments.map(({ kind }) => (kind === 'spot' ? RATIO_ZERO : { n: 1n, d: 100n })),
    liquidationFee: { n: 1n, d: 100n },
  },
  impact: null,
  queue: 'proportional',
  resting: { participation: { n: 1n, d: 10n }, touch: RATIO_ONE },
  orderFee: ZERO,
  ...changes,
})

export const tenCoins = (policy: Policy, changes: Partial<BookTerms> = {}): PlanInputs => {
  const names = Array.from({ length: 10 }, (_, k) => String.fromCharCode(65 + k).repeat(3))
  const perName = <T>(of: (k: number) => T): Record<string, T> =>
    Object.fromEntries(names.map((name, k) => [name, of(k)]))
  return makeInputs({
    spot: perName(() => ({ price: '100', lot: '0.0001', min: '5', fee: '0.0005', spread: '0.0002' })),
    cash: { USD: '1000000' },
    targets: perName(() => '0.09'),
    vols: perName((k) => 0.5 + 0.05 * k),
    correlation: () => 0.64,
    policy,
    ...changes,
  })
}

export interface RunTerms {
  readonly history: History
  readonly from?: number
  readonly orderMs?: number
  readonly messageMs?: number
  readonly everyMs?: number
  readonly venue?: Partial<VenueTerms>
  readonly schedule?: Iterable<Result<Mandated | OutlookChanged>>
}

/** One mandate from the start to the end, decided upon every hour. */
export function runOf(inputs: PlanInputs, { history, from = 0, ...terms }: RunTerms): BacktestInputs {
  const at = history.time[from]!
  const first: Mandated = {
    kind: 'mandated',
    at,
    mandate: inputs.mandate,
    hash: 'mandate',
    outlook: { ...outlookOf(inputs), risk: { ...inputs.risk, asOf: at } },
  }
  return {
    history,
    from,
    to: history.time.length,
    config: {
      id: 'run',
      universe: history.universe,
      account: 'main',
      everyMs: terms.everyMs ?? HOUR_MS,
      anchor: T0,
      markAgeMaxMs: 3 * HOUR_MS,
      curvatureMs: 7 * 24 * HOUR_MS,
      answerMs: 60_000,
    },
    schedule: terms.schedule ?? [{ ok: true, value: first }],
    venue: venueOf(inputs, terms.venue),
    start: {
      cash: inputs.portfolio.cash,
      quantity: inputs.portfolio.quantity,
      entry: inputs.portfolio.entry,
    },
    orderMs: terms.orderMs ?? 0,
    messageMs: terms.messageMs ?? 0,
  }
}
