import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { undiscountedValue } from '../../../src/core/pricing/black76.ts'
import { valueCoinOption } from '../../../src/core/pricing/coin-option.ts'
import type { OptionWithVol } from '../../../src/core/pricing/option-terms.ts'
import { type OptionValue, valueOption } from '../../../src/core/pricing/option-value.ts'
import { valueSpotOption } from '../../../src/core/pricing/spot-option.ts'
import { makeValueColumns, VALUE_NAMES, valueColumns } from '../../../src/core/pricing/value-columns.ts'
import { bendOf, optionArbitrary, slopeOf } from './options.ts'
import { absent, CHAINS, chainQuotes, median, referenceRows, snapshotNames, snapshotQuotes } from './reference.ts'

const valued = (option: OptionWithVol): OptionValue => {
  const answer = valueOption(option)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
const priceOf = (option: OptionWithVol): number => valued(option).price

/** By 60-digit arithmetic. */
const VALUES = [
  ['put', 0.05607736799258551, 0.05607733954256857, 0.5721269583106852, 0.012626951414896724],
  ['call', 1.0, 1.1128250491734948, 0.004505357063334436, 1.8624135237322483e-128],
  ['call', 1.0, 22.346659175390947, 10.101791379363123, 0.9999980110145423],
  ['call', 1.0, 1.0, 0.00026700430590018, 0.00010651930635640703],
  ['put', 88728.94666666667, 88728.88910913338, 6.336225135117453e-5, 2.214217804407573],
  ['call', 1.0, 1.5358256976110491, 0.6122904374126837, 0.10545407659877466],
  ['call', 88728.94666666667, 88728.94666666667, 0.594910432260308, 20752.01532653443],
  ['put', 88728.94666666667, 40597.38511137283, 0.11550001238807699, 6.342901813889843e-9],
  ['call', 25463.270104037714, 27787.13231953904, 1.2528977045945353, 11351.280784944032],
  ['call', 100.0, 100.00003192623494, 0.004428932561165667, 0.17667276670669943],
  ['call', 88728.94666666667, 156402.40570323291, 4.06338062324911, 83795.62092108128],
  ['put', 100.0, 0.32896545099996266, 0.7361901561272821, 2.0048322529861094e-15],
  ['put', 2.150610009255402, 2.1506093357356906, 1.539004230343221e-6, 1.0109030990101352e-6],
] as const

describe('the value of an option on a forward', () => {
  test.each(VALUES)(
    '[PRICE-1] %s, forward %f, strike %f, deviation %f: %f',
    (right, forward, strike, deviation, value) => {
      const distance = Math.log(forward / strike) / deviation
      const found = undiscountedValue(right, { forward, strike, deviation })
      expect(Math.abs(found / value - 1)).toBeLessThanOrEqual(10 * Number.EPSILON * (1 + distance * distance))
    },
  )

  test('[PRICE-1] without deviation, and at a strike of 0, it is intrinsic value', () => {
    const terms = { forward: 100, strike: 90, deviation: 0 }
    expect(undiscountedValue('call', terms)).toBe(10)
    expect(undiscountedValue('put', terms)).toBe(0)
    expect(undiscountedValue('call', { forward: 100, strike: 0, deviation: 0.3 })).toBe(100)
  })

  test('[PRICE-2] put-call parity, homogeneity, and rising with volatility', () => {
    const property = fc.property(
      optionArbitrary(6),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (option, scale) => {
        const { forward, strike, rate, years, vol } = option
        const [call, put] = [priceOf({ ...option, right: 'call' }), priceOf({ ...option, right: 'put' })]
        const apart = Math.exp(-rate * years) * (forward - strike)
        expect(Math.abs(call - put - apart)).toBeLessThanOrEqual(1e-14 * Math.max(forward, strike))
        const scaled = priceOf({ ...option, forward: scale * forward, strike: scale * strike })
        const price = priceOf(option)
        expect(Math.abs(scaled - scale * price)).toBeLessThanOrEqual(1e-13 * scale * Math.max(price, 1e-3 * forward))
        expect(priceOf({ ...option, vol: vol * 1.001 })).toBeGreaterThanOrEqual(price)
      },
    )
    fc.assert(property, { seed: 76, numRuns: 500 })
  })

  test('[PRICE-3] each Greek is the difference quotient of order 6 of what it is the derivative of', () => {
    const property = fc.property(optionArbitrary(3), (option) => {
      const { forward, vol, years, rate } = option
      const value = valued(option)
      const deviation = vol * Math.sqrt(years)
      const price = (part: Partial<OptionWithVol>): number => priceOf({ ...option, ...part })
      const delta = (part: Partial<OptionWithVol>): number => valued({ ...option, ...part }).delta
      const vega = (part: Partial<OptionWithVol>): number => valued({ ...option, ...part }).vega
      const stepForward = 0.02 * forward * Math.min(deviation, 0.5)
      const stepVol = 0.02 * vol * Math.min(1, 1 / deviation)
      const stepYears = 0.02 * years * Math.min(1, 1 / deviation)
      const near = (found: number, expected: number, scale: number): void =>
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-7 * Math.max(Math.abs(expected), Math.abs(scale)))
      near(
        slopeOf((x) => price({ forward: x }), forward, stepForward),
        value.delta,
        1,
      )
      near(
        bendOf((x) => price({ forward: x }), forward, stepForward),
        value.gamma,
        1 / (forward * deviation),
      )
      near(
        slopeOf((x) => price({ vol: x }), vol, stepVol),
        value.vega,
        forward * Math.sqrt(years),
      )
      near(
        -slopeOf((x) => price({ years: x }), years, stepYears),
        value.thetaPerYear,
        (forward * vol) / Math.sqrt(years),
      )
      near(
        slopeOf((x) => price({ rate: x }), rate, 1e-2 / Math.max(1, years)),
        value.rho,
        years * forward,
      )
      near(
        slopeOf((x) => delta({ vol: x }), vol, stepVol),
        value.vanna,
        1 / vol,
      )
      near(
        slopeOf((x) => vega({ vol: x }), vol, stepVol),
        value.volga,
        (forward * Math.sqrt(years)) / vol,
      )
      near(-slopeOf((x) => delta({ years: x }), years, stepYears), value.charmPerYear, 1 / years)
      expect(value.thetaPerDay * 365).toBeCloseTo(value.thetaPerYear, 6)
      expect(value.charmPerDay * 365).toBeCloseTo(value.charmPerYear, 6)
    })
    fc.assert(property, { seed: 1973, numRuns: 300 })
  })
})

