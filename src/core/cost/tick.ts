/**
 * Prices of concentrated liquidity: tick i has the price 1.0001^i, kept as its square root in units of 2⁻⁹⁶ (Adams et al.,
 * "Uniswap v3 Core", 2021, §6.1). The integer of each tick is a product of roundings that the venue's contract fixes: factors
 * 1.0001^(−2^k/2) in units of 2⁻¹²⁸, one for each bit of |i|, each product rounded down; the reciprocal for i > 0; the
 * result rounded up. Both functions give those integers bit for bit.
 */
import { assert, type Result, refuse, succeed } from '../base/result.ts'

/** |tick| of the prices the integers can hold. */
export const TICK_MAX = 887_272

const BITS = 20
const SCALE = 400n
const Q128 = 1n << 128n

/** ⌊√n⌋ by Newton's method from above. */
function rootFloor(n: bigint): bigint {
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + n / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** 1.0001^(−2^k/2) · 2¹²⁸ to the nearest integer, k = 0 … 19. */
const FACTORS: readonly bigint[] = (() => {
  const factors: bigint[] = []
  let factor = rootFloor((((1n << SCALE) * 10_000n) / 10_001n) << SCALE)
  for (let k = 0; k < BITS; k++) {
    factors.push(((factor >> (SCALE - 129n)) + 1n) >> 1n)
    factor = (factor * factor) >> SCALE
  }
  return factors
})()

/** √price of a tick, in units of 2⁻⁹⁶. @param tick whole, |tick| ≤ 887272 */
export function rootPriceOfTick(tick: number): bigint {
  assert(Number.isSafeInteger(tick) && Math.abs(tick) <= TICK_MAX, `tick must be within ±${TICK_MAX}, was ${tick}`)
  const bits = Math.abs(tick)
  let product = Q128
  for (let k = 0; k < BITS; k++) if ((bits >> k) & 1) product = (product * FACTORS[k]!) >> 128n
  if (tick > 0) product = ((1n << 256n) - 1n) / product
  return (product + (1n << 32n) - 1n) >> 32n
}

export const ROOT_PRICE_MIN = rootPriceOfTick(-TICK_MAX)
export const ROOT_PRICE_MAX = rootPriceOfTick(TICK_MAX)

/** The largest tick whose √price is at most this one. @returns refused outside the prices of the ticks. */
export function tickOfRootPrice(rootPrice: bigint): Result<number> {
  if (rootPrice < ROOT_PRICE_MIN || rootPrice >= ROOT_PRICE_MAX)
    return refuse(
      'cost.pool',
      '',
      `root price must be from ${ROOT_PRICE_MIN} to below ${ROOT_PRICE_MAX}, was ${rootPrice}`,
      'give it in units of 2^-96',
    )
  let [low, high] = [-TICK_MAX, TICK_MAX]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (rootPriceOfTick(middle) <= rootPrice) low = middle
    else high = middle
  }
  return succeed(low)
}
