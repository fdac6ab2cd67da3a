/** Published costs of a whole book of real volumes and returns, through the one object of costs. */
import { describe, expect, test } from 'vitest'
import { decimal, fromUnits, ONE } from '../../../src/core/base/decimal.ts'
import { DAY_MS, YEAR_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { RATIO_ZERO } from '../../../src/core/base/ratio.ts'
import type { CarryTerms } from '../../../src/core/cost/carry.ts'
import { estimateCarry, estimateCost, makeCostTerms } from '../../../src/core/cost/cost-terms.ts'
import { NO_METAORDER } from '../../../src/core/cost/metaorder.ts'
import { makeUniverse } from '../../../src/core/domain/universe.ts'
import { absent, readReference, relativeGap, spot, unwrap } from './reference.ts'

const table = (name: string): { names: string[]; rows: number[][] } => {
  const [header, ...lines] = readReference(`sizing/cvxportfolio/${name}.csv`).trim().split('\n')
  return { names: header!.split(',').slice(1), rows: lines.map((line) => line.split(',').slice(1).map(Number)) }
}

/** The book of 28 stocks; a cost of 5 bp, b of the 3/2-power law, and what holding a day of trading costs. */
function publishedBook({ rows, b, value, carry }: { rows: number; b: number; value: number; carry: CarryTerms }) {
  const [returns, volumes] = [table('returns'), table('volumes')]
  const { names } = volumes
  const mean = (column: readonly number[]): number => column.reduce((sum, each) => sum + each, 0) / column.length
  const sigma = names.map((_, j) => Math.sqrt(mean(returns.rows.slice(0, rows).map((row) => row[j]! ** 2))))
  const volume = names.map((_, j) => mean(volumes.rows.slice(0, rows).map((row) => row[j]!)))
  const instruments = names.map((name) =>
    spot({
      id: name,
      underlying: name,
      quote: 'USDT',
      settle: 'USDT',
      spread: decimal('0'),
      fee: { taker: decimal('0.0005'), maker: null },
    }),
  )
  const universe = makeUniverse({ numeraire: 'USDT', instruments })
  const at = (id: string): number => names.indexOf(id)
  const n = names.length
  const terms = unwrap(
    makeCostTerms({
      universe,
      market: {
        asOf: 0,
        price: universe.instruments.map(() => ONE),
        priceAgeMs: new Float64Array(n),
        stale: new Uint8Array(n),
        rate: universe.currencies.map(() => ONE),
        volumePerDay: Float64Array.from(universe.instruments, ({ id }) => volume[at(id)]!),
        depth: Float64Array.of(),
      },
      vol: Float64Array.from(universe.underlyings, (id) => sigma[at(id)]! * Math.sqrt(365)),
      equity: fromUnits(BigInt(value) * 10n ** 18n),
      execution: universe.instruments.map(() => ({ makerShare: RATIO_ZERO, fixed: fromUnits(0n) })),
      carry: universe.instruments.map(() => carry),
      metaorders: universe.instruments.map(() => NO_METAORDER),
      // b has no factor of two thirds, so it is two thirds of Y.
      impact: { law: { scale: 1.5 * b, exponent: 0.5 }, decay: { joinMs: 0, decayMs: DAY_MS } },
      horizonMs: DAY_MS,
    }),
  )
  return { terms, order: universe.instruments.map(({ id }) => at(id)), sigma, volume, n }
}

describe.skipIf(absent)('published costs of a book of stocks', () => {
  test.each([
    [34, 1, 1_000_000],
    [100, 0.5, 25_000_000],
    [251, 2, 3_000],
  ])('[COST-36] Σ a|z| + bσ|z|^{3/2}√(value/volume) over %d days, b = %s, value %d', (rows, b, value) => {
    const { terms, order, sigma, volume, n } = publishedBook({ rows, b, value, carry: { kind: 'none' } })
    const random = makeRandom(`costs ${rows}`)
    for (let trial = 0; trial < 20; trial++) {
      const z = Float64Array.from({ length: n }, () => random.normal() / n)
      const plain = z.reduce((sum, each, j) => {
        const k = order[j]!
        const size = Math.abs(each)
        return sum + 0.0005 * size + size ** 1.5 * b * sigma[k]! * Math.sqrt(value / volume[k]!)
      }, 0)
      expect(relativeGap(estimateCost(terms, z).total, plain)).toBeLessThan(1e-12)
    }
  })

  test('[COST-36] holding for a day: shorts borrow at 5 % a year, longs pay 3 %, compounded over 252 days', () => {
    const perDay = (rate: number): number => (1 + rate) ** (1 / 252) - 1
    const short = publishedBook({
      rows: 34,
      b: 1,
      value: 1_000_000,
      carry: { kind: 'spot', borrowPerYear: perDay(0.05) * (YEAR_MS / DAY_MS) },
    })
    const random = makeRandom('holding')
    for (let trial = 0; trial < 20; trial++) {
      const w = Float64Array.from({ length: short.n }, () => random.normal() / short.n)
      const [longs, shorts] = [w.map((each) => Math.max(0, each)), w.map((each) => Math.min(0, each))]
      const sum = (column: Float64Array): number => column.reduce((total, each) => total + each, 0)
      expect(relativeGap(estimateCarry(short.terms, w)!, -sum(shorts) * perDay(0.05))).toBeLessThan(1e-12)
      // What longs pay is funding once a day.
      const funding = { intervalMs: DAY_MS, anchor: 0, next: perDay(0.03), reversion: null, cap: null }
      const { terms } = publishedBook({ rows: 34, b: 1, value: 1_000_000, carry: { kind: 'perp', funding } })
      expect(relativeGap(estimateCarry(terms, longs)!, sum(longs) * perDay(0.03))).toBeLessThan(1e-12)
    }
  })
})
