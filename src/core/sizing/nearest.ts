/**
 * The limits of every policy but `costAware`: among the trades between 0 and what was wanted that obey the limits, the
 * ones nearest to what was wanted in the metric of risk, min (z − z_wanted)'Σ(z − z_wanted).
 */
import { assert } from '../base/result.ts'
import { type LinearRow, type Projected, projectOnto } from '../maths/quadratic-program.ts'
import { measureRow, type Row, slopeRow, type Within } from './limits.ts'
import type { PlanInputs } from './plan-types.ts'
import { shareInside } from './split.ts'

/** Traded weights below this are rounding noise of the projection, far below any lot. */
const NOISE = 1e-15

/** min (z − wanted)'Σ(z − wanted) over 0..capped and the rows, each trade split over its instruments in fixed shares. */
export function projectNearest(
  { mandate: { universe }, risk }: PlanInputs,
  {
    wanted,
    capped,
    byInstrument,
    rows,
  }: { wanted: Float64Array; capped: Float64Array; byInstrument: Float64Array; rows: readonly Row[] },
): Omit<Within, 'byInstrument'> {
  const active = Array.from(capped.keys()).filter((u) => capped[u] !== 0)
  const direction = Int8Array.from(byInstrument, Math.sign)
  const n = active.length
  const total = wanted.length
  if (n === 0) return { trade: new Float64Array(total), binding: [] }
  const spread = (x: Float64Array): Float64Array => {
    const part = new Float64Array(total)
    active.forEach((u, k) => {
      part[u] = x[k]! / capped[u]!
    })
    return byInstrument.map((t, j) => t * part[universe.underlyingOf[j]!]!)
  }
  /** The row linearised at x, in the coordinates of the active underlyings. */
  const linearise = (row: Row, x: Float64Array): { coefficients: Float64Array; bound: number } => {
    const traded = spread(x)
    const slope = slopeRow(universe, row, traded, direction)
    const perUnderlying = new Float64Array(total)
    let flat = measureRow(universe, row, traded)
    for (let j = 0; j < traded.length; j++) {
      const u = universe.underlyingOf[j]!
      if (capped[u] !== 0) perUnderlying[u]! += (slope[j]! * byInstrument[j]!) / capped[u]!
      flat -= slope[j]! * traded[j]!
    }
    return { coefficients: Float64Array.from(active, (u) => perUnderlying[u]!), bound: row.bound - flat }
  }
  const gross = rows.findIndex((row) => row.limit === 'gross')
  // Every sign pattern of the gross limit is a row of its own: numbered past the others as they come up.
  let patterns = 0
  const project = (slack: number): Projected =>
    projectOnto({
      n,
      metric: distanceMetric(risk.covariance, active, total),
      point: Float64Array.from(active, (u) => wanted[u]!),
      lower: Float64Array.from(active, (u) => Math.min(0, capped[u]!)),
      upper: Float64Array.from(active, (u) => Math.max(0, capped[u]!)),
      rows: rows.flatMap((row, id) =>
        id === gross ? [] : [loosen({ id, ...linearise(row, new Float64Array(n)) }, slack)],
      ),
      cut: (x) =>
        gross < 0 || measureRow(universe, rows[gross]!, spread(x)) <= rows[gross]!.bound + Math.max(slack, ROUNDING)
          ? null
          : loosen({ id: rows.length + patterns++, ...linearise(rows[gross]!, x) }, slack),
    })
  // Rows that meet in one point without room can look contradictory to float64; what the least room lets out comes back below.
  const solution = SLACKS.reduce<Projected>(
    (tried, slack) => (tried.status === 'optimal' ? tried : project(slack)),
    project(0),
  )
  assert(solution.status === 'optimal', 'no trade obeys every relaxed limit, so the projection has a solution')
  const inside = shareInside(universe, rows, spread(solution.x))
  const trade = new Float64Array(total)
  active.forEach((u, k) => {
    trade[u] = Math.abs(solution.x[k]!) <= NOISE ? 0 : inside * solution.x[k]!
  })
  const binding = solution.active.flatMap(({ by }) => {
    if (by.kind !== 'row') return []
    const row = rows[by.id < rows.length ? by.id : gross]!
    const { coefficients } = linearise(row, solution.x)
    const touches = new Uint8Array(total)
    active.forEach((u, k) => {
      touches[u] = coefficients[k]! * wanted[u]! > 0 ? 1 : 0
    })
    return [{ limit: row.limit, limitValue: row.limitValue, touches, price: null }]
  })
  return { trade, binding }
}

/** Room given to rows that meet in one point, in weight; far below a lot. */
const SLACKS = [1e-12, 1e-10, 1e-8]
/** Beyond a row by this, in weight, is rounding. */
const ROUNDING = 1e-12

const loosen = (row: LinearRow, slack: number): LinearRow => (slack === 0 ? row : { ...row, bound: row.bound + slack })

/** Share of plain weight distance in the metric: decides where risk cannot, such as between assets without volatility. */
const PLAIN = 1e-6
/** Variances below this are no risk: dividing by them would overflow. */
const NO_VARIANCE = 1e-30

/** Σ of the active underlyings over its largest variance, plus a little plain distance. */
function distanceMetric(covariance: Float64Array, active: readonly number[], total: number): Float64Array {
  const n = active.length
  const largest = active.reduce((most, u) => Math.max(most, covariance[u * total + u]!), 0)
  const scale = largest > NO_VARIANCE ? 1 / largest : 0
  const metric = new Float64Array(n * n)
  for (let p = 0; p < n; p++) {
    const row = active[p]! * total
    for (let q = 0; q < n; q++) metric[p * n + q] = scale * covariance[row + active[q]!]! + (p === q ? PLAIN : 0)
  }
  return metric
}
