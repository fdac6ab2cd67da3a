/**
 * The program of one decision, over the instruments that may be traded now:
 *
 *   min over t of ½(d + At)'M(d + At) + ½Σ_j b_j t_j² + Σ_j [a_j|t_j| + c_j((m_j + |t_j|)^{1+δ} − m_j^{1+δ}) + F_j·1{t_j ≠ 0}]
 *
 * with d the deviation of the underlyings, A their instruments, M the curvature (`curvature.ts`). Where several instruments
 * share an underlying, a trade in each also moves the book's basis: b_j = γσ_b²(T + Δ), σ_b the volatility of its price
 * against the underlying's, T the horizon of the underlying; and a_j counts what it costs to hold beyond the best of them.
 * Where a guard holds an underlying back (`guard-cost.ts`), a_j of its healing side is larger and ½κz² is added, z its trade.
 */
import { rememberLast } from '../base/remember.ts'
import type { CostTerms } from '../cost/cost-terms.ts'
import type { CostProgram, CostRow } from '../maths/cost-program-types.ts'
import { type Curvature, stated } from './curvature.ts'
import { resist, stiffen } from './guard-cost.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { extraCarry, listTradeable } from './tradeable.ts'

export interface Space {
  /** The instrument of each variable, ascending. */
  readonly instruments: readonly number[]
  /** Underlying → its variables. */
  readonly variablesOf: readonly (readonly number[])[]
}

export interface Decision extends Space {
  /** The program but for its box and rows. */
  readonly terms: Omit<CostProgram, 'lower' | 'upper' | 'rows' | 'caps'>
  /** What order books and pools cost past their first rung: priced rows, one a rung. */
  readonly rungs: readonly CostRow[]
  /** F of each variable. */
  readonly fixed: Float64Array
}

/** The variables of programs over the instruments that may be traded. @param listed per underlying @param count of all instruments */
export function makeSpace(listed: readonly (readonly number[])[], count: number): Space {
  const instruments = listed.flat().sort((a, b) => a - b)
  const variableOf = new Int32Array(count).fill(-1)
  instruments.forEach((j, k) => {
    variableOf[j] = k
  })
  return { instruments, variablesOf: listed.map((own) => own.map((j) => variableOf[j]!)) }
}

/** Annual volatility of an instrument's price against its underlying's, unless estimated. */
const BASIS_VOL = 0.02

/** Several stages of one plan ask for it. @param inputs prepared @param deviation held − aim, per underlying */
export const makeDecision = (inputs: PlanInputs, held: Valued, deviation: Float64Array): Decision =>
  decisionOf(deviation, inputs, held)

const decisionOf = rememberLast(
  (deviation: Float64Array, inputs: PlanInputs, held: Valued): Decision => decide(inputs, held, deviation),
)

function decide(inputs: PlanInputs, held: Valued, deviation: Float64Array): Decision {
  const curvature = curvatureOf(inputs)
  const { costs } = held
  const listed = listTradeable(inputs)
  const { instruments, variablesOf } = makeSpace(listed, costs.proportional.length)
  const carry = extraCarry(costs, listed)
  const guard = resist(inputs, held, { curvature, listed, deviation })
  const [buy, sell] =
    guard === null
      ? [carry.buy, carry.sell]
      : [carry.buy.map((each, j) => each + guard.buy[j]!), carry.sell.map((each, j) => each + guard.sell[j]!)]
  const pick = (column: Float64Array): Float64Array => Float64Array.from(instruments, (j) => column[j]!)
  const risk = liftRisk(inputs, { curvature, instruments, variablesOf, deviation })
  const { quadratic, point, linear } = guard === null ? risk : stiffen(risk, guard, variablesOf)
  instruments.forEach((j, k) => {
    linear[k]! += (buy[j]! - sell[j]!) / 2
  })
  const proportional = Float64Array.from(instruments, (j) => {
    const u = inputs.mandate.universe.underlyingOf[j]!
    return costs.proportional[j]! + stated(curvature, u) + (buy[j]! + sell[j]!) / 2
  })
  return {
    instruments,
    variablesOf,
    terms: {
      n: instruments.length,
      quadratic,
      deviation: point,
      linear,
      proportional,
      power: pick(costs.power),
      exponent: costs.powerExponent,
      felt: isFresh(costs) ? null : { buy: pick(costs.traded.buy), sell: pick(costs.traded.sell) },
    },
    rungs: instruments.flatMap((j, k) => rungsOf(costs, j, { k, n: instruments.length })),
    fixed: pick(costs.fixed),
  }
}

/** Nothing traded lately is still felt. */
const isFresh = ({ traded }: CostTerms): boolean =>
  traded.buy.every((weight) => weight === 0) && traded.sell.every((weight) => weight === 0)

/** A rung that is `more` dearer than the one before it costs more·(t − reach)₊: a row with a price. */
function rungsOf({ liquidity, halfSpread }: CostTerms, j: number, { k, n }: { k: number; n: number }): CostRow[] {
  const own = liquidity[j]!
  if (own === null) return []
  return (['buy', 'sell'] as const).flatMap((side) => {
    const { reach, slippage } = own[side]
    return Array.from(slippage, (each, rung): CostRow[] => {
      const more = each - (rung === 0 ? halfSpread[j]! : slippage[rung - 1]!)
      if (!(more > 0)) return []
      const slope = new Float64Array(n)
      slope[k] = side === 'buy' ? 1 : -1
      return [{ slope, bend: null, kink: null, bound: rung === 0 ? 0 : reach[rung - 1]!, price: more, weight: 1 }]
    }).flat()
  })
}

/** `prepare()` runs before every stage. */
export function curvatureOf({ curvature }: PlanInputs): Curvature {
  if (curvature === undefined) throw new Error('invariant: a costAware plan has its curvature')
  return curvature
}

/** M and d over the variables: d of an underlying stands at its first variable; what none can trade pulls all the same. */
function liftRisk(
  { mandate: { universe }, risk }: PlanInputs,
  parts: {
    readonly curvature: Curvature
    readonly instruments: readonly number[]
    readonly variablesOf: readonly (readonly number[])[]
    readonly deviation: Float64Array
  },
): { readonly quadratic: Float64Array; readonly point: Float64Array; readonly linear: Float64Array } {
  const { curvature, instruments, variablesOf, deviation } = parts
  const { matrix, n, aversion, horizon, interval } = curvature
  const m = instruments.length
  const linear = new Float64Array(m)
  const own = instruments.map((j) => universe.underlyingOf[j]!)
  if (m === n && own.every((u, k) => u === k)) return { quadratic: matrix, point: deviation, linear }
  const point = new Float64Array(m)
  const untradeable = Array.from(deviation.keys()).filter((u) => variablesOf[u]!.length === 0 && deviation[u] !== 0)
  variablesOf.forEach((variables, u) => {
    const [first] = variables
    if (first !== undefined) point[first] = deviation[u]!
  })
  const quadratic = new Float64Array(m * m)
  for (let k = 0; k < m; k++) {
    const row = own[k]! * n
    for (let l = 0; l < m; l++) quadratic[k * m + l] = matrix[row + own[l]!]!
    for (const u of untradeable) linear[k]! += matrix[row + u]! * deviation[u]!
    if (variablesOf[own[k]!]!.length < 2) continue
    const basis = risk.basisVol?.[instruments[k]!] ?? BASIS_VOL
    const stiffness = aversion * basis * basis * (horizon[own[k]!]! + interval)
    quadratic[k * m + k]! += stiffness
    linear[k]! -= stiffness * point[k]!
  }
  return { quadratic, point, linear }
}
