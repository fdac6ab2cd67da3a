import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import type { RiskModel } from '../../../src/core/domain/market.ts'
import { type EwmaOptions, ewma, ewmaRisk } from '../../../src/core/risk/ewma.ts'
import type { PriceHistory } from '../../../src/core/risk/price-history.ts'
import { DAILY, plainCovariance, range, START, walk } from './histories.ts'

const at = (day: number): EwmaOptions => ({ ...DAILY, asOf: START + day * DAY_MS })

function modelOf(histories: readonly PriceHistory[], options: EwmaOptions): RiskModel {
  const result = ewmaRisk(histories, options)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const codesOf = (histories: readonly PriceHistory[], options: EwmaOptions): string[] => {
  const result = ewmaRisk(histories, options)
  return result.ok ? [] : result.error.map((each) => `${each.code} ${each.path}`)
}

/** Days with holes: each day is there with the odds of 3 to 1. */
const holedDays = (length: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: length, maxLength: length })
    .map((dice) => range(0, length).filter((day) => dice[day]! > 0))

describe('ewma', () => {
  test('[RISK-5] is Σ β^age y / Σ β^age after every observation', () => {
    const column = fc.record({
      values: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 60 }),
      halflife: fc.double({ min: 0.2, max: 500, noNaN: true }),
      steps: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 60, maxLength: 60 }),
    })
    fc.assert(
      fc.property(column, ({ values, halflife, steps }) => {
        const elapsed = steps.slice(0, values.length)
        const running = ewma({ values, elapsed, halflife })
        values.forEach((_, k) => {
          let [sum, weights, age] = [0, 0, 0]
          for (let j = k; j >= 0; j--) {
            sum += values[j]! * 2 ** (-age / halflife)
            weights += 2 ** (-age / halflife)
            age += elapsed[j]!
          }
          expect(Math.abs(running[k]! - sum / weights)).toBeLessThan(1e-12)
        })
      }),
      { seed: 6 },
    )
  })
})

