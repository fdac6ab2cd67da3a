import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ConcentratedPool, type SwapStepInput, swap, swapStep } from '../../../src/core/cost/swap.ts'
import {
  ROOT_PRICE_MAX,
  ROOT_PRICE_MIN,
  rootPriceOfTick,
  TICK_MAX,
  tickOfRootPrice,
} from '../../../src/core/cost/tick.ts'
import { absent, codesOf, readJson, relativeGap, unwrap } from './reference.ts'

const Q96 = 1n << 96n
const E18 = 10n ** 18n

const rootOf = (n: bigint): bigint => {
  let [low, high] = [0n, n + 1n]
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle * middle <= n) low = middle
    else high = middle
  }
  return low
}
/** √(a/b) in units of 2⁻⁹⁶, rounded down. */
const encode = (a: bigint, b: bigint): bigint => rootOf((a << 192n) / b)

describe('ticks', () => {
  test.skipIf(absent)('[COST-19] every published integer of a tick and of a root price', () => {
    let checked = 0
    for (const [name, value] of Object.entries(readJson<Record<string, string>>('micro/uniswap_v3/TickMath.json'))) {
      const tick = /getSqrtRatioAtTick tick (-?\d+) result/.exec(name)?.[1]
      const ratio = /getTickAtSqrtRatio ratio (\d+) result/.exec(name)?.[1]
      if (tick !== undefined) expect(String(rootPriceOfTick(Number(tick)))).toBe(value)
      if (ratio !== undefined) expect(String(unwrap(tickOfRootPrice(BigInt(ratio))))).toBe(value)
      if (tick !== undefined || ratio !== undefined) checked++
    }
    expect(checked).toBe(41)
  })

  test('[COST-19] the tick of a price is the last at or below it, and prices are 1.0001^tick to 9 digits', () => {
    const ticks = fc.integer({ min: -TICK_MAX, max: TICK_MAX - 1 })
    fc.assert(
      fc.property(ticks, (tick) => {
        const root = rootPriceOfTick(tick)
        expect(unwrap(tickOfRootPrice(root))).toBe(tick)
        if (tick > -TICK_MAX) expect(unwrap(tickOfRootPrice(root - 1n))).toBe(tick - 1)
        if (Math.abs(tick) < 400_000)
          expect(relativeGap((Number(root) / 2 ** 96) ** 2, 1.0001 ** tick)).toBeLessThan(1e-9)
      }),
      { seed: 16, numRuns: 200 },
    )
    expect([ROOT_PRICE_MIN, rootPriceOfTick(0)]).toEqual([4295128739n, Q96])
    expect(codesOf(tickOfRootPrice(ROOT_PRICE_MIN - 1n))).toEqual(['cost.pool'])
    expect(codesOf(tickOfRootPrice(ROOT_PRICE_MAX))).toEqual(['cost.pool'])
    expect(() => rootPriceOfTick(TICK_MAX + 1)).toThrow('tick')
  })
})

