/**
 * Which resting orders a range of trades fills, and how much of each. Where the range went through a limit by a tick at least
 * (at all, without a tick), `participation` of the traded volume reaches the orders there; where it only touched the limit,
 * `touch` of it, others being ahead in the queue. Always at the limit, never better: within a range nobody knows the way.
 * Price before time: the dearest buy and the cheapest sell first, of equals the one that came first, and what one order
 * takes of the volume the next ones do not have. Quotes alone fill nothing that rests.
 */
import { add, compare, type Decimal, decimalOfNumber, roundTo, subtract, ZERO } from '../base/decimal.ts'
import { type Ratio, ratioMultiply, ratioOf, ratioToDecimal } from '../base/ratio.ts'
import { type Draft, instrumentAt, isTrading } from './venue-draft.ts'
import { fillResting, restOf } from './venue-orders.ts'
import type { Resting } from './venue-state.ts'
import type { Ranged } from './venue-types.ts'

export function matchRange(draft: Draft, range: Ranged): void {
  const instruments = [...new Set(draft.orders.map(({ instrument }) => instrument))].sort((a, b) => a - b)
  for (const j of instruments) {
    const [high, low, volume] = [range.high[j]!, range.low[j]!, range.volume[j]!]
    // Where a book is fed its trades are told; without a bar, or without a mark to hold by, nothing fills.
    if (draft.books[j] !== null || !(volume > 0) || !isTrading(draft, j)) continue
    matchOne(draft, j, { high: decimalOfNumber(high), low: decimalOfNumber(low), volume: decimalOfNumber(volume) })
  }
}

interface Bar {
  readonly high: Decimal
  readonly low: Decimal
  readonly volume: Decimal
}

function matchOne(draft: Draft, j: number, bar: Bar): void {
  const { lot } = instrumentAt(draft, j).grid
  const { resting } = draft.rules.terms
  let taken = ZERO
  for (const order of draft.orders.filter(({ instrument }) => instrument === j).sort(byPriority)) {
    const reach = reachOf(draft, order, bar)
    if (reach === null) continue
    const share: Ratio = resting[reach]
    const budget = subtract(ratioToDecimal(ratioMultiply(ratioOf(bar.volume), share), 'floor'), taken)
    const rest = restOf(order)
    // What closes a position exactly may end off the lots.
    const part = budget >= rest ? rest : roundTo(budget, lot, 'floor')
    if (part > ZERO) taken = add(taken, fillResting(draft, order.intent.id, part))
  }
}

/** Buys before sells, so that both have a place; within a side the better price first, the sort being stable. */
export function byPriority({ intent: a }: Resting, { intent: b }: Resting): number {
  if (a.side !== b.side) return a.side === 'buy' ? -1 : 1
  return a.side === 'buy' ? compare(b.price!, a.price!) : compare(a.price!, b.price!)
}

/** How far a bar went past the limit of an order; null where it did not come to it. */
function reachOf(
  draft: Draft,
  { instrument: j, intent }: Resting,
  { high, low }: Bar,
): 'participation' | 'touch' | null {
  const tick = instrumentAt(draft, j).grid.tick ?? ZERO
  const limit = intent.price!
  const past = intent.side === 'buy' ? subtract(limit, low) : subtract(high, limit)
  if (past < ZERO) return null
  return past > ZERO && past >= tick ? 'participation' : 'touch'
}
