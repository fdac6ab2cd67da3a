import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { undiscountedValue } from '../../../src/core/pricing/black76.ts'
import { IMPLIED_STATUS, impliedVol, impliedVolColumns } from '../../../src/core/pricing/implied-vol.ts'

const implied = (right: 'call' | 'put', forward: number, strike: number, price: number) => {
  const answer = impliedVol({ right, forward, strike, price, years: 1, rate: 0 })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

/** The deviation that the float64 price implies, by 60-digit arithmetic. */
const ROWS = [
  ['put', 0.05607736799258551, 0.05607733954256857, 0.012626951414896724, 0.5721269583106852],
  ['call', 1.0, 1.1128250491734948, 1.8624135237322483e-128, 0.004505357063334436],
  ['call', 1.0, 22.346659175390947, 0.9999980110145423, 10.101791379352864],
  ['put', 88728.94666666667, 88728.88910913338, 2.214217804407573, 6.336225135117453e-5],
  ['call', 1.0, 1.5358256976110491, 0.10545407659877466, 0.6122904374126837],
  ['put', 88728.94666666667, 40597.38511137283, 6.342901813889843e-9, 0.11550001238807699],
  ['call', 25463.270104037714, 27787.13231953904, 11351.280784944032, 1.2528977045945353],
  ['put', 88728.94666666667, 88728.91792764417, 0.9300842930478218, 2.667923640133172e-5],
  ['call', 100.0, 100.00003192623494, 0.17667276670669943, 0.004428932561165667],
  ['call', 100.0, 110.79839775293694, 60.65640569317733, 1.777730790476535],
  ['put', 2.150610009255402, 2.1506093357356906, 1.0109030990101352e-6, 1.539004230343221e-6],
  ['call', 88728.94666666667, 156402.40570323291, 83795.62092108128, 4.0633806232491105],
  ['put', 100.0, 0.32896545099996266, 2.0048322529861094e-15, 0.7361901561272821],
  ['put', 1.0, 0.8206030748910568, 0.0016140338552206096, 0.11247348381513558],
  ['put', 4.6825355136899285, 4.382574139573497, 0.016309657368949574, 0.05769485439082634],
  ['call', 100.0, 100.00002323469866, 0.00035448687318501637, 9.173928735993366e-6],
  ['call', 3.4802582837995106, 3.480258424222332, 3.4802582830771254, 12.711271185180868],
  ['put', 43.53410630022174, 43.53409128944197, 9.356187920778823e-5, 5.809071964371564e-6],
  ['put', 21637.38615127473, 21637.380116975735, 3634.4006769074686, 0.4241942225585175],
  ['call', 1.0, 1.0000002209851724, 0.22649700795815603, 0.5755919813325041],
  ['call', 64266.023041784545, 64266.04299248448, 63938.40823188784, 5.601577086596393],
  ['put', 1.0, 0.999999950378117, 0.1919579522720595, 0.48590545546179403],
  ['put', 7.421835825884906, 0.7475925593597019, 5.834068091414119e-64, 0.13819854804160622],
  ['put', 100.0, 77.36616259867624, 5.879361908183011e-13, 0.036685072187896975],
] as const

describe('implied volatility', () => {
  test.each(ROWS)('[PRICE-10] %s, forward %f, strike %f, price %f: %f', (right, forward, strike, price, vol) => {
    expect(Math.abs(implied(right, forward, strike, price).vol / vol - 1)).toBeLessThanOrEqual(10 * Number.EPSILON)
  })

  test('[PRICE-10] the vol of the price of a vol is that vol, within what the price tells, from 1e-6 to 30 and far out', () => {
    const property = fc.property(
      fc.record({
        forward: fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        distance: fc.double({ min: -36, max: 36, noNaN: true }),
        exponent: fc.double({ min: -6, max: 1.2, noNaN: true }),
        right: fc.constantFrom('call', 'put'),
      }),
      ({ forward, distance, exponent, right }) => {
        const deviation = 10 ** exponent
        const strike = forward * Math.exp(-distance * deviation)
        if (!(strike > 1e-100 && strike < 1e100)) return
        const price = undiscountedValue(right, { forward, strike, deviation })
        const answer = impliedVol({ right, forward, strike, price, years: 1, rate: 0 })
        if (!answer.ok) {
          // Nothing of the time value is left in the digits of the price.
          expect(['pricing.unidentified', 'pricing.above-maximum']).toContain(answer.error[0]!.code)
          return
        }
        const { vol, resolution } = answer.value
        expect(Math.abs(vol - deviation)).toBeLessThanOrEqual(16 * resolution + 16 * Number.EPSILON * deviation)
      },
    )
    fc.assert(property, { seed: 2015, numRuns: 5000 })
  })

  test('[PRICE-10] out of the money the error is a few roundings wherever the price is', () => {
    let worst = 0
    for (let exponent = -5; exponent <= 1; exponent += 0.05) {
      for (let distance = 0.1; distance < 37; distance += 0.5) {
        const [deviation, forward] = [10 ** exponent, 1000]
        const strike = forward * Math.exp(distance * deviation)
        const price = undiscountedValue('call', { forward, strike, deviation })
        // Above, the price itself has too few digits of what is missing to the maximum; subnormal prices have too few of any.
        if (!(strike < 1e100) || price < 1e-290 || price > 0.9 * forward) continue
        worst = Math.max(worst, Math.abs(implied('call', forward, strike, price).vol / deviation - 1))
      }
    }
    expect(worst).toBeLessThanOrEqual(16 * Number.EPSILON)
  })

  test.each([
    ['put', 90, 110, 19.9, 'pricing.below-intrinsic'],
    ['call', 110, 90, 19.9, 'pricing.below-intrinsic'],
    ['call', 110, 90, 110, 'pricing.above-maximum'],
    ['put', 110, 90, 90, 'pricing.above-maximum'],
    ['call', 110, 90, 20, 'pricing.unidentified'],
    ['put', 110, 90, 0, 'pricing.unidentified'],
    ['put', 110, 90, -1, 'pricing.price'],
    ['put', 110, 90, Number.NaN, 'pricing.price'],
  ] as const)('[PRICE-11] a %s at forward %f and strike %f for %f: %s', (right, forward, strike, price, code) => {
    const answer = impliedVol({ right, forward, strike, price, years: 0.5, rate: 0 }, 'leg 3')
    expect(answer.ok ? [] : answer.error.map((each) => [each.code, each.path])).toEqual([[code, 'leg 3.price']])
  })

  test('[PRICE-11] at expiry, or without a forward, it is refused by name', () => {
    const answer = impliedVol({ right: 'put', forward: Number.NaN, strike: 90, price: 1, years: 0, rate: 0 })
    expect(answer.ok ? [] : answer.error.map(({ code }) => code)).toEqual(['pricing.forward', 'pricing.expired'])
  })

  test('[PRICE-12] columns give the vols of the options alone, and 0 with a status where there is none', () => {
    const price = Float64Array.of(5, 19.9, 110, 20, Number.NaN, 1)
    const n = price.length
    const options = {
      sign: new Int8Array(n).fill(1),
      forward: Float64Array.of(90, 110, 110, 110, 110, 110),
      strike: Float64Array.of(110, 90, 90, 90, 90, 90),
      years: Float64Array.of(1, 1, 1, 1, 1, 0),
      rate: new Float64Array(n),
    }
    const [vol, status] = [new Float64Array(n), new Uint8Array(n)]
    expect(impliedVolColumns(options, { price, vol, status })).toBe(5)
    expect(vol[0]).toBe(implied('call', 90, 110, 5).vol)
    expect([...vol.subarray(1)]).toEqual([0, 0, 0, 0, 0])
    const { implied: done, terms, price: bad, belowIntrinsic, aboveMaximum, unidentified } = IMPLIED_STATUS
    expect([...status]).toEqual([done, belowIntrinsic, aboveMaximum, unidentified, bad, terms])
  })
})