describe('swap step', () => {
  test.skipIf(absent)('[COST-20] every published step, to the last unit', () => {
    type Vector = Readonly<
      Record<
        'name' | 'sqrtP' | 'target' | 'liquidity' | 'amountRemaining' | 'amountIn' | 'amountOut' | 'feeAmount',
        string
      >
    > & {
      readonly feePips: number
      readonly sqrtQ?: string
    }
    const vectors = readJson<readonly Vector[]>('micro/uniswap_v3/swap_step_vectors.json')
    expect(vectors).toHaveLength(9)
    for (const vector of vectors) {
      const read = (text: string, from: bigint): bigint => {
        const ratio = /^encode\((\d+)\/(\d+)\)$/.exec(text)
        const scaled = /^sqrtP\*(\d+)\/(\d+)$/.exec(text)
        if (ratio) return encode(BigInt(ratio[1]!), BigInt(ratio[2]!))
        return scaled ? (from * BigInt(scaled[1]!)) / BigInt(scaled[2]!) : BigInt(text)
      }
      const rootPrice = read(vector.sqrtP, 0n)
      const target = read(vector.target, rootPrice)
      const input = { rootPrice, target, liquidity: BigInt(vector.liquidity), feePips: vector.feePips }
      const step = swapStep({ ...input, amount: BigInt(vector.amountRemaining) })
      expect([vector.name, step.amountIn, step.amountOut, step.fee]).toEqual([
        vector.name,
        BigInt(vector.amountIn),
        BigInt(vector.amountOut),
        BigInt(vector.feeAmount),
      ])
      if (vector.sqrtQ === '=target') expect(step.rootPrice).toBe(target)
      else if (vector.sqrtQ !== undefined) expect(step.rootPrice).toBe(BigInt(vector.sqrtQ))
      else expect(step.rootPrice > rootPrice && step.rootPrice < target).toBe(true)
    }
  })

  const inputs = fc.record({
    from: fc.integer({ min: -200_000, max: 200_000 }),
    move: fc.integer({ min: -5_000, max: 5_000 }),
    liquidity: fc.bigInt({ min: 10n ** 6n, max: 10n ** 24n }),
    amount: fc.bigInt({ min: 1n, max: 10n ** 24n }),
    feePips: fc.constantFrom(0, 100, 500, 3000, 10_000),
  })
  test('[COST-20] a step never passes its target, spends no more than given, and agrees with the formula in the reals', () => {
    fc.assert(
      fc.property(inputs, fc.boolean(), ({ from, move, liquidity, amount, feePips }, exactIn) => {
        const input: SwapStepInput = {
          rootPrice: rootPriceOfTick(from),
          target: rootPriceOfTick(from + move),
          liquidity,
          amount: exactIn ? amount : -amount,
          feePips,
        }
        const { rootPrice, amountIn, amountOut, fee } = swapStep(input)
        const falling = move <= 0
        expect(
          falling
            ? rootPrice >= input.target && rootPrice <= input.rootPrice
            : rootPrice <= input.target && rootPrice >= input.rootPrice,
        ).toBe(true)
        if (exactIn) expect(amountIn + fee <= amount).toBe(true)
        else expect(amountOut <= amount).toBe(true)
        const [p, q, l] = [Number(input.rootPrice) / 2 ** 96, Number(rootPrice) / 2 ** 96, Number(liquidity)]
        const [x, y] = [l * Math.abs(1 / q - 1 / p), l * Math.abs(q - p)]
        const slack = (value: number): number => 2 + 1e-12 * l * (p + 1 / p) + 1e-9 * value
        expect(Math.abs(Number(amountIn) - (falling ? x : y))).toBeLessThan(slack(falling ? x : y))
        const out = falling ? y : x
        expect(Number(amountOut)).toBeLessThan(out + slack(out))
        // The fee is its share of everything that went in, at most what was left over more.
        expect(fee * 1_000_000n >= (amountIn + fee) * BigInt(feePips) - 1_000_000n).toBe(true)
      }),
      { seed: 17, numRuns: 500 },
    )
  })

  test('[COST-20] where a product does not fit 256 bits the contract divides first, and so does a step', () => {
    const [rootPrice, liquidity, amount] = [(1n << 159n) + 12345678901234567890n, (1n << 127n) + 987654321n, 1n << 98n]
    const ceiling = (n: bigint, d: bigint): bigint => (n + d - 1n) / d
    const scaled = liquidity << 96n
    expect(amount * rootPrice >= 1n << 256n).toBe(true)
    const { rootPrice: end } = swapStep({ rootPrice, target: ROOT_PRICE_MIN, liquidity, amount, feePips: 0 })
    expect(end).toBe(ceiling(scaled, scaled / rootPrice + amount))
    expect(end).not.toBe(ceiling(scaled * rootPrice, scaled + amount * rootPrice))
  })

  test('[COST-20] more out than a range holds gives what it holds, and stops at the target', () => {
    const falling = { rootPrice: Q96, target: 1n, liquidity: 10n, amount: -11n, feePips: 0 }
    expect(swapStep(falling)).toMatchObject({ rootPrice: 1n, amountOut: 9n })
  })
})