describe('ewmaRisk', () => {
  test('[RISK-6] without gaps it equals the batch formula', () => {
    const histories = [walk('AAA', range(0, 300), 1), walk('BBB', range(0, 300), 2), walk('CCC', range(0, 300), 3)]
    const { covariance, vol } = modelOf(histories, at(300))
    const plain = plainCovariance(histories, at(300))
    plain.flat().forEach((value, index) => {
      expect(Math.abs(covariance[index]! - value)).toBeLessThan(1e-12)
    })
    expect(vol[1]! ** 2).toBeCloseTo(covariance[4]!, 14)
  })

  test('[RISK-6] a price that moves 1 % every day has a volatility of 1 % times the root of 365', () => {
    const close = Float64Array.from({ length: 60 }, (_, day) => 1.01 ** day)
    const time = Float64Array.from({ length: 60 }, (_, day) => START + day * DAY_MS)
    expect(modelOf([{ name: 'AAA', time, close }], at(60)).vol[0]).toBeCloseTo(0.01 * Math.sqrt(365), 13)
    const hourly = { ...at(60), intervalMs: DAY_MS / 24 }
    const hours = time.map((_, hour) => START + hour * hourly.intervalMs)
    expect(modelOf([{ name: 'AAA', time: hours, close }], hourly).vol[0]).toBeCloseTo(0.01 * Math.sqrt(8760), 13)
  })

  test('[RISK-7] a return over m days counts once, with a variance of its square by m, older returns m days older', () => {
    const days = [...range(0, 30), ...range(33, 50)]
    const steady = {
      name: 'AAA',
      time: Float64Array.from(days, (day) => START + day * DAY_MS),
      close: Float64Array.from(days, (_, k) => 1.01 ** k),
    }
    let [sum, weights] = [0, 0]
    days.slice(1).forEach((day) => {
      const weight = 2 ** (-(49 - day) / 10)
      sum += weight * (day === 33 ? 0.0001 / 4 : 0.0001)
      weights += weight
    })
    expect(modelOf([steady], at(50)).vol[0]).toBeCloseTo(Math.sqrt((365 * sum) / weights), 12)
  })

  test('[RISK-7] with gaps and different starts it equals the plain estimate over the bars both have', () => {
    fc.assert(
      fc.property(holedDays(160), holedDays(160), fc.integer({ min: 0, max: 60 }), (first, second, late) => {
        const histories = [
          walk('AAA', first, 1),
          walk(
            'BBB',
            second.filter((day) => day >= late),
            2,
          ),
        ]
        const { covariance } = modelOf(histories, at(160))
        plainCovariance(histories, at(160))
          .flat()
          .forEach((value, index) => {
            expect(Math.abs(covariance[index]! - value)).toBeLessThan(1e-11)
          })
      }),
      { seed: 7, numRuns: 30 },
    )
  })

  test('[RISK-7] a return over more than seven days is left out, and a note says so', () => {
    const days = [...range(0, 40), ...range(60, 100)]
    const histories = [walk('AAA', range(0, 100), 1), walk('BBB', days, 2)]
    const { covariance, notes } = modelOf(histories, at(100))
    plainCovariance(histories, at(100))
      .flat()
      .forEach((value, index) => {
        expect(Math.abs(covariance[index]! - value)).toBeLessThan(1e-12)
      })
    expect(notes).toEqual(['1 gap in BBB longer than 7d; the return across is left out.'])
    const jumped = histories[1]!.close.map((price, k) => (k < 40 ? price : 1000 * price))
    const { covariance: after } = modelOf([histories[0]!, { ...histories[1]!, close: jumped }], at(100))
    after.forEach((value, index) => {
      expect(value).toBeCloseTo(covariance[index]!, 12)
    })
  })

  test('[RISK-8] bars that have not closed by asOf change nothing, and the one that closes at asOf counts', () => {
    const histories = [walk('AAA', range(0, 200), 1), walk('BBB', range(0, 200), 2)]
    const now = modelOf(histories, at(120))
    const shifted = histories.map((each) => ({
      ...each,
      close: each.close.map((price, day) => (day >= 120 ? price * 3 : price)),
    }))
    expect(modelOf(shifted, at(120))).toEqual(now)
    const cut = histories.map(({ name, time, close }) => ({
      name,
      time: time.slice(0, 120),
      close: close.slice(0, 120),
    }))
    expect(modelOf(cut, at(120))).toEqual(now)
    const touched = histories.map((each) => ({
      ...each,
      close: each.close.map((price, day) => (day === 119 ? price * 3 : price)),
    }))
    expect(modelOf(touched, at(120)).vol[0]).not.toBe(now.vol[0])
    expect(modelOf(touched, { ...at(120), asOf: at(120).asOf - 1 })).toEqual({
      ...modelOf(histories, at(119)),
      asOf: at(120).asOf - 1,
    })
  })

  test('[RISK-8] bars before the window change nothing', () => {
    const histories = [walk('AAA', range(0, 200), 1), walk('BBB', range(0, 200), 2)]
    const window = { ...at(200), from: START + 80 * DAY_MS }
    const cut = histories.map(({ name, time, close }) => ({ name, time: time.slice(80), close: close.slice(80) }))
    expect(modelOf(histories, window)).toEqual(modelOf(cut, { ...window, from: 0 }))
  })

  test('[RISK-9] permuting the assets permutes the forecast, bit for bit', () => {
    const histories = [
      walk('AAA', range(0, 90), 1),
      walk('BBB', range(20, 90), 2),
      walk('CCC', [...range(0, 50), ...range(53, 90)], 3),
    ]
    const given = modelOf(histories, at(90))
    const order = [2, 0, 1]
    const permuted = modelOf(
      order.map((index) => histories[index]!),
      at(90),
    )
    order.forEach((i, row) => {
      expect(permuted.vol[row]).toBe(given.vol[i])
      order.forEach((j, column) => {
        expect(permuted.covariance[3 * row + column]).toBe(given.covariance[3 * i + j])
      })
    })
  })

  test('[RISK-9] the unit of a price changes nothing', () => {
    const histories = [walk('AAA', range(0, 90), 1), walk('BBB', range(0, 90), 2)]
    const given = modelOf(histories, at(90))
    const scale = (factor: number): PriceHistory[] =>
      histories.map((each) => ({ ...each, close: each.close.map((price) => price * factor) }))
    expect(modelOf(scale(2 ** -20), at(90))).toEqual(given)
    modelOf(scale(1e-7), at(90)).covariance.forEach((value, index) => {
      expect(value).toBeCloseTo(given.covariance[index]!, 12)
    })
  })

  test('[RISK-10] the same history under two names has correlation 1 and needs no repair', () => {
    const days = [...range(0, 40), ...range(44, 100)]
    const model = modelOf(
      [walk('AAA', days, 1), { ...walk('AAA', days, 1), name: 'BBB' }, walk('CCC', range(0, 100), 2)],
      at(100),
    )
    expect(model.covariance[1]).toBe(model.covariance[0])
    expect(model.covariance[4]).toBe(model.covariance[0])
    expect(model.notes.join()).not.toContain('repaired')
  })

  test('[RISK-11] correlations of different times that contradict each other are repaired, and a note says so', () => {
    // AAA moves with BBB in the first quarter, with CCC in the second; BBB and CCC move against each other in the third.
    const joined = (name: string, parts: readonly { readonly from: number; readonly sign: number }[]): PriceHistory => {
      const days = parts.flatMap(({ from }) => range(from, from + 30))
      const moves = walk('', range(0, 140), 9).close
      const close: number[] = []
      for (const { from, sign } of parts)
        range(from, from + 30).forEach((day) => {
          close.push((close.at(-1) ?? 100) * (1 + sign * (moves[day + 1]! / moves[day]! - 1)))
        })
      return { name, time: Float64Array.from(days, (day) => START + day * DAY_MS), close: Float64Array.from(close) }
    }
    const histories = [
      joined('AAA', [
        { from: 0, sign: 1 },
        { from: 40, sign: 1 },
      ]),
      joined('BBB', [
        { from: 0, sign: 1 },
        { from: 80, sign: 1 },
      ]),
      joined('CCC', [
        { from: 40, sign: 1 },
        { from: 80, sign: -1 },
      ]),
    ]
    const { covariance, vol, notes } = modelOf(histories, at(120))
    expect(notes.at(-1)).toMatch(
      /^The correlations were not positive semidefinite \(smallest eigenvalue -1\.00\) and were repaired; the largest change is AAA\/BBB from 1\.0000 to 0\.5000\.$/,
    )
    ;[1, 2, 5].forEach((index) => {
      const [i, j] = [Math.floor(index / 3), index % 3]
      expect(Math.abs(covariance[index]! / (vol[i]! * vol[j]!))).toBeCloseTo(0.5, 9)
    })
  })

  test.each<[string, PriceHistory[], string[]]>([
    ['a history of 20 bars', [walk('AAA', range(80, 100), 1)], ['risk.too-short market.candles.AAA']],
    [
      'no bar before asOf',
      [walk('AAA', range(100, 200), 1), walk('BBB', range(0, 100), 1)],
      ['risk.too-short market.candles.AAA'],
    ],
    [
      'two histories with 20 common bars',
      [walk('AAA', range(0, 60), 1), walk('BBB', range(40, 100), 2)],
      ['risk.too-short market.candles.AAA'],
    ],
    [
      'a price that never moves',
      [{ ...walk('AAA', range(0, 100), 1), close: new Float64Array(100).fill(1) }],
      ['risk.no-movement market.candles.AAA'],
    ],
    [
      'a price of 0',
      [{ ...walk('AAA', range(0, 100), 1), close: new Float64Array(100) }],
      ['risk.history market.candles.AAA'],
    ],
    [
      'bars that open at another hour',
      [
        walk('AAA', range(0, 100), 1),
        { ...walk('BBB', range(0, 100), 2), time: walk('', range(0, 100), 2).time.map((open) => open + 3_600_000) },
      ],
      ['risk.misaligned market.candles.BBB'],
    ],
    [
      'times out of order',
      [{ ...walk('AAA', range(0, 100), 1), time: walk('', range(0, 100), 1).time.reverse() }],
      ['risk.history market.candles.AAA'],
    ],
  ])('[RISK-12] refuses %s by name', (_, histories, codes) => {
    expect(codesOf(histories, at(100))).toEqual(codes)
  })

  test('[RISK-12] 21 bars are enough, and every asset that is too short is named', () => {
    expect(codesOf([walk('AAA', range(79, 100), 1)], at(100))).toEqual([])
    expect(
      codesOf([walk('AAA', range(80, 100), 1), walk('BBB', range(0, 100), 2), walk('CCC', range(90, 100), 3)], at(100)),
    ).toEqual(['risk.too-short market.candles.AAA', 'risk.too-short market.candles.CCC'])
  })

  test('[RISK-13] the notes tell short histories, bridged gaps and early ends', () => {
    const histories = [
      walk('AAA', range(0, 200), 1),
      walk('BBB', range(109, 200), 2),
      walk('CCC', [...range(0, 50), ...range(52, 90), ...range(94, 195)], 3),
    ]
    expect(modelOf(histories, at(200)).notes).toEqual([
      'BBB has 91d of history; its correlations use those.',
      'The last bar of CCC closed 5d before the last of the others.',
      '2 gaps in CCC bridged, the longest 4d.',
    ])
    expect(modelOf([walk('AAA', range(0, 200), 1)], at(200)).notes).toEqual([])
  })

  test('[RISK-6] no asset gives an empty forecast', () => {
    expect(modelOf([], at(0))).toEqual({
      asOf: START,
      vol: new Float64Array(),
      covariance: new Float64Array(),
      notes: [],
    })
  })
})
