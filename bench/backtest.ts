/** The bench of backtests: a year of hourly bars of ten coins, a decision every hour, and what a run keeps in memory. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HOUR_MS } from '../src/core/base/instant.ts'
import { ratio } from '../src/core/base/ratio.ts'
import type { OutlookChanged } from '../src/core/session/session-event.ts'
import { runBacktest } from '../src/core/sim/backtest.ts'
import type { BacktestInputs } from '../src/core/sim/backtest-types.ts'
import type { Policy } from '../src/core/sizing/mandate.ts'
import type { PlanInputs } from '../src/core/sizing/plan-types.ts'
import { runOf, tenCoins, walk } from '../test/core/sim/runs.ts'
import { answered, measure, report, section } from './measure.ts'

const YEAR = 8760
const WEEK = 168
const COINS = 10

const bands = (unit: 'weight' | 'relative', width: readonly [bigint, bigint], to: 'edge' | 'target'): Policy => {
  const widths = Array.from({ length: COINS }, () => ratio(...width))
  return unit === 'weight'
    ? { kind: 'band', unit, width: widths, to }
    : { kind: 'band', unit, width: widths, floor: ratio(1n, 100n), to }
}
const POLICIES: readonly (readonly [string, Policy])[] = [
  ['band of weights ±2 %, to target', bands('weight', [2n, 100n], 'target')],
  ['band of weights ±2 %, to edge', bands('weight', [2n, 100n], 'edge')],
  ['relative band ±20 %, to target', bands('relative', [1n, 5n], 'target')],
  ['risk band 2 %, to edge', { kind: 'band', unit: 'risk', width: ratio(2n, 100n), to: 'edge' }],
  [
    'costAware, error 2 %',
    { kind: 'costAware', knob: { kind: 'trackingError', trackingError: ratio(2n, 100n) }, intervalMs: HOUR_MS },
  ],
]

export function benchBacktest(): void {
  section('a backtest: one year, a decision every hour, 10 instruments, a new outlook every week')
  const market = walk(tenCoins({ kind: 'full' }), { rows: YEAR, seed: 'bench' })
  for (const [name, policy] of POLICIES) {
    const inputs = runOf(tenCoins(policy), { history: market })
    let [trades, plans] = [0, 0]
    const timing = measure(
      () => {
        const record = answered(runBacktest({ ...inputs, schedule: weekly(inputs, tenCoins(policy)) }))
        ;[trades, plans] = [record.trades.length, record.decisions.length]
      },
      { warm: 6, runs: 12 },
    )
    report(name, timing, `${plans} plans, ${trades} trades`)
  }
  benchMemory()
}

/** The mandate, and its outlook again every week. */
function* weekly({ schedule, history }: BacktestInputs, inputs: PlanInputs): BacktestInputs['schedule'] {
  yield* schedule
  const { metaorders: _, ...costs } = inputs.costs
  const { volumePerDay, depth } = inputs.market
  for (let row = WEEK; row < history.time.length; row += WEEK) {
    const at = history.time[row]!
    const outlook = { risk: { ...inputs.risk, asOf: at }, costs, volumePerDay, depth, hash: `week ${row}` }
    yield { ok: true, value: { kind: 'outlook', at, outlook } satisfies OutlookChanged }
  }
}

/** What a run keeps in columns, and of heap beside them, for histories of different lengths. */
function benchMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const inUse = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  const quiet = tenCoins(bands('weight', [1n, 2n], 'edge'))
  for (const years of [1, 10]) {
    const inputs = runOf(quiet, { history: walk(quiet, { rows: YEAR * years, seed: 'memory' }) })
    for (let k = 0; k < 3; k++) answered(runBacktest(inputs))
    const before = inUse()
    const record = answered(runBacktest(inputs))
    const kept = inUse() - before
    const columns = Object.values(record).reduce(
      (sum, each) => sum + (ArrayBuffer.isView(each) ? each.byteLength : 0),
      0,
    )
    console.log(
      `${`${record.equity.length} rows`.padEnd(44)} ${mega(columns).padStart(9)}   in columns, ${mega(kept)} of heap beside them`,
    )
  }
}
