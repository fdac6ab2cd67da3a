import { describe, expect, test } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import { benchmarkWealth } from '../../../src/core/sim/benchmark.ts'
import { makePricePath } from '../../../src/core/sim/price-path.ts'
import type { RunRecord } from '../../../src/core/sim/run-record.ts'
import { coin, perpetual, runOf } from './told-runs.ts'

const wealth = (kind: 'frictionless' | 'untouched' | 'boughtOnce', record: RunRecord): number[] =>
  Array.from(benchmarkWealth(record, makePricePath(record.history, record))[kind], (each) =>
    Number(each.toPrecision(12)),
  )

describe('benchmarks', () => {
  test('[METRIC-9] half in a coin: back at half every row, untouched, and bought once', () => {
    const record = runOf({
      instruments: [coin('A'), coin('B')],
      closes: { A: [100, 200, 100], B: [10, 10, 20] },
      cash: { USD: '500' },
      held: { A: '5' },
      columns: { target: Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5) },
    })
    expect(wealth('frictionless', record)).toEqual([1, 1.5, 1.5 * (1 + 0.5 * -0.5 + 0.5)])
    expect(wealth('untouched', record)).toEqual([1, 1.5, 1])
    expect(wealth('boughtOnce', record)).toEqual([1, 1.5, 1.5])
  })

  test('[METRIC-9] a changed target counts from the row after it', () => {
    const record = runOf({
      instruments: [coin('A')],
      closes: { A: [100, 200, 400] },
      columns: { target: Float64Array.of(0, 1, 0) },
    })
    expect(wealth('frictionless', record)).toEqual([1, 1, 2])
    expect(wealth('boughtOnce', record)).toEqual([1, 1, 1])
  })

  test('[METRIC-9] gaps keep the last mark, and what is delisted stays at its last price', () => {
    const record = runOf({
      instruments: [coin('A')],
      closes: { A: [100, null, 50, null, null] },
      lives: { A: { to: 4, last: decimal('25') } },
      cash: { USD: '0.000001' },
      held: { A: '1' },
      columns: { target: new Float64Array(5).fill(1) },
    })
    expect(wealth('frictionless', record)).toEqual([1, 1, 0.5, 0.25, 0.25])
    expect(wealth('boughtOnce', record)).toEqual([1, 1, 0.5, 0.25, 0.25])
    expect(wealth('untouched', record).map((each) => Number(each.toFixed(6)))).toEqual([1, 1, 0.5, 0.25, 0.25])
  })

  test('[METRIC-9] coin collateral under an inverse short stays worth what it was', () => {
    const record = runOf({
      instruments: [
        coin('BTC'),
        perpetual('BTC-COIN', 'BTC', { contract: 'inverse', settle: 'BTC', multiplier: decimal('100') }),
      ],
      closes: { BTC: [50_000, 80_000, 20_000], 'BTC-COIN': [50_000, 80_000, 20_000] },
      rates: { BTC: [50_000, 80_000, 20_000] },
      cash: { BTC: '2' },
      held: { 'BTC-COIN': '-1000 @ 50000' },
    })
    expect(wealth('untouched', record)).toEqual([1, 1, 1])
  })

  test('[METRIC-9] an underlying is its traded instrument, and another one where that has no price', () => {
    const record = runOf({
      instruments: [coin('A'), perpetual('A-PERP', 'A')],
      closes: { A: [100, 110, 121, 242], 'A-PERP': [null, 111, 122.1, 122.1] },
      columns: { target: new Float64Array(4).fill(1) },
    })
    const perp = { ...record, mandate: { ...record.mandate, tradeable: [[1]] } }
    expect(wealth('frictionless', record)).toEqual([1, 1.1, 1.21, 2.42])
    // The perp has no change before its second price.
    expect(wealth('frictionless', perp)).toEqual([1, 1.1, 1.21, 1.21])
  })
})
