/** Queue positions against real queues: a minute of Apple's shares, order by order, which lies beside the project. */
import { describe, expect, test } from 'vitest'
import {
  type CancelModel,
  joinQueue,
  onLevelChange,
  onTrade,
  type QueuedOrder,
} from '../../../src/core/flow/queue-position.ts'
import { absent, readReference } from '../cost/reference.ts'

const FILE = 'micro/lobster_aapl/AAPL_2012-06-21_34200000_57600000'
/** 1 joins, 2 part cancelled, 3 all cancelled, 4 traded, 5 traded unseen. */
const [JOINS, TRADES, UNSEEN] = [1, 4, 5]

interface Line {
  readonly type: number
  readonly id: string
  readonly shares: number
  readonly tick: number
  readonly side: 'buy' | 'sell'
}

const lines = (): Line[] =>
  readReference(`${FILE}_message_10.csv`)
    .trim()
    .split('\n')
    .map((row) => {
      const [, type, id, shares, price, direction] = row.split(',') as [string, string, string, string, string, string]
      return {
        type: Number(type),
        id,
        shares: Number(shares),
        tick: Number(price),
        side: direction.trim() === '1' ? 'buy' : 'sell',
      }
    })

/** Shares at a price after each line, for the ten best prices of each side. */
const books = (): ReadonlyMap<string, number>[] =>
  readReference(`${FILE}_orderbook_10.csv`)
    .trim()
    .split('\n')
    .map((row) => {
      const cells = row.split(',').map(Number)
      return new Map(
        Array.from({ length: cells.length / 2 }, (_, k) => [
          `${k % 2 === 0 ? 'sell' : 'buy'} ${cells[2 * k]}`,
          cells[2 * k + 1]!,
        ]),
      )
    })

interface Followed {
  readonly line: Line
  /** Shares ahead of it in truth. */
  ahead: number
  own: number
  others: number
  readonly later: Set<string>
  models: Record<CancelModel, QueuedOrder>
}
const MODELS: readonly CancelModel[] = ['front', 'proportional', 'back']

function follow(line: Line, level: number): Followed {
  const model = (cancels: CancelModel): QueuedOrder =>
    joinQueue({ side: line.side, tick: line.tick, cancels, lots: line.shares, level })
  return {
    line,
    ahead: level,
    own: line.shares,
    others: level,
    later: new Set(),
    models: { front: model('front'), proportional: model('proportional'), back: model('back') },
  }
}

/** What a line about another order at the same price does. */
function others(order: Followed, { type, id, shares, side, tick }: Line): void {
  if (type === JOINS) {
    order.later.add(id)
    order.others += shares
  } else {
    order.others -= shares
    if (!order.later.has(id)) order.ahead -= shares
  }
  for (const name of MODELS) {
    const taker = side === 'buy' ? 'sell' : 'buy'
    const traded =
      type === TRADES ? onTrade(order.models[name], { taker, tick, lots: shares }).order : order.models[name]
    order.models[name] = onLevelChange(traded, order.others)
  }
}

describe.skipIf(absent)('real queues', () => {
  // The models differ once something was cancelled while somebody was behind: after 58 of 458 events.
  test('[FLOW-12] what was ahead of 471 orders that came to rest lies between front and back after every event', () => {
    const after = books()
    const followed = new Map<string, Followed>()
    let [orders, events, apart] = [0, 0, 0]
    lines().forEach((line, k) => {
      if (line.type === UNSEEN) return
      for (const order of followed.values()) {
        if (order.line.id === line.id || order.line.tick !== line.tick || order.line.side !== line.side) continue
        others(order, line)
        const { front, proportional, back } = order.models
        expect(order.ahead).toBeGreaterThanOrEqual(front.ahead)
        expect(order.ahead).toBeLessThanOrEqual(back.ahead)
        expect(proportional.ahead).toBeGreaterThanOrEqual(front.ahead)
        expect(proportional.ahead).toBeLessThanOrEqual(back.ahead)
        events++
        if (front.ahead < back.ahead) apart++
      }
      const own = followed.get(line.id)
      if (own !== undefined) {
        own.own -= line.shares
        if (own.own === 0) followed.delete(line.id)
        // Executed while others were ahead: then it was no queue.
        if (line.type === TRADES) expect(own.ahead).toBe(0)
      }
      const level = after[k]!.get(`${line.side} ${line.tick}`)
      if (line.type !== JOINS || level === undefined) return
      followed.set(line.id, follow(line, level - line.shares))
      orders++
    })
    expect([orders, events, apart]).toEqual([471, 458, 58])
  })
})
