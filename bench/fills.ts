/** Fills of a book for the bench of the ledger: sizes, prices and sides at random, so that positions grow, shrink and flip. */
import { fromUnits } from '../src/core/base/decimal.ts'
import { makeRandom } from '../src/core/base/random.ts'
import type { Universe } from '../src/core/domain/universe.ts'
import type { LedgerEvent } from '../src/core/ledger/ledger-event.ts'

export const FILLS_ACCOUNT = 'main'

/** @param count of fills, over the instruments of a universe in turn */
export function makeFills(universe: Universe, count: number, seed: number): LedgerEvent[] {
  const random = makeRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const { id, quote } = universe.instruments[index % universe.instruments.length]!
    return {
      kind: 'filled',
      seq: index + 1,
      at: 1_700_000_000_000 + index,
      account: FILLS_ACCOUNT,
      id: `fill-${index}`,
      instrument: id,
      side: random.uniform() < 0.5 ? 'buy' : 'sell',
      quantity: fromUnits(BigInt(1 + random.integer(10_000)) * 10n ** 14n),
      price: fromUnits(BigInt(10_000 + random.integer(1_000)) * 10n ** 16n),
      fees: [{ amount: fromUnits(BigInt(random.integer(1_000)) * 10n ** 13n), currency: quote }],
      order: null,
    }
  })
}
