/**
 * Pools that keep x·y constant, with the fee taken from what goes in: tendering Δ gives out = γΔy/(x + γΔ), γ = 1 − fee, and
 * the next unit gives γxy/(x + γΔ)². A split over several pools is best where the next units agree (one Lagrange
 * multiplier, in closed form); an arbitrage stops where the next unit is worth what it costs. Angeris, Evans, Chitra, Boyd,
 * "Optimal routing for constant function market makers" (2022); Diamandis et al. 2023 (arbitrage in closed form). Reserves
 * and amounts in the units of their two tokens, as float64: the exact integers of one venue are in `swap.ts`.
 */
import { fail, type Issue, type Result, refuse, succeed } from '../base/result.ts'
import { outOfRange } from './range.ts'

export interface ConstantProduct {
  /** x > 0: reserve of the token that goes in. */
  readonly reserveIn: number
  /** y > 0 */
  readonly reserveOut: number
  /** 0 ≤ fee < 1, of what goes in. */
  readonly fee: number
}

const checkPool = (pool: ConstantProduct, path: string): Issue[] =>
  outOfRange(path, {
    'reserve in': [pool.reserveIn, 'positive'],
    'reserve out': [pool.reserveOut, 'positive'],
    fee: [pool.fee, 'fee'],
  })

/** What an amount ≥ 0 in brings out. */
export function productOut(pool: ConstantProduct, amountIn: number): Result<number> {
  const issues = [...checkPool(pool, ''), ...outOfRange('', { 'amount in': [amountIn, 'nonNegative'] })]
  if (issues.length > 0) return fail(issues)
  const net = (1 - pool.fee) * amountIn
  return succeed((net * pool.reserveOut) / (pool.reserveIn + net))
}

/** What must go in to bring an amount out. @returns refused where the pool does not hold it. */
export function productIn(pool: ConstantProduct, amountOut: number): Result<number> {
  const issues = [...checkPool(pool, ''), ...outOfRange('', { 'amount out': [amountOut, 'nonNegative'] })]
  if (issues.length > 0) return fail(issues)
  if (amountOut >= pool.reserveOut)
    return refuse(
      'cost.depth',
      '',
      `amount out must be below the reserve ${pool.reserveOut}, was ${amountOut}`,
      'a pool never gives its whole reserve',
    )
  return succeed((pool.reserveIn * amountOut) / ((pool.reserveOut - amountOut) * (1 - pool.fee)))
}

/**
 * Cost of a swap against the price the pool shows before it, as a fraction of what goes in: fee and impact together.
 * With no fee and a small amount it is about amount/reserve.
 */
export function productSlippage(pool: ConstantProduct, amountIn: number): Result<number> {
  const out = productOut(pool, amountIn)
  if (!out.ok || amountIn === 0) return out.ok ? succeed(0) : out
  return succeed(1 - (out.value * pool.reserveIn) / (amountIn * pool.reserveOut))
}

export interface PoolSplit {
  /** Amount into each pool, ≥ 0. */
  readonly amountIn: Float64Array
  readonly amountOut: number
  /** What the next unit in would bring out, the same in every pool that is used. */
  readonly marginal: number
}

/**
 * The best split of an amount > 0 over pools of the same two tokens. Used pools have √(γ_i x_i y_i/ν) = x_i + γ_iΔ_i, so
 * √ν = Σ√(x_i y_i/γ_i) / (amount + Σ x_i/γ_i) over them; pools join in the order of their first price.
 */
export function splitPools(pools: readonly ConstantProduct[], amount: number): Result<PoolSplit> {
  const issues = [
    ...pools.flatMap((pool, index) => checkPool(pool, `pools.${index}`)),
    ...outOfRange('', { 'amount in': [amount, 'positive'], 'number of pools': [pools.length, 'count'] }),
  ]
  if (issues.length > 0) return fail(issues)
  const first = pools.map((pool) => ((1 - pool.fee) * pool.reserveOut) / pool.reserveIn)
  const order = pools.map((_, index) => index).sort((a, b) => first[b]! - first[a]! || a - b)
  let [depth, width, marginal] = [0, amount, 0]
  for (const index of order) {
    if (depth > 0 && first[index]! <= marginal) break
    const { reserveIn, reserveOut, fee } = pools[index]!
    depth += Math.sqrt((reserveIn * reserveOut) / (1 - fee))
    width += reserveIn / (1 - fee)
    marginal = (depth / width) ** 2
  }
  let amountOut = 0
  const amountIn = Float64Array.from(pools, ({ reserveIn, reserveOut, fee }) => {
    const net = Math.max(0, Math.sqrt(((1 - fee) * reserveIn * reserveOut) / marginal) - reserveIn)
    amountOut += (net * reserveOut) / (reserveIn + net)
    return net / (1 - fee)
  })
  return succeed({ amountIn, amountOut, marginal })
}

/**
 * The swap into a pool that gains most at outside prices > 0 of its two tokens: Δ = (√(γxy·p_out/p_in) − x)₊/γ.
 * 0 where the pool's price is within its fee of the outside price.
 */
export function productArbitrage(
  pool: ConstantProduct,
  price: { readonly in: number; readonly out: number },
): Result<{ readonly amountIn: number; readonly amountOut: number }> {
  const issues = [
    ...checkPool(pool, ''),
    ...outOfRange('', { 'price in': [price.in, 'positive'], 'price out': [price.out, 'positive'] }),
  ]
  if (issues.length > 0) return fail(issues)
  const kept = 1 - pool.fee
  const invariant = kept * pool.reserveIn * pool.reserveOut * (price.out / price.in)
  const net = Math.max(0, Math.sqrt(invariant) - pool.reserveIn)
  return succeed({ amountIn: net / kept, amountOut: (net * pool.reserveOut) / (pool.reserveIn + net) })
}