describe('columns', () => {
  const columnsOf = (options: readonly OptionWithVol[]) => {
    const column = (key: 'forward' | 'strike' | 'years' | 'rate' | 'vol'): Float64Array =>
      Float64Array.from(options, (each) => each[key])
    const sign = Int8Array.from(options, ({ right }) => (right === 'call' ? 1 : -1))
    const [forward, strike, years] = [column('forward'), column('strike'), column('years')]
    return { sign, forward, strike, years, rate: column('rate'), vol: column('vol') }
  }

  test('[PRICE-4] a row of columns is the option alone, bit for bit, and never NaN', () => {
    const property = fc.property(fc.array(optionArbitrary(45), { minLength: 1, maxLength: 20 }), (options) => {
      const out = makeValueColumns(options.length)
      expect(valueColumns(columnsOf(options), out).ok).toBe(true)
      for (const [k, option] of options.entries()) {
        for (const name of VALUE_NAMES) {
          expect(out[name][k]).toBe(valued(option)[name])
          expect(Number.isFinite(out[name][k])).toBe(true)
        }
      }
    })
    fc.assert(property, { seed: 4, numRuns: 100 })
  })

  test('[PRICE-4] at the ends of what is computed every Greek is finite', () => {
    const ends = [1e-20, 1e-10, 1, 70]
    for (const forward of [1e-100, 1, 1e100]) {
      for (const strike of [1e-100, forward * (1 + (forward > 1 ? -1e-15 : 1e-15)), forward, 1e100]) {
        for (const vol of ends) {
          for (const years of [1e-20, 1e-3, 1]) {
            const value = valued({ right: 'put', forward, strike, years, rate: 0.1, vol })
            expect(Object.values(value).every(Number.isFinite), JSON.stringify({ forward, strike, vol, years })).toBe(
              true,
            )
          }
        }
      }
    }
  })

  test('[PRICE-5] every bad row is named with what is wrong with it', () => {
    const sound: OptionWithVol = { right: 'call', forward: 100, strike: 110, years: 0.5, rate: 0, vol: 0.6 }
    const rows = [sound, { ...sound, vol: 0 }, { ...sound, years: 0, forward: Number.NaN }]
    const answer = valueColumns(columnsOf(rows), makeValueColumns(3))
    expect(answer.ok ? [] : answer.error.map(({ code, path }) => `${path} ${code}`)).toEqual([
      '1.vol pricing.vol',
      '2.forward pricing.forward',
      '2.years pricing.expired',
    ])
  })
})

