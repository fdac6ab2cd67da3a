/**
 * The cost-aware optimum of one decision (`decision.ts`), over all instruments together and, where limits bind, under all of
 * them at once. It trades to the edge of its own no-trade region; what an order costs whatever its size decides which orders
 * there are (`order-choice.ts`).
 */
import { type Result, succeed } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import { CAPS_MAX, type CostOptimum, type CostProgram, type CostStart, PLACE } from '../maths/cost-program-types.ts'
import { solveCertified } from './certified.ts'
import { curvatureOf, type Decision, type Space } from './decision.ts'
import { errorSlopeOf } from './error-slope.ts'
import { type Solved, solveUnder, type UnderLimits } from './limit-program.ts'
import { addPrices, type Binding, type Row, tradedOf, type Within } from './limits.ts'
import { type Box, boxOf, reachOf, sourceOf } from './optimum-rows.ts'
import { chooseOrders } from './order-choice.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { shareInside } from './split.ts'

/** The optimum without limits, over what may be traded at all: traded weight per instrument. */
export function optimise(inputs: PlanInputs, decision: Decision): Result<Float64Array> {
  const { terms } = decision
  const upper = new Float64Array(terms.n).fill(Number.POSITIVE_INFINITY)
  const lower = upper.map((size) => -size)
  const answer = decide(inputs, decision, { ...terms, lower, upper, rows: decision.rungs, caps: [] })
  if (!answer.ok) return answer
  const traded = new Float64Array(inputs.mandate.universe.instruments.length)
  decision.instruments.forEach((j, k) => {
    traded[j] = answer.value.trade[k]!
  })
  return succeed(traded)
}

/** The optimum under every limit, and what holds it. @param free the optimum without them, per instrument */
export function optimiseWithin(
  inputs: PlanInputs,
  held: Valued,
  { decision, rows, free }: { readonly decision: Decision; readonly rows: readonly Row[]; readonly free: Float64Array },
): Result<Within> {
  const { universe } = inputs.mandate
  const box = boxOf(inputs, held, decision)
  const solved = solveUnder(universe, {
    decision,
    box,
    rows,
    reaches: rows.map(reachOf),
    sizes: free.map(Math.abs),
    errorSlope: errorSlopeOf(inputs, held),
    solve: (program) => decide(inputs, decision, program, startAt(decision, program, free)),
  })
  if (!solved.ok) return solved
  const under = solved.value
  const share = under.met ? 1 : shareInside(universe, rows, under.traded)
  const byInstrument = share === 1 ? under.traded : under.traded.map((t) => share * t)
  const trade = Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, byInstrument, u))
  return succeed({ trade, byInstrument, binding: bindingOf(universe, under, { box, rows, decision }) })
}

/** Bounds first: a trade that its own cap holds is held by that. */
export function bindingOf(
  universe: Universe,
  { prices, boxPrices, boundPrices, errorPrices, traded }: UnderLimits,
  {
    box,
    rows,
    decision,
  }: { readonly box: Box; readonly rows: readonly Row[]; readonly decision: Pick<Space, 'variablesOf'> },
): Binding[] {
  const bounds = Array.from(boundPrices, (price, k): Binding[] => {
    const source = price > 0 ? box.highest[k] : price < 0 ? box.lowest[k] : null
    if (source === null || source === undefined) return []
    const { perUnit, ...binding } = source
    const errorPrice = errorPrices === null ? null : errorPrices.bounds[k]! * perUnit
    return [{ ...binding, price: Math.abs(price) * perUnit, errorPrice }]
  })
  const own = box.sources.map(({ perUnit, ...source }, k): Binding[] =>
    boxPrices[k]! > 0
      ? [
          {
            ...source,
            price: boxPrices[k]! * perUnit,
            errorPrice: errorPrices === null ? null : errorPrices.box[k]! * perUnit,
          },
        ]
      : [],
  )
  const whole = rows.map((row, k): Binding[] => {
    if (!(prices[k]! > 0)) return []
    const { perUnit, ...source } = sourceOf(universe, row, { ...decision, traded })
    return [{ ...source, price: prices[k]!, errorPrice: errorPrices?.rows[k] ?? null }]
  })
  return [...addPrices(bounds.flat()), ...own.flat(), ...whole.flat()]
}

/** Trades of the optimum without limits, which is most of the way to the one with them. */
function startAt({ instruments }: Decision, { n, rows }: CostProgram, free: Float64Array): CostStart {
  const trade = new Float64Array(n)
  const places = new Int16Array(n).fill(PLACE.zero)
  instruments.forEach((j, k) => {
    if (free[j] === 0) return
    trade[k] = free[j]!
    places[k] = PLACE.free
  })
  return { trade, places, multipliers: new Float64Array(rows.length), capForces: new Float64Array(n * CAPS_MAX) }
}

/** The optimum of a program; where orders have fees, of the orders worth theirs. */
function decide(inputs: PlanInputs, { fixed }: Decision, program: CostProgram, start?: CostStart): Result<Solved> {
  const solve = (forbidden: Uint8Array): Result<CostOptimum> => {
    return solveCertified(curvatureOf(inputs), closeTo(program, forbidden), 'policy', start)
  }
  const { forbidden } = chooseOrders({
    fixed,
    solve: (each) => {
      const solved = solve(each)
      if (!solved.ok) return null
      const { trade, certificate } = solved.value
      return { trade: trade.slice(0, fixed.length), objective: certificate.objective }
    },
  })
  const solved = solve(forbidden)
  if (!solved.ok) return solved
  const { trade, multipliers, capMultipliers, boundMultipliers } = solved.value
  return succeed({
    trade: trade.slice(),
    multipliers: multipliers.slice(),
    capMultipliers: capMultipliers.slice(),
    // A forbidden order is held by its fee, not by a limit.
    boundMultipliers: boundMultipliers.map((price, k) => (forbidden[k] === 1 ? 0 : price)),
    program: closeTo(program, forbidden),
  })
}

/** Without the trades that are forbidden. */
function closeTo(program: CostProgram, forbidden: Uint8Array): CostProgram {
  if (!forbidden.includes(1)) return program
  const shut = (bound: Float64Array): Float64Array => bound.map((each, k) => (forbidden[k] === 1 ? 0 : each))
  return { ...program, lower: shut(program.lower), upper: shut(program.upper) }
}
