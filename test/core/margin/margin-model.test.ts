import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal, decimalOfNumber, toNumber, ZERO } from '../../../src/core/base/decimal.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { rateModel } from '../../../src/core/margin/margin-model.ts'
import { rateMargin } from '../../../src/core/margin/rate-margin.ts'
import { inverse, perp, relativeGap, spot, unwrap } from '../cost/reference.ts'

const universe = makeUniverse({
  numeraire: 'USDT',
  instruments: [spot(), perp({ multiplier: decimal('0.1') }), inverse()],
})
const RATES = [0.02, 0.05, 1]
const model = rateModel(universe, {
  initial: Float64Array.from(RATES),
  maintenance: Float64Array.from(RATES, (rate) => rate / 2),
})

test('[MARGIN-3] the margin of a book by rates is the sum of that of each position in exact money, spot that is held needing none', () => {
  const quantities = fc.integer({ min: -1000, max: 1000 }).map((x) => x / 8)
  fc.assert(
    fc.property(fc.tuple(quantities, quantities, quantities), fc.integer({ min: 1, max: 1e6 }), (held, price) => {
      const marks = { mark: new Float64Array(3).fill(price), rate: Float64Array.of(price, 1, 1) }
      const { initial, maintenance } = model(Float64Array.from(held), marks)
      const sum = universe.instruments.reduce((total, instrument, j) => {
        if (instrument.kind === 'spot' && held[j]! > 0) return total
        const position = { quantity: decimalOfNumber(held[j]!), price: decimalOfNumber(price) }
        const { amount } = unwrap(
          rateMargin(instrument, position, { rate: decimalOfNumber(RATES[j]!), leverage: null }),
        )
        return total + toNumber(amount) * marks.rate[universe.settleOf[j]!]!
      }, toNumber(ZERO))
      expect(relativeGap(initial, sum)).toBeLessThan(1e-12)
      expect(maintenance).toBe(initial / 2)
    }),
    { seed: 20260301 },
  )
})
