/**
 * Swaps against concentrated liquidity, in the venue's own integers (Adams et al., "Uniswap v3 Core", 2021, §6.2). Between two
 * ticks with liquidity L the amounts are Δx = L·Δ(1/√P) and Δy = L·Δ√P; the fee is taken from what goes in. Every quotient
 * is rounded in favour of the pool: what goes in up, what comes out down, as the contract does, so results are equal to
 * the last unit. Amounts are in the smallest unit of each token; √P in units of 2⁻⁹⁶; fees in millionths ("pips").
 */
import { divideInteger } from '../base/decimal.ts'
import { type Result, refuse, succeed } from '../base/result.ts'
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

/** One step within a range of equal liquidity. @returns refused where that liquidity cannot give the amount out. */
export function swapStep({ rootPrice, target, liquidity, amount, feePips }: SwapStepInput): Result<SwapStep> {
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
  const moved = reaches
    ? succeed(target)
    : exactIn
      ? succeed(priceAfterInput({ rootPrice, liquidity, amount: available }, falling))
      : priceAfterOutput({ rootPrice, liquidity, amount: available }, falling)
  if (!moved.ok) return moved
  const end = moved.value
  const amountIn = between(end, 'in')
  const out = between(end, 'out')
  return succeed({
    rootPrice: end,
    amountIn,
    amountOut: !exactIn && out > -amount ? -amount : out,
    // An input that ends inside the range is used up: what is not swapped is fee.
    fee: exactIn && end !== target ? amount - amountIn : up(amountIn * fee, PIPS - fee),
  })
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

/** √P after `amount` of token 1 (falling) or token 0 came out. */
function priceAfterOutput({ rootPrice, liquidity, amount }: Move, falling: boolean): Result<bigint> {
  const scaled = liquidity << 96n
  const product = amount * rootPrice
  const end = falling ? rootPrice - up(amount << 96n, liquidity) : 0n
  if (falling ? end <= 0n : product >= WORD_256 || scaled <= product)
    return refuse('cost.depth', '', `amount out must be below what the liquidity holds, was ${amount}`, 'ask for less')
  return succeed(falling ? end : up(scaled * rootPrice, scaled - product))
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

/** Swaps across ticks, step by step. @returns refused: amount 0, a limit on the wrong side of the price or outside all prices. */
export function swap(pool: ConcentratedPool, order: SwapOrder): Result<Swap> {
  const falling = order.tokenIn === 0
  const limit = order.limit ?? (falling ? ROOT_PRICE_MIN + 1n : ROOT_PRICE_MAX - 1n)
  const reachable = falling
    ? limit < pool.rootPrice && limit > ROOT_PRICE_MIN
    : limit > pool.rootPrice && limit < ROOT_PRICE_MAX
  if (!reachable || order.amount === 0n) {
    const message = `swap must have an amount and a limit ${falling ? 'below' : 'above'} the price ${pool.rootPrice}, was ${order.amount} to ${limit}`
    return refuse('cost.pool', '', message, 'token 0 in lowers the price, token 1 in raises it')
  }
  let { rootPrice, tick, liquidity } = pool
  let [left, amountIn, amountOut, fee] = [order.amount, 0n, 0n, 0n]
  while (left !== 0n && rootPrice !== limit) {
    const next = nextTick(pool, tick, falling)
    const edge = rootPriceOfTick(next.tick)
    const target = (falling ? edge < limit : edge > limit) ? limit : edge
    const step = swapStep({ rootPrice, target, liquidity, amount: left, feePips: pool.feePips })
    if (!step.ok) return step
    left += left > 0n ? -(step.value.amountIn + step.value.fee) : step.value.amountOut
    amountIn += step.value.amountIn + step.value.fee
    amountOut += step.value.amountOut
    fee += step.value.fee
    const before = rootPrice
    rootPrice = step.value.rootPrice
    if (rootPrice === edge) {
      liquidity += falling ? -next.net : next.net
      tick = falling ? next.tick - 1 : next.tick
    } else if (rootPrice !== before) {
      const found = tickOfRootPrice(rootPrice)
      if (!found.ok) return found
      tick = found.value
    }
  }
  return succeed({ amountIn, amountOut, fee, left, pool: { ...pool, rootPrice, tick, liquidity } })
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
