import { describe, expect, it } from 'vitest'
import { makeRandom } from '../../src/core/base/random.ts'
import {
  type Change,
  COST,
  HOURS_PER_YEAR,
  type Rule,
  replay,
  type Scene,
  type View,
} from '../../tools/look-ahead/replay.ts'
import { ahead, costAware, delay, moveAim } from '../../tools/look-ahead/rules.ts'

const [BARS, WARM_UP, CHANGE_AT, KNOWN_AT] = [400, 100, 300, 250]
const BEFORE = Float64Array.of(0.4, 0.4)
const AFTER = Float64Array.of(0.1, 0.7)

/** Two coins, a change of targets at one bar that is known 50 bars ahead. */
function scene(shockAt = BARS, seed = 5): Scene {
  const random = makeRandom(seed)
  const price = [100, 100]
  const close = Array.from({ length: BARS }, (_, bar) =>
    Float64Array.from(price, (_each, i) => {
      price[i]! *= 1 + 0.01 * random.normal() * (bar >= shockAt ? 5 : 1)
      return price[i]!
    }),
  )
  const none = close.map(() => null)
  return {
    names: ['A', 'B'],
    close,
    step: 1,
    warmUp: WARM_UP,
    target: close.map((_, bar) => (bar < CHANGE_AT ? BEFORE : AFTER)),
    announced: close.map((_, bar): Change | null =>
      bar < KNOWN_AT || bar >= CHANGE_AT
        ? null
        : { hours: CHANGE_AT - bar, shift: AFTER.map((each, i) => each - BEFORE[i]!) },
    ),
    funding: none,
    expected: none,
  }
}

/** What a rule traded, by bar. */
function tradesOf(book: Scene, rule: Rule): (readonly number[] | null)[] {
  const trades: (readonly number[] | null)[] = []
  replay(book, (view) => {
    const trade = rule(view)
    trades.push(trade === null ? null : [...trade])
    return trade
  })
  return trades
}
const untilBar = <T>(list: readonly T[], bar: number): readonly T[] => list.slice(0, bar - WARM_UP - 1)

const VARIANCE = 0.36 / HOURS_PER_YEAR
const GAMMA = 3
/** One coin that is `deviation` over its target, with an event ahead. */
const view = (deviation: number, event: Partial<View>): View => ({
  hour: 0,
  step: 1,
  deviation: Float64Array.of(deviation),
  target: Float64Array.of(0.5),
  covariance: Float64Array.of(VARIANCE),
  announced: null,
  expected: null,
  ...event,
})
const HOURS = 4
const shift = (by: number): Partial<View> => ({ announced: { hours: HOURS, shift: Float64Array.of(by) } })
const payment = (rate: number): Partial<View> => ({ expected: { hours: HOURS, rate: Float64Array.of(rate) } })

describe('a horizon of two stages', () => {
  it('[AHEAD-1] no decision depends on later prices, nor on a change before it is known', () => {
    for (const rule of [() => ahead(GAMMA, 2, 1), () => moveAim(GAMMA, 2), () => costAware(GAMMA, 2)]) {
      expect(untilBar(tradesOf(scene(320), rule()), 320)).toEqual(untilBar(tradesOf(scene(), rule()), 320))
      const untold: Scene = { ...scene(), announced: scene().announced.map(() => null) }
      expect(untilBar(tradesOf(scene(), rule()), KNOWN_AT)).toEqual(untilBar(tradesOf(untold, rule()), KNOWN_AT))
    }
    expect(tradesOf(scene(), ahead(GAMMA, 2, 1)).some((trade) => trade !== null)).toBe(true)
  })

  it('[AHEAD-2] where nothing is ahead, or too far, it is costAware, trade for trade', () => {
    const untold: Scene = { ...scene(), announced: scene().announced.map(() => null) }
    expect(tradesOf(untold, ahead(GAMMA, 2, 1))).toEqual(tradesOf(untold, costAware(GAMMA, 2)))
    expect(tradesOf(untold, delay(GAMMA, 2, 8))).toEqual(tradesOf(untold, costAware(GAMMA, 2)))
    expect(tradesOf(scene(), ahead(GAMMA, 2, 0))).toEqual(tradesOf(scene(), costAware(GAMMA, 2)))
  })

  it('[AHEAD-3] one coin by hand: what the change would trade anyway costs nothing now, what it would undo costs twice', () => {
    const decide = (deviation: number, event: Partial<View>): number =>
      ahead(GAMMA, 1, 1)(view(deviation, event))?.[0] ?? 0
    const running = HOURS * GAMMA * VARIANCE
    // The target falls far below what is held: sold is what is too much today, to the last unit.
    expect(decide(0.001, shift(-0.3))).toBeCloseTo(-0.001, 12)
    expect(decide(-0.001, shift(-0.3))).toBe(0)
    // The target rises far above: selling now and buying back pays twice, until the running cost of it is 2a.
    expect(decide(0.1, shift(0.3))).toBe(0)
    expect(2 * COST).toBeGreaterThan(0.1 * running)
    const edge = (2 * COST) / running
    expect(decide(edge + 0.05, shift(edge + 0.5))).toBeCloseTo(-0.05, 9)
  })

  it('[AHEAD-4] a payment only moves trades in time: a buy waits where it costs more than the deviation until then', () => {
    const now = costAware(GAMMA, 1)(view(-0.1, {}))![0]!
    expect(now).toBeGreaterThan(0)
    const running = HOURS * GAMMA * VARIANCE
    const wait = (rate: number, within = 8): number => delay(GAMMA, 1, within)(view(-0.1, payment(rate)))?.[0] ?? 0
    expect(wait(1.01 * running * 0.1)).toBe(0)
    // Bought until what is still missing costs what the payment does.
    const rate = running * (0.1 - now / 2)
    expect(wait(rate)).toBeCloseTo(now / 2, 9)
    // A payment to longs hurries nothing beyond today's trade, and one further off than asked for changes nothing.
    expect(wait(-0.01)).toBeCloseTo(now, 12)
    expect(wait(0.01, HOURS - 1)).toBeCloseTo(now, 12)
  })

  it('[AHEAD-5] cost is trading and what is paid beyond the target book, error is about the target of the hour', () => {
    const flat: Scene = {
      ...scene(),
      close: scene().close.map((_, bar) => Float64Array.of(100 * 1.001 ** bar, 100)),
      funding: scene().close.map((_, bar) => (bar === 350 ? Float64Array.of(0.001, 0.001) : null)),
    }
    // Never trades: A drifts alone, and from the change on the book is off by all of it.
    const { active, paid } = replay(flat, () => null)
    expect(active.length).toBe(BARS - 1 - WARM_UP)
    expect(active[0]).toBeCloseTo(0, 12)
    const weight = (bar: number): number => (0.4 * 1.001 ** bar) / (1 + 0.4 * (1.001 ** bar - 1))
    const at = (bar: number): number => bar - WARM_UP - 1
    expect(active[at(CHANGE_AT)]! / 0.001).toBeCloseTo(weight(at(CHANGE_AT)) - 0.4, 9)
    expect(active[at(CHANGE_AT + 1)]! / 0.001).toBeCloseTo(weight(at(CHANGE_AT + 1)) - 0.1, 9)
    const bar = at(350)
    const other = 0.4 / (1 + 0.4 * (1.001 ** bar - 1))
    expect(paid[bar]! / 0.001).toBeCloseTo(weight(bar) + other - 0.8, 9)
    expect(paid.filter((each) => each !== 0).length).toBe(1)
  })
})
