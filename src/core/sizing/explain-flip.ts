/** What would change a plan, in words: what has to move, and what is traded then. */
import { formatAmount } from '../base/format.ts'
import { assertNever } from '../base/result.ts'
import { limitPhrase } from './explain-limits.ts'
import { percent } from './explain-percent.ts'
import type { Flip } from './flip.ts'
import type { SizePlan } from './plan-types.ts'

export interface FlipWords {
  /** `price of BTC`, `cost of SOL`, `the turnover limit` */
  readonly what: string
  /** `falls 5.6 %`, `6.0 to 8.2 bp` */
  readonly move: string
  readonly trades: string
}

export function flipWords(flip: Flip, plan: SizePlan): FlipWords {
  const trades = tradesInstead(plan, flip.trades)
  switch (flip.kind) {
    case 'price':
      return {
        what: `price of ${flip.underlying}`,
        move: `${flip.move > 0 ? 'rises' : 'falls'} ${percent(Math.abs(flip.move))}`,
        trades,
      }
    case 'cost':
      return {
        what: `cost of ${flip.instrument}`,
        move: `${basisPoints(flip.now)} to ${basisPoints(flip.cost)} bp`,
        trades,
      }
    case 'limit': {
      const move = `${percent(flip.now).replace(' %', '')} to ${percent(flip.value)}`
      return {
        what: limitPhrase(flip).replace(/^the /, ''),
        move,
        trades: flip.effect === 'free' ? 'it holds nothing back' : trades,
      }
    }
    default:
      return assertNever(flip)
  }
}

const basisPoints = (fraction: number): string => formatAmount(fraction * 1e4, 1)

/** "also buy ETH, no longer sell BTC or buy SOL" */
export function tradesInstead(plan: SizePlan, trades: readonly string[]): string {
  if (trades.length === 0) return 'nothing is traded'
  const now = plan.legs.map(({ side, instrument }) => `${side} ${instrument}`)
  const [joins, leaves] = [trades.filter((each) => !now.includes(each)), now.filter((each) => !trades.includes(each))]
  const changes = [
    ...(joins.length === 0 ? [] : [`also ${joins.join(' and ')}`]),
    ...(leaves.length === 0 ? [] : [`no longer ${leaves.join(' or ')}`]),
  ]
  return changes.join(', ')
}
