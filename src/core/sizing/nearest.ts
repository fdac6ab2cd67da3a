/**
 * The limits of every policy but `costAware`: among the trades that may be made and obey the limits, the ones nearest to what
 * was wanted in the metric of risk, min (z − z_wanted)'Σ(z − z_wanted). What may be made are the trades between 0 and what was
 * wanted; where the book is outside a limit also others, that bring it back (`boxTowards`).
 */
import { type Result, succeed } from '../base/result.ts'
import type { CostProgram } from '../maths/cost-program-types.ts'
import { solveCertified } from './certified.ts'
import type { Space } from './decision.ts'
import type { ErrorSlope } from './error-slope.ts'
import { solveUnder } from './limit-program.ts'
import { type Row, slopeRow, tradedOf, type Within } from './limits.ts'
import { type Box, sourceOf } from './optimum-rows.ts'
import type { PlanInputs } from './plan-types.ts'
import { shareInside } from './split.ts'

/** Traded weights below this are rounding noise of the projection, far below any lot. */
const NOISE = 1e-15

interface Sought {
  readonly wanted: Float64Array
  /** What the caps on single trades leave of it, per instrument. */
  readonly split: Float64Array
  readonly rows: readonly Row[]
  readonly errorSlope: ErrorSlope
}

/** What is nearest, and of each underlying what a unit more of a cap on its trade would save of the tracking error; null: unknown. */
export interface Nearest extends Within {
  readonly capErrorPrices: readonly (number | null)[]
}

/** Every trade keeps its direction and only shrinks. */
export function shrinkToNearest(inputs: PlanInputs, sought: Sought): Result<Nearest> {
  const { universe } = inputs.mandate
  const { split } = sought
  const instruments = Array.from(split.keys()).filter((j) => split[j] !== 0)
  const variablesOf = universe.instrumentsOf.map((own) => own.map((j) => instruments.indexOf(j)).filter((k) => k >= 0))
  const space = { instruments, variablesOf }
  const extra = new Float64Array(instruments.length)
  return projectNearest(inputs, { ...sought, space, box: boxBetween(split, instruments), extra })
}

/** @param extra per variable: what trading it costs above the cheapest of its underlying, in the metric; chooses between them */
export function projectNearest(
  inputs: PlanInputs,
  of: Sought & { readonly space: Space; readonly box: Box; readonly extra: Float64Array },
): Result<Nearest> {
  const { universe } = inputs.mandate
  const { wanted, split, rows, box, errorSlope } = of
  const { instruments, variablesOf } = of.space
  const terms = { ...distanceTerms(inputs, { wanted, split, instruments, variablesOf }), proportional: of.extra }
  const decision = { instruments, variablesOf, rungs: [], terms }
  const solved = solveUnder(universe, {
    decision,
    box,
    rows,
    reaches: rows.map(({ bound }) => ({ bound, price: Number.POSITIVE_INFINITY })),
    sizes: split.map(Math.abs),
    errorSlope,
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
    const errorPrice = under.errorPrices?.rows[k] ?? null
    if (source.back !== null) return [{ ...source, price: null, errorPrice }]
    const slope = slopeRow(universe, row, byInstrument, Int8Array.from(split, Math.sign))
    // A row holds back what adds to it.
    const touches = source.touches.map((each, u) =>
      each === 1 && universe.instrumentsOf[u]!.some((j) => slope[j]! * split[j]! > 0) ? 1 : 0,
    )
    return [{ ...source, touches, price: null, errorPrice }]
  })
  // What brings the book back says most.
  return succeed({
    trade,
    byInstrument,
    capErrorPrices: variablesOf.map((variables) => {
      const held = variables.find((k) => under.boundPrices[k] !== 0)
      return held === undefined ? null : (under.errorPrices?.bounds[held] ?? null)
    }),
    binding: binding.sort((a, b) => Number(a.back === null) - Number(b.back === null)),
  })
}

/**
 * What was wanted, and of what may be traded whatever lowers the measure of a limit that the book is outside of.
 * @param all everything that may be traded, in the variables of the space
 */
export function boxTowards(
  inputs: PlanInputs,
  of: { readonly split: Float64Array; readonly breached: readonly Row[]; readonly space: Space; readonly all: Box },
): Box {
  const { universe } = inputs.mandate
  const { split, breached, space, all } = of
  const nothing = new Float64Array(split.length)
  const side = (direction: 1 | -1): Int8Array => new Int8Array(split.length).fill(direction)
  const lowers = (direction: 1 | -1): boolean[] => {
    const slopes = breached.map((row) => slopeRow(universe, row, nothing, side(direction)))
    return space.instruments.map((j) => slopes.some((slope) => slope[j]! * direction < 0))
  }
  const [buys, sells] = [lowers(1), lowers(-1)]
  return {
    ...all,
    lower: all.lower.map((bound, k) =>
      sells[k] ? bound : Math.max(bound, Math.min(0, split[space.instruments[k]!]!)),
    ),
    upper: all.upper.map((bound, k) => (buys[k] ? bound : Math.min(bound, Math.max(0, split[space.instruments[k]!]!)))),
  }
}

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