describe('coin options', () => {
  const coin = (option: OptionWithVol) => {
    const answer = valueCoinOption(option)
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return answer.value
  }

  test('[PRICE-6] net delta and gamma are derivatives of the premium in coin, delta of its worth in the quote currency', () => {
    const property = fc.property(optionArbitrary(3), (option) => {
      const { forward, vol, years } = option
      const value = coin(option)
      const premium = (x: number): number => coin({ ...option, forward: x }).premium
      const step = 0.02 * forward * Math.min(vol * Math.sqrt(years), 0.5)
      const scale = Math.max(1, value.premium)
      expect(Math.abs(forward * slopeOf(premium, forward, step) - value.netDelta)).toBeLessThanOrEqual(1e-7 * scale)
      const [bend, deviation] = [bendOf(premium, forward, step), vol * Math.sqrt(years)]
      expect(Math.abs(bend - value.gamma) * forward * forward).toBeLessThanOrEqual((1e-6 * scale) / deviation)
      expect(slopeOf((x) => x * premium(x), forward, step)).toBeCloseTo(value.delta, 6)
      expect(value.netDelta).toBeCloseTo(value.delta - value.premium, 12)
    })
    fc.assert(property, { seed: 6, numRuns: 300 })
  })

  test('[PRICE-6] profit in coin, and what the premium held earned, are together the profit in the quote currency', () => {
    const property = fc.property(optionArbitrary(3), fc.double({ min: 0.5, max: 2, noNaN: true }), (option, move) => {
      const [before, after] = [coin(option), coin({ ...option, forward: option.forward * move })]
      const inQuote = after.premiumInQuote - before.premiumInQuote
      const forward = option.forward * move
      const together = (after.premium - before.premium) * forward + before.premium * (forward - option.forward)
      expect(Math.abs(together - inQuote)).toBeLessThanOrEqual(1e-12 * (forward + option.strike))
    })
    fc.assert(property, { seed: 66, numRuns: 200 })
  })

  test.skipIf(absent).each(CHAINS)('[PRICE-7] marks and published deltas of the chain of %s are met', (name) => {
    const quotes = chainQuotes(name).filter(({ years }) => years > 0)
    const values = quotes.map((quote) => coin({ ...quote, rate: 0 }))
    expect(quotes.length).toBeGreaterThan(1000)
    expect(median(values.map(({ premium }, k) => Math.abs(premium - quotes[k]!.mark)))).toBeLessThanOrEqual(1e-5)
    // Their volatilities have four digits, and so have deltas of them.
    expect(median(values.map(({ delta }, k) => Math.abs(delta - quotes[k]!.delta)))).toBeLessThanOrEqual(2e-4)
  })

  test.skipIf(absent)('[PRICE-7] marks of 29 snapshots are met', () => {
    const errors = snapshotNames().flatMap((name) =>
      snapshotQuotes(name)
        .filter(({ years, vol }) => years > 0 && vol > 0)
        .map((quote) => Math.abs(coin({ ...quote, rate: 0 }).premium - quote.mark)),
    )
    expect(errors.length).toBeGreaterThan(40_000)
    expect(median(errors)).toBeLessThanOrEqual(1e-5)
  })
})

describe.skipIf(absent)('options on spot', () => {
  const spot = (terms: readonly [right: string | undefined, ...numbers: (string | undefined)[]]) => {
    const [right, ...texts] = terms
    const [at, strike, years, vol, rate, paid] = texts.map(Number) as [number, number, number, number, number, number]
    const option = { right: right as 'call' | 'put', spot: at, strike, years, vol, rate, yield: paid }
    const answer = valueSpotOption(option)
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return { ...answer.value, theta: answer.value.thetaPerYear, dividendRho: answer.value.yieldRho }
  }

  test('[PRICE-8] values and Greeks printed by Haug', () => {
    const names = ['european_values_haug', 'european_greeks_haug'] as const
    for (const row of names.flatMap((name) => referenceRows(`quantlib/${name}.csv`))) {
      const { type, strike, dividend, rate, timeYears, vol, value, tolerance } = row
      const found = spot([type, row.spot, strike, timeYears, vol, rate, dividend])
      const greek = (row.greek ?? 'price') as keyof typeof found
      expect(Math.abs(found[greek]! - Number(value)), JSON.stringify(row)).toBeLessThanOrEqual(Number(tolerance))
    }
  })

  test('[PRICE-8] prices and Greeks as py_vollib tests them, to their ten digits', () => {
    const rows = referenceRows('pricing/py_vollib_black_scholes_greeks.csv')
    expect(rows.length).toBeGreaterThan(0)
    const near = (found: number, text: string | undefined): void =>
      expect(Math.abs(found - Number(text))).toBeLessThanOrEqual(5e-9 * Math.max(1, Math.abs(Number(text))))
    for (const { S, K, R, t, v, bs_call, bs_put, CD, CG, CT, CV, CR, PD, PG, PT, PV, PR } of rows) {
      const call = spot(['call', S, K, t, v, R, '0'])
      const put = spot(['put', S, K, t, v, R, '0'])
      near(call.price, bs_call)
      near(put.price, bs_put)
      for (const [value, texts] of [
        [call, [CD, CG, CT, CV, CR]],
        [put, [PD, PG, PT, PV, PR]],
      ] as const) {
        near(value.delta, texts[0])
        near(value.gamma, texts[1])
        near(value.thetaPerYear, texts[2])
        near(value.vega, texts[3])
        near(value.rho, texts[4])
      }
    }
  })
})