describe('swap', () => {
  const wide: ConcentratedPool = {
    rootPrice: Q96,
    tick: 0,
    liquidity: 2n * E18,
    feePips: 3000,
    tickSpacing: 60,
    ticks: [
      { tick: -887_220, net: 2n * E18 },
      { tick: 887_220, net: -2n * E18 },
    ],
  }

  test('[COST-20] 1.0 of token 0 into a pool of 2e18 at price 1 and .3 % gives .665331998665331998 of token 1', () => {
    const found = unwrap(swap(wide, { tokenIn: 0, amount: E18, limit: null }))
    expect(found.amountOut).toBe(665331998665331998n)
    expect(found.amountIn).toBe(E18)
    expect(found.pool.tick).toBe(-8090)
    expect((Number(found.pool.rootPrice) / 2 ** 96) ** 2).toBeCloseTo(0.44533, 5)
    // The mirror image, and back: the fee is lost twice.
    expect(unwrap(swap(wide, { tokenIn: 1, amount: E18, limit: null })).amountOut).toBe(665331998665331998n)
    const back = unwrap(swap(found.pool, { tokenIn: 1, amount: found.amountOut, limit: null }))
    expect(back.amountOut < E18).toBe(true)
    expect(Number(back.amountOut) / 1e18).toBeGreaterThan(0.99)
  })

  test('[COST-20] without its own ticks it is a constant product, and what comes out of an input brings out the same', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 12n, max: 10n ** 19n }), fc.constantFrom<0 | 1>(0, 1), (amount, tokenIn) => {
        const into = unwrap(swap(wide, { tokenIn, amount, limit: null }))
        const net = Number(amount) * 0.997
        expect(relativeGap(Number(into.amountOut), (net * 2e18) / (2e18 + net))).toBeLessThan(1e-9)
        const out = unwrap(swap(wide, { tokenIn, amount: -into.amountOut, limit: null }))
        expect(out.amountOut).toBe(into.amountOut)
        expect(out.amountIn <= amount).toBe(true)
        expect(relativeGap(Number(out.amountIn), Number(amount))).toBeLessThan(1e-9)
      }),
      { seed: 18, numRuns: 200 },
    )
  })

  test('[COST-20] across ticks the amounts are those of each range; liquidity follows the ticks both ways', () => {
    const pool: ConcentratedPool = {
      ...wide,
      liquidity: 5n * E18,
      feePips: 0,
      ticks: [
        { tick: -887_220, net: 2n * E18 },
        { tick: -600, net: 3n * E18 },
        { tick: 600, net: -3n * E18 },
        { tick: 887_220, net: -2n * E18 },
      ],
    }
    const limit = rootPriceOfTick(-1200)
    const down = unwrap(swap(pool, { tokenIn: 0, amount: 100n * E18, limit }))
    const root = (tick: number): number => 1.0001 ** (tick / 2)
    expect(
      relativeGap(Number(down.amountOut), 5e18 * (1 - root(-600)) + 2e18 * (root(-600) - root(-1200))),
    ).toBeLessThan(1e-9)
    expect(
      relativeGap(Number(down.amountIn), 5e18 * (1 / root(-600) - 1) + 2e18 * (1 / root(-1200) - 1 / root(-600))),
    ).toBeLessThan(1e-9)
    expect([down.left, down.pool.liquidity]).toEqual([100n * E18 - down.amountIn, 2n * E18])
    const up = unwrap(swap(down.pool, { tokenIn: 1, amount: 100n * E18, limit: rootPriceOfTick(1200) }))
    expect([up.pool.liquidity, up.pool.tick]).toEqual([2n * E18, 1200])
    const mirrored = unwrap(swap(pool, { tokenIn: 1, amount: 100n * E18, limit: rootPriceOfTick(1200) }))
    expect(relativeGap(Number(mirrored.amountOut), Number(down.amountOut))).toBeLessThan(1e-9)
  })

  test('[COST-20] two halves give what one swap gives, less at most the roundings', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 12n, max: 10n ** 19n }), (amount) => {
        const whole = unwrap(swap(wide, { tokenIn: 0, amount: 2n * amount, limit: null }))
        const first = unwrap(swap(wide, { tokenIn: 0, amount, limit: null }))
        const second = unwrap(swap(first.pool, { tokenIn: 0, amount, limit: null }))
        const lost = whole.amountOut - first.amountOut - second.amountOut
        expect(lost >= -3n && lost <= 30n).toBe(true)
      }),
      { seed: 19, numRuns: 100 },
    )
  })

  test('[COST-20] a swap that runs out of liquidity says what is left', () => {
    const found = unwrap(swap(wide, { tokenIn: 0, amount: -3n * E18, limit: null }))
    // All but what each of the 59 blocks of ticks on the way rounds down.
    const kept = 2n * E18 - found.amountOut
    expect(kept > 0n && kept <= 59n).toBe(true)
    expect(found.left).toBe(found.amountOut - 3n * E18)
    expect(found.pool.rootPrice).toBe(ROOT_PRICE_MIN + 1n)
  })

  test.each<[string, Partial<ConcentratedPool>, bigint, bigint | null]>([
    ['no amount', {}, 0n, null],
    ['a limit on the wrong side', {}, E18, Q96 + 1n],
    ['a limit beyond all prices', {}, E18, 1n],
    ['a price out of range', { rootPrice: 1n }, E18, null],
    ['a tick of another price', { tick: 5 }, E18, null],
    ['negative liquidity', { liquidity: -1n }, E18, null],
    ['a fee of everything', { feePips: 1_000_000 }, E18, null],
    ['no tick spacing', { tickSpacing: 0 }, E18, null],
    ['ticks off the spacing', { ticks: [{ tick: 61, net: 1n }] }, E18, null],
    ['ticks that take away more than there is', { ticks: [{ tick: -60, net: 3n * E18 }] }, E18, null],
  ])('[COST-20] %s is refused', (_, over, amount, limit) => {
    expect(codesOf(swap({ ...wide, ...over }, { tokenIn: 0, amount, limit }))).toEqual(['cost.pool'])
  })
})
