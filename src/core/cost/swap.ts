/**
 * Swaps against concentrated liquidity, in the venue's own integers (Adams et al., "Uniswap v3 Core", 2021, §6.2). Between two
 * ticks with liquidity L the amounts are Δx = L·Δ(1/√P) and Δy = L·Δ√P; the fee is taken from what goes in. Every quotient
 * is rounded in favour of the pool: what goes in up, what comes out down, as the contract does, so results are equal to
 * the last unit. Amounts are in the smallest unit of each token; √P in units of 2⁻⁹⁶; fees in millionths ("pips").
 */
import { divideInteger } from '../base/decimal.ts'
import { assert, type Result, refuse, succeed } from '../base/result.ts'
import { ROOT_PRICE_MAX, ROOT_PRICE_MIN, rootPriceOfTick, TICK_MAX, tickOfRootPrice } from './tick.ts'

const Q96 = 1n << 96n
const PIPS = 1_000_000n
const WORD_256 = 1n << 256n

const up = (n: bigint, d: bigint): bigint => divideInteger(n, d, 'ceiling')

/** Δx = L·(1/√low − 1/√high), rounded twice as the contract does. */
function amountOfToken0(low: bigint, high: bigint, { liquidity, mode }: Piece): bigint {
  const numerator = (liquidity << 96n) * (high - low)
  return divideInteger(divideInteger(numerator, high, mode), low, mode)
}

/** Δy = L·(√high − √low) */
const amountOfToken1 = (low: bigint, high: bigint, { liquidity, mode }: Piece): bigint =>
  divideInteger(liquidity * (high - low), Q96, mode)

interface Piece {
  readonly liquidity: bigint
  readonly mode: 'ceiling' | 'floor'
}

export interface SwapStepInput {
  /** √P now, and where this step must stop; a target at or below it means that token 0 goes in. */
  readonly rootPrice: bigint
  readonly target: bigint
  readonly liquidity: bigint
  /** + what goes in with the fee, − what must come out. */
  readonly amount: bigint
  /** 0 … 999,999 */
  readonly feePips: number
}

export interface SwapStep {
  readonly rootPrice: bigint
  /** Without the fee. */
  readonly amountIn: bigint
  readonly amountOut: bigint
  readonly fee: bigint
}

/** One step within a range of equal liquidity, below 2¹²⁸. */
export function swapStep({ rootPrice, target, liquidity, amount, feePips }: SwapStepInput): SwapStep {
  assert(rootPrice > 0n && target > 0n && liquidity >= 0n, 'prices must be above 0 and liquidity at least 0')
  const fee = BigInt(feePips)
  const falling = rootPrice >= target
  const exactIn = amount >= 0n
  const between = (end: bigint, what: 'in' | 'out'): bigint => {
    const [low, high] = falling ? [end, rootPrice] : [rootPrice, end]
    const piece: Piece = { liquidity, mode: what === 'in' ? 'ceiling' : 'floor' }
    return falling === (what === 'in') ? amountOfToken0(low, high, piece) : amountOfToken1(low, high, piece)
  }
  const available = exactIn ? (amount * (PIPS - fee)) / PIPS : -amount
  const reaches = available >= between(target, exactIn ? 'in' : 'out')
  const move = { rootPrice, liquidity, amount: available }
  const end = reaches ? target : exactIn ? priceAfterInput(move, falling) : priceAfterOutput(move, falling)
  const amountIn = between(end, 'in')
  const out = between(end, 'out')
  return {
    rootPrice: end,
    amountIn,
    amountOut: !exactIn && out > -amount ? -amount : out,
    // An input that ends inside the range is used up: what is not swapped is fee.
    fee: exactIn && end !== target ? amount - amountIn : up(amountIn * fee, PIPS - fee),
  }
}

interface Move {
  readonly rootPrice: bigint
  readonly liquidity: bigint
  readonly amount: bigint
}

/** √P after `amount` of token 0 (falling) or token 1 went in. */
function priceAfterInput({ rootPrice, liquidity, amount }: Move, falling: boolean): bigint {
  if (!falling) return rootPrice + (amount << 96n) / liquidity
  const scaled = liquidity << 96n
  const product = amount * rootPrice
  // The contract's product is 256 bits wide; where it would not fit, the contract divides in another order.
  return product < WORD_256 && scaled + product < WORD_256
    ? up(scaled * rootPrice, scaled + product)
    : up(scaled, scaled / rootPrice + amount)
}

/** √P after `amount` of token 1 (falling) or token 0 came out; the range holds more than that, or its end were reached. */
function priceAfterOutput({ rootPrice, liquidity, amount }: Move, falling: boolean): bigint {
  if (falling) return rootPrice - up(amount << 96n, liquidity)
  const scaled = liquidity << 96n
  return up(scaled * rootPrice, scaled - amount * rootPrice)
}

export interface LiquidityTick {
  readonly tick: number
  /** Liquidity that starts here when the price rises (and ends here when it falls). */
  readonly net: bigint
}

/** The state a swap starts from and leaves behind. */
export interface ConcentratedPool {
  readonly rootPrice: bigint
  /** The tick at or below the price; one lower right after the price fell onto a tick. */
  readonly tick: number
  /** Liquidity in range. */
  readonly liquidity: bigint
  readonly feePips: number
  /** > 0; ticks are multiples of it. */
  readonly tickSpacing: number
  /** Ascending, net ≠ 0. */
  readonly ticks: readonly LiquidityTick[]
}

export interface SwapOrder {
  readonly tokenIn: 0 | 1
  /** + what goes in with the fee, − what must come out; not 0. */
  readonly amount: bigint
  /** √P at which the swap stops; null for the end of all prices. */
  readonly limit: bigint | null
}

