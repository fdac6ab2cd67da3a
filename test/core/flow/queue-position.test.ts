import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CancelModel,
  joinQueue,
  onLevelChange,
  onTrade,
  type QueuedOrder,
} from '../../../src/core/flow/queue-position.ts'

const MODELS: readonly CancelModel[] = ['front', 'proportional', 'back']

const join = (cancels: CancelModel, level = 10, lots = 5): QueuedOrder =>
  joinQueue({ side: 'buy', tick: 100, cancels, lots, level })

/** `t4` a trade of 4 at the price, `p4` one past it, `l6` the level is 6. Gives what is filled in all, and what is ahead. */
function follow(order: QueuedOrder, script: string): { readonly filled: number; readonly order: QueuedOrder } {
  let [now, filled] = [order, 0]
  for (const word of script.split(' ')) {
    const lots = Number(word.slice(1))
    if (word.startsWith('l')) now = onLevelChange(now, lots)
    else {
      const step = onTrade(now, { taker: 'sell', tick: word.startsWith('p') ? 99 : 100, lots })
      now = step.order
      filled += step.filled
    }
  }
  return { filled, order: now }
}

describe('queue position', () => {
  test.each([
    // What trades does not depend on how cancels are read.
    ['joins behind all others', 'l10', [0, 0, 0], [10, 10, 10]],
    ['trades take what is ahead', 't4 l6', [0, 0, 0], [6, 6, 6]],
    ['then the order', 't12 l0', [2, 2, 2], [0, 0, 0]],
    ['at most the order', 't99 l0', [5, 5, 5], [0, 0, 0]],
    ['who joins later is behind', 'l15 t10', [0, 0, 0], [0, 0, 0]],
    ['a trade and its level count once', 't4 l6 t4 l2', [0, 0, 0], [2, 2, 2]],
    ['a level that is gone leaves nothing ahead', 'l0 l30 t3', [3, 3, 3], [0, 0, 0]],
    ['a trade past the price fills', 'p3', [3, 3, 3], [0, 0, 0]],
    // 10 ahead, 10 behind, 5 cancelled.
    ['cancels', 'l20 l15', [0, 0, 0], [5, 7.5, 10]],
    ['cancels of all that is behind and more', 'l20 l8', [0, 0, 0], [0, 4, 8]],
    ['cancels beside trades', 'l20 t4 l11', [0, 0, 0], [1, 6 - (5 * 6) / 16, 6]],
    ['while nobody is behind all cancels are ahead', 'l7 t8', [1, 1, 1], [0, 0, 0]],
    ['a part of a lot ahead keeps a lot from filling', 'l20 l15 t8', [3, 0, 0], [0, 0, 2]],
  ])('[FLOW-11] %s: %s', (_, script, filled, ahead) => {
    const ends = MODELS.map((model) => follow(join(model), script))
    expect(ends.map((end) => end.filled)).toEqual(filled)
    expect(ends.map((end) => end.order.ahead)).toEqual(ahead)
    for (const end of ends) expect(end.order.lots).toBe(5 - end.filled)
  })

  test.each([
    ['buy', 'sell', 100, 1],
    ['buy', 'sell', 99, 5],
    ['buy', 'sell', 101, 0],
    ['buy', 'buy', 100, 0],
    ['buy', 'buy', 99, 0],
    ['sell', 'buy', 100, 1],
    ['sell', 'buy', 101, 5],
    ['sell', 'buy', 99, 0],
    ['sell', 'sell', 100, 0],
  ] as const)('[FLOW-11] an order to %s, hit by a taker who %ss at %i, fills %i', (side, taker, tick, filled) => {
    const order = joinQueue({ side, tick: 100, cancels: 'back', lots: 5, level: 10 })
    expect(onTrade(order, { taker, tick, lots: 11 }).filled).toBe(filled)
  })

  test('[FLOW-11] lots that are not whole are a mistake of the program', () => {
    expect(() => join('front', 10, 0)).toThrow('invariant')
    expect(() => join('front', 1.5)).toThrow('invariant')
    expect(() => onLevelChange(join('front'), -1)).toThrow('invariant')
    expect(() => onTrade(join('front'), { taker: 'sell', tick: 100, lots: Number.NaN })).toThrow('invariant')
  })
})

