/** The bench of margin: what a book of perps needs under tiers, how far it is from liquidation, and one exact liquidation price. */
import { decimal, decimalOfNumber, ZERO } from '../src/core/base/decimal.ts'
import { makeRandom } from '../src/core/base/random.ts'
import type { Perp } from '../src/core/domain/instrument.ts'
import { makeUniverse } from '../src/core/domain/universe.ts'
import { excessAlong, liquidationMoves } from '../src/core/margin/liquidation-moves.ts'
import { liquidationPrice } from '../src/core/margin/liquidation-price.ts'
import { tierModel } from '../src/core/margin/tier-model.ts'
import type { TierTerms } from '../src/core/margin/tiers.ts'
import { answered, measure, report, section } from './measure.ts'

const COUNT = 50
const SETS = 64

/** Ten tiers that double in value and rise in rate. */
const TERMS: TierTerms = {
  tiers: Array.from({ length: 10 }, (_, k) => ({
    from: k === 0 ? ZERO : decimalOfNumber(50_000 * 2 ** k),
    maintenance: decimalOfNumber((k + 1) / 200),
    leverageMax: decimalOfNumber(Math.floor(100 / (k + 1))),
  })),
  valueMax: null,
  closingFee: ZERO,
  maintainedAt: 'mark',
}

const perpOf = (id: string): Perp => ({
  kind: 'perp',
  id,
  underlying: id,
  venue: null,
  quote: 'USDT',
  settle: 'USDT',
  contract: 'linear',
  multiplier: decimal('1'),
  grid: { lot: decimal('0.001'), quantityMin: ZERO, notionalMin: null },
  fee: { taker: ZERO, maker: null },
  spread: ZERO,
})

export function benchMargin(): void {
  section(`margin by ten tiers each, a book of ${COUNT} perps`)
  const random = makeRandom('margin')
  const instruments = Array.from({ length: COUNT }, (_, k) => perpOf(`P${k}`))
  const universe = makeUniverse({ numeraire: 'USDT', instruments })
  const tiers = Object.fromEntries(instruments.map(({ id }) => [id, TERMS]))
  const profile = { venue: 'bench', from: 0, until: null, source: 'made up', partly: [], tiers, options: {} }
  const model = answered(tierModel(universe, { profile, leverage: instruments.map(() => null) }))
  const column = (draw: () => number): Float64Array => Float64Array.from(instruments, draw)
  const books = Array.from({ length: SETS }, () => column(() => 2e4 * (random.uniform() - 0.5)))
  const marks = Array.from({ length: SETS }, () => ({
    mark: column(() => 100 + random.uniform()),
    rate: Float64Array.of(1),
  }))
  const needed = measure((k) => model(books[k % SETS]!, marks[k % SETS]!), { warm: 2000, runs: 50, batch: 1000 })
  report('what the book needs', needed)
  const beta = new Float64Array(COUNT).fill(1)
  const span = { low: -0.9, high: 4, steps: 100 }
  const distance = (k: number): unknown => {
    const account = {
      universe,
      quantity: books[k % SETS]!,
      entry: marks[(k + 1) % SETS]!.mark,
      money: Float64Array.of(2e7),
      marks: marks[k % SETS]!,
    }
    return answered(liquidationMoves(answered(excessAlong(account, { model, beta })), span))
  }
  report('both moves that liquidate it', measure(distance, { warm: 20, runs: 50 }), '200 steps')
  const price = (k: number): unknown => {
    const entry = decimalOfNumber(100 + (k % 1000) / 100)
    const position = { instrument: instruments[0]!, quantity: decimal('9000'), entry, terms: TERMS }
    return answered(liquidationPrice(position, { collateral: decimal('90000'), others: [] }))
  }
  report('one exact liquidation price', measure(price, { warm: 500, runs: 50, batch: 50 }))
}