export interface Swap {
  /** With the fee. */
  readonly amountIn: bigint
  readonly amountOut: bigint
  readonly fee: bigint
  /** What of the amount asked for was not done because the limit was reached, with its sign. */
  readonly left: bigint
  readonly pool: ConcentratedPool
}

/**
 * Swaps across ticks, step by step.
 * @returns refused: a pool that is none, amount 0, a limit on the wrong side of the price or outside all prices.
 */
export function swap(pool: ConcentratedPool, order: SwapOrder): Result<Swap> {
  const falling = order.tokenIn === 0
  const limit = order.limit ?? (falling ? ROOT_PRICE_MIN + 1n : ROOT_PRICE_MAX - 1n)
  const fault = faultOf(pool) ?? faultOfOrder(pool, { ...order, limit })
  if (fault !== null) return refuse('cost.pool', '', ...fault)
  let { rootPrice, tick, liquidity } = pool
  let [left, amountIn, amountOut, fee] = [order.amount, 0n, 0n, 0n]
  while (left !== 0n && rootPrice !== limit) {
    const next = nextTick(pool, tick, falling)
    const edge = rootPriceOfTick(next.tick)
    const target = (falling ? edge < limit : edge > limit) ? limit : edge
    const step = swapStep({ rootPrice, target, liquidity, amount: left, feePips: pool.feePips })
    left += left > 0n ? -(step.amountIn + step.fee) : step.amountOut
    amountIn += step.amountIn + step.fee
    amountOut += step.amountOut
    fee += step.fee
    const before = rootPrice
    rootPrice = step.rootPrice
    if (rootPrice === edge) {
      liquidity += falling ? -next.net : next.net
      tick = falling ? next.tick - 1 : next.tick
      if (liquidity < 0n)
        return refuse('cost.pool', '', `liquidity must stay 0 or more, was ${liquidity}`, 'read every tick of the pool')
    } else if (rootPrice !== before) {
      const found = tickOfRootPrice(rootPrice)
      if (!found.ok) return found
      tick = found.value
    }
  }
  return succeed({ amountIn, amountOut, fee, left, pool: { ...pool, rootPrice, tick, liquidity } })
}

/** What is wrong with a pool, and what to do about it. */
function faultOf({
  rootPrice,
  tick,
  liquidity,
  feePips,
  tickSpacing,
  ticks,
}: ConcentratedPool): readonly [string, string] | null {
  if (rootPrice <= ROOT_PRICE_MIN || rootPrice >= ROOT_PRICE_MAX)
    return [
      `root price must be between ${ROOT_PRICE_MIN} and ${ROOT_PRICE_MAX}, was ${rootPrice}`,
      'give it in units of 2^-96',
    ]
  if (
    !(Number.isSafeInteger(tick) && Math.abs(tick) < TICK_MAX) ||
    rootPriceOfTick(tick) > rootPrice ||
    rootPriceOfTick(tick + 1) < rootPrice
  )
    return [`tick must be that of root price ${rootPrice}, was ${tick}`, 'read price and tick of a pool together']
  if (liquidity < 0n || liquidity >= 1n << 128n)
    return [`liquidity must be from 0 to below 2^128, was ${liquidity}`, 'read it from the pool']
  if (!(Number.isSafeInteger(feePips) && feePips >= 0 && feePips < 1_000_000))
    return [`fee must be whole millionths from 0 to 999999, was ${feePips}`, '0.3 % is 3000']
  if (!(Number.isSafeInteger(tickSpacing) && tickSpacing > 0))
    return [`tick spacing must be a whole number from 1 on, was ${tickSpacing}`, 'read it from the pool']
  const bad = ticks.find(
    (each, k) =>
      !(Number.isSafeInteger(each.tick) && each.tick % tickSpacing === 0 && Math.abs(each.tick) <= TICK_MAX) ||
      (k > 0 && each.tick <= ticks[k - 1]!.tick),
  )
  return bad === undefined
    ? null
    : [
        `ticks must rise and be multiples of ${tickSpacing} within ±${TICK_MAX}, was ${bad.tick}`,
        'sort them, one row each',
      ]
}

function faultOfOrder(
  pool: ConcentratedPool,
  { tokenIn, amount, limit: stop }: SwapOrder & { readonly limit: bigint },
): readonly [string, string] | null {
  if (amount === 0n) return ['amount must not be 0, was 0', 'give + what goes in, or - what must come out']
  const falling = tokenIn === 0
  const reachable = falling
    ? stop < pool.rootPrice && stop > ROOT_PRICE_MIN
    : stop > pool.rootPrice && stop < ROOT_PRICE_MAX
  return reachable
    ? null
    : [
        `limit must be ${falling ? 'below' : 'above'} the root price ${pool.rootPrice} and within all prices, was ${stop}`,
        'token 0 in lowers the price, token 1 in raises it',
      ]
}

/** A step ends at the next tick with liquidity, or at the end of its block of 256 spacings: the contract looks no further. */
function nextTick({ ticks, tickSpacing }: ConcentratedPool, tick: number, falling: boolean): LiquidityTick {
  const place = Math.floor(tick / tickSpacing) + (falling ? 0 : 1)
  const block = Math.floor(place / 256) * 256
  const end = (falling ? block : block + 255) * tickSpacing
  const found = falling
    ? ticks.findLast((each) => each.tick <= place * tickSpacing && each.tick >= end)
    : ticks.find((each) => each.tick >= place * tickSpacing && each.tick <= end)
  return found ?? { tick: Math.max(-TICK_MAX, Math.min(TICK_MAX, end)), net: 0n }
}
