/**
 * The cost-aware optimum of one decision (`decision.ts`), over all instruments together and, where limits bind, under all of
 * them at once. It trades to the edge of its own no-trade region; what an order costs whatever its size decides which orders
 * there are (`order-choice.ts`).
 */

import { assert } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import { type CostProgramSolver, makeCostProgram } from '../maths/cost-program.ts'
import type { CostOptimum, CostProgram } from '../maths/cost-program-types.ts'
import type { Curvature } from './curvature.ts'
import { curvatureOf, type Decision } from './decision.ts'
import { type Solved, solveUnder, type UnderLimits } from './limit-program.ts'
import { type Binding, type Row, tradedOf, type Within } from './limits.ts'
import { type Box, boxOf, type Reach, sourceOf } from './optimum-rows.ts'
import { chooseOrders } from './order-choice.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { shareInside } from './split.ts'

/** Residuals of an optimum that is one: the solver certifies 1e-9, the rest is float64 on badly scaled books. */
const RESIDUAL_MAX = 1e-6

/** The optimum without limits, over what may be traded at all: traded weight per instrument. */
export function optimise(inputs: PlanInputs, decision: Decision): Float64Array {
  const { terms } = decision
  const upper = new Float64Array(terms.n).fill(Number.POSITIVE_INFINITY)
  const lower = upper.map((size) => -size)
  const answer = decide(inputs, decision, { ...terms, lower, upper, rows: decision.rungs, caps: [] })
  const traded = new Float64Array(inputs.mandate.universe.instruments.length)
  decision.instruments.forEach((j, k) => {
    traded[j] = answer.trade[k]!
  })
  return traded
}

/** The optimum under every limit, and what holds it. @param free the optimum without them, per instrument */
export function optimiseWithin(
  inputs: PlanInputs,
  held: Valued,
  { decision, rows, free }: { readonly decision: Decision; readonly rows: readonly Row[]; readonly free: Float64Array },
): Within {
  const { universe } = inputs.mandate
  const box = boxOf(inputs, held, decision)
  const under = solveUnder(universe, {
    decision,
    box,
    rows,
    reaches: rows.map(reachOf),
    sizes: free.map(Math.abs),
    solve: (program) => decide(inputs, decision, program),
  })
  const share = under.met ? 1 : shareInside(universe, rows, under.traded)
  const byInstrument = share === 1 ? under.traded : under.traded.map((t) => share * t)
  const trade = Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, byInstrument, u))
  return { trade, byInstrument, binding: bindingOf(universe, under, { box, rows, decision }) }
}

/** A limit with a price may be exceeded at it; where the book is outside of any other, it may stay where it is. */
const reachOf = ({ asked, bound, price }: Row): Reach => ({
  bound: price === Number.POSITIVE_INFINITY ? bound : asked,
  price,
})

/** Bounds first: a trade that its own cap holds is held by that. */
function bindingOf(
  universe: Universe,
  { prices, boxPrices, boundPrices, traded }: UnderLimits,
  { box, rows, decision }: { readonly box: Box; readonly rows: readonly Row[]; readonly decision: Decision },
): Binding[] {
  const bounds = Array.from(boundPrices, (price, k): Binding[] => {
    const source = price > 0 ? box.highest[k] : price < 0 ? box.lowest[k] : null
    if (source === null || source === undefined) return []
    const { perUnit, ...binding } = source
    return [{ ...binding, price: Math.abs(price) * perUnit }]
  })
  const own = box.sources.map(({ perUnit, ...source }, k): Binding[] =>
    boxPrices[k]! > 0 ? [{ ...source, price: boxPrices[k]! * perUnit }] : [],
  )
  const whole = rows.map((row, k): Binding[] =>
    prices[k]! > 0 ? [{ ...sourceOf(universe, row, { ...decision, traded }), price: prices[k]! }] : [],
  )
  return [...bounds.flat(), ...own.flat(), ...whole.flat()]
}

/** The optimum of a program; where orders have fees, of the orders worth theirs. */
function decide(inputs: PlanInputs, { fixed }: Decision, program: CostProgram): Solved {
  const solve = (forbidden: Uint8Array): CostOptimum => {
    const shut = (bound: Float64Array): Float64Array => bound.map((each, k) => (forbidden[k] === 1 ? 0 : each))
    const closed = forbidden.includes(1) ? { lower: shut(program.lower), upper: shut(program.upper) } : program
    return solveProgram(inputs, { ...program, ...closed })
  }
  const { forbidden } = chooseOrders({
    fixed,
    solve: (each) => {
      const { trade, certificate } = solve(each)
      return { trade: trade.slice(0, fixed.length), objective: certificate.objective }
    },
  })
  const { trade, multipliers, capMultipliers, boundMultipliers } = solve(forbidden)
  return {
    trade: trade.slice(),
    multipliers: multipliers.slice(),
    capMultipliers: capMultipliers.slice(),
    // A forbidden order is held by its fee, not by a limit.
    boundMultipliers: boundMultipliers.map((price, k) => (forbidden[k] === 1 ? 0 : price)),
  }
}

function solveProgram(inputs: PlanInputs, program: CostProgram): CostOptimum {
  const answer = solverFor(curvatureOf(inputs), program.n, program.rows.length).solve(program)
  const { primalResidual, dualResidual, gap } = answer.certificate
  assert(
    answer.status !== 'infeasible' && Math.max(primalResidual, dualResidual, gap) <= RESIDUAL_MAX,
    `no trade at all obeys every relaxed limit, so there is an optimum; was ${answer.status}, ${primalResidual} ${dualResidual} ${gap}`,
  )
  return answer
}

/** The working memory of the solver, kept as long as the curvature that it works on. It carries nothing from plan to plan. */
const solvers = new WeakMap<
  Curvature,
  { readonly n: number; readonly rowsMax: number; readonly solver: CostProgramSolver }
>()

function solverFor(curvature: Curvature, n: number, rowsMax: number): CostProgramSolver {
  const kept = solvers.get(curvature)
  if (kept !== undefined && kept.n === n && kept.rowsMax >= rowsMax) return kept.solver
  const solver = makeCostProgram(n, rowsMax)
  solvers.set(curvature, { n, rowsMax, solver })
  return solver
}
