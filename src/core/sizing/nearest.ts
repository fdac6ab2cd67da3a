/**
 * The limits of every policy but `costAware`: among the trades between 0 and what was wanted that obey the limits, the
 * ones nearest to what was wanted in the metric of risk, min (z − z_wanted)'Σ(z − z_wanted).
 */
import { type Result, succeed } from '../base/result.ts'
import type { CostProgram } from '../maths/cost-program-types.ts'
import { solveCertified } from './certified.ts'
import { solveUnder } from './limit-program.ts'
import { type Row, slopeRow, tradedOf, type Within } from './limits.ts'
import { type Box, sourceOf } from './optimum-rows.ts'
import type { PlanInputs } from './plan-types.ts'
import { shareInside } from './split.ts'

/** Traded weights below this are rounding noise of the projection, far below any lot. */
const NOISE = 1e-15

/** @param split what the caps on single trades leave, per instrument */
export function projectNearest(
  inputs: PlanInputs,
  {
    wanted,
    split,
    rows,
  }: { readonly wanted: Float64Array; readonly split: Float64Array; readonly rows: readonly Row[] },
): Result<Within> {
  const { universe } = inputs.mandate
  const instruments = Array.from(split.keys()).filter((j) => split[j] !== 0)
  const variablesOf = universe.instrumentsOf.map((own) => own.map((j) => instruments.indexOf(j)).filter((k) => k >= 0))
  const decision = {
    instruments,
    variablesOf,
    rungs: [],
    terms: distanceTerms(inputs, { wanted, split, instruments, variablesOf }),
  }
  const solved = solveUnder(universe, {
    decision,
    box: boxBetween(split, instruments),
    rows,
    reaches: rows.map(({ bound }) => ({ bound, price: Number.POSITIVE_INFINITY })),
    sizes: split.map(Math.abs),
    solve: (program) => solveCertified(universe, program, 'limits'),
  })
  if (!solved.ok) return solved
  const under = solved.value
  const share = shareInside(universe, rows, under.traded)
  const byInstrument = under.traded.map((t) => (Math.abs(t) <= NOISE ? 0 : share * t))
  const trade = Float64Array.from(universe.underlyings, (_, u) => tradedOf(universe, byInstrument, u))
  const binding = rows.flatMap((row, k) => {
    if (!(under.prices[k]! > 0)) return []
    const { perUnit, ...source } = sourceOf(universe, row, { variablesOf, traded: byInstrument })
    const slope = slopeRow(universe, row, byInstrument, Int8Array.from(split, Math.sign))
    // A row holds back what adds to it.
    const touches = source.touches.map((each, u) =>
      each === 1 && universe.instrumentsOf[u]!.some((j) => slope[j]! * split[j]! > 0) ? 1 : 0,
    )
    return [{ ...source, touches, price: null }]
  })
  return succeed({ trade, byInstrument, binding })
}

/** Every trade keeps its direction and only shrinks. */
function boxBetween(split: Float64Array, instruments: readonly number[]): Box {
  const none = instruments.map(() => null)
  return {
    lower: Float64Array.from(instruments, (j) => Math.min(0, split[j]!)),
    upper: Float64Array.from(instruments, (j) => Math.max(0, split[j]!)),
    lowest: none,
    highest: none,
    rows: [],
    sources: [],
  }
}

/** Share of plain weight distance in the metric: decides where risk cannot, such as between assets without volatility. */
const PLAIN = 1e-6
/** Variances below this are no risk: dividing by them would overflow. */
const NO_VARIANCE = 1e-30

/** ½ of the distance in Σ over its largest variance, plus a little plain distance to the split. */
function distanceTerms(
  { mandate: { universe }, risk }: PlanInputs,
  {
    wanted,
    split,
    instruments,
    variablesOf,
  }: {
    readonly wanted: Float64Array
    readonly split: Float64Array
    readonly instruments: readonly number[]
    readonly variablesOf: readonly (readonly number[])[]
  },
): Omit<CostProgram, 'lower' | 'upper' | 'rows' | 'caps'> {
  const { covariance } = risk
  const total = wanted.length
  const n = instruments.length
  const own = instruments.map((j) => universe.underlyingOf[j]!)
  const largest = own.reduce((most, u) => Math.max(most, covariance[u * total + u]!), 0)
  const scale = largest > NO_VARIANCE ? 1 / largest : 0
  const quadratic = new Float64Array(n * n)
  for (let p = 0; p < n; p++) {
    const row = own[p]! * total
    for (let q = 0; q < n; q++) quadratic[p * n + q] = scale * covariance[row + own[q]!]! + (p === q ? PLAIN : 0)
  }
  const deviation = new Float64Array(n)
  const linear = Float64Array.from(instruments, (j) => -PLAIN * split[j]!)
  variablesOf.forEach(([first], u) => {
    if (first === undefined) return
    deviation[first] = -wanted[u]!
    // The plain distance of the first is to its part of the split and all that the caps took.
    linear[first]! += PLAIN * tradedOf(universe, split, u)
  })
  const nothing = new Float64Array(n)
  return { n, quadratic, deviation, linear, proportional: nothing, power: nothing, exponent: 1, felt: null }
}