/** What happens to the others of a queue: one joins, one of them (by its place) cancels a part, somebody trades. */
type Event =
  | { readonly kind: 'join'; readonly lots: number }
  | { readonly kind: 'cancel'; readonly place: number; readonly lots: number }
  | { readonly kind: 'trade'; readonly lots: number }

const lots = fc.integer({ min: 1, max: 9 })
const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: lots.map((each): Event => ({ kind: 'join', lots: each })) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), place: fc.nat(), lots }) },
  { weight: 2, arbitrary: lots.map((each): Event => ({ kind: 'trade', lots: each })) },
)

interface Queue {
  /** Each order's lots from the front; the own one is null. */
  readonly others: (number | null)[]
  own: number
}
const sizeOfOthers = ({ others }: Queue): number => others.reduce((sum: number, each) => sum + (each ?? 0), 0)

/**
 * A queue by price and time, order by order. The own order is not in the market that was recorded: a trade takes as much of the
 * others as it would without it. @returns lots of the own order that it fills
 */
function trade(queue: Queue, traded: number): number {
  const ahead = queue.others.slice(0, queue.others.indexOf(null)).reduce((sum: number, each) => sum + each!, 0)
  const filled = Math.min(queue.own, Math.max(0, traded - ahead))
  queue.own -= filled
  let rest = traded
  queue.others.forEach((each, k) => {
    if (each === null) return
    const taken = Math.min(each, rest)
    queue.others[k] = each - taken
    rest -= taken
  })
  return filled
}

function cancel(queue: Queue, { place, lots: cancelled }: { readonly place: number; readonly lots: number }): void {
  const alive = queue.others.flatMap((each, k) => (each !== null && each > 0 ? [k] : []))
  const k = alive[place % Math.max(1, alive.length)]
  if (k !== undefined) queue.others[k] = Math.max(0, queue.others[k]! - cancelled)
}

describe('against a queue order by order', () => {
  const property = (
    look: (truth: number, fills: readonly number[], ahead: readonly number[]) => void,
    netting: boolean,
  ) =>
    fc.property(fc.array(lots, { maxLength: 6 }), fc.array(events, { maxLength: 60 }), (first, happened) => {
      const queue: Queue = { others: [...first, null], own: 12 }
      let orders = MODELS.map((cancels) => join(cancels, sizeOfOthers(queue), 12))
      const fills = MODELS.map(() => 0)
      let truth = 0
      happened.forEach((event, k) => {
        if (event.kind === 'join') queue.others.push(event.lots)
        else if (event.kind === 'cancel') cancel(queue, event)
        else {
          truth += trade(queue, event.lots)
          orders = orders.map((order, model) => {
            const step = onTrade(order, { taker: 'sell', tick: 100, lots: event.lots })
            fills[model]! += step.filled
            return step.order
          })
        }
        // Where updates are netted, only every third is sent, and after each trade, as venues do.
        if (!netting || event.kind === 'trade' || k % 3 === 0)
          orders = orders.map((order) => onLevelChange(order, sizeOfOthers(queue)))
        look(
          truth,
          fills,
          orders.map(({ ahead }) => ahead),
        )
      })
    })
  const seeded = { seed: 20261125, numRuns: 1000 }

  test('[FLOW-12] the order itself fills no less than back says and no more than front, and proportional lies between', () => {
    fc.assert(
      property((truth, [front, proportional, back], ahead) => {
        expect(front).toBeGreaterThanOrEqual(truth)
        expect(truth).toBeGreaterThanOrEqual(back!)
        expect(front).toBeGreaterThanOrEqual(proportional!)
        expect(proportional).toBeGreaterThanOrEqual(back!)
        expect(ahead.every((each) => each >= 0)).toBe(true)
      }, false),
      seeded,
    )
  })

  test('[FLOW-12] back never fills more than the order itself would, also where updates net cancels against joins', () => {
    fc.assert(
      property((truth, [, , back]) => expect(truth).toBeGreaterThanOrEqual(back!), true),
      seeded,
    )
  })
})
