/**
 * How a linear measure g'z of the optimum of a cost program moves with its limits. On the trades F that are free (not 0 where
 * that is a kink, on no bound and on no kink of a row that binds or is exceeded), with H the curvature of objective and binding caps, and A the
 * slopes of the binding rows and caps, the optimum moves by H dz + A'dλ = 0 and A dz = dh, so that
 *
 *   d(g'z)/dh = μ,    where  H y + A'μ = g,  A y = 0,
 *
 * one solve for all limits together; a bound that trade j is held by moves it by g_j − H_Fj'y − A_j'μ. Right wherever what binds
 * still binds a little further on (Fiacco, Introduction to Sensitivity and Stability Analysis, 1983, §3.2). A limit that is
 * exceeded at its price moves nothing.
 */
import { factorise, solveFactored } from './cholesky.ts'
import { powerCurvature } from './cost-program-power.ts'
import type { CostOptimum, CostProgram } from './cost-program-types.ts'

export interface Sensitivity {
  /** d(g'z) by a unit of each row's bound, each cap's radius, and each trade's bound where it is held by one. */
  readonly rows: Float64Array
  readonly caps: Float64Array
  readonly bounds: Float64Array
}

type Answer = Pick<CostOptimum, 'trade' | 'multipliers' | 'capMultipliers' | 'boundMultipliers'>

/** Of its own size: how far a trade on a kink may be from it. */
const NEAR = 1e-12
/** Of its own size: how far the multiplier of an exceeded limit may be from its price. */
const PAID = 1e-8
/** Of the largest element: what makes trades that cost nothing to exchange regular. */
const RIDGE = 1e-12
/** Of itself: what a limit adds to the others. With less one of them could give without effect. */
const ALIKE = 1e-9

/** @param slope g, length n. @returns null where there is no such derivative: a cap of radius 0, limits that say the same */
export function measureSensitivity(program: CostProgram, answer: Answer, slope: Float64Array): Sensitivity | null {
  const { n, rows, caps } = program
  const { trade, boundMultipliers } = answer
  const binding = bindingSlopes(program, answer)
  if (binding === null) return null
  const free = Array.from(trade.keys()).filter((i) => i < n && isFree(program, answer, i))
  const curvature = curvatureAt(program, answer)
  const { along, prices } = solveAdjoint({ n, free, curvature, slopes: binding.map((each) => each.slope), slope })
  if (along === null) return null
  const sensitivity = {
    rows: new Float64Array(rows.length),
    caps: new Float64Array(caps.length),
    bounds: new Float64Array(n),
  }
  binding.forEach(({ of, at }, k) => {
    sensitivity[of][at] = prices[k]!
  })
  for (let j = 0; j < n; j++) {
    if (boundMultipliers[j] === 0) continue
    let moved = slope[j]!
    free.forEach((i, k) => {
      moved -= curvature[i * n + j]! * along[k]!
    })
    binding.forEach((each, k) => {
      moved -= each.slope[j]! * prices[k]!
    })
    sensitivity.bounds[j] = moved
  }
  const finite = (column: Float64Array): boolean => column.every(Number.isFinite)
  return finite(sensitivity.rows) && finite(sensitivity.caps) && finite(sensitivity.bounds) ? sensitivity : null
}

interface Slope {
  readonly of: 'rows' | 'caps'
  readonly at: number
  readonly slope: Float64Array
}

/** Held by its multiplier, and not exceeded at its price. */
const binds = (multiplier: number, price: number): boolean =>
  multiplier > 0 && (price === Number.POSITIVE_INFINITY || multiplier < price * (1 - PAID))

const isAt = (x: number, kink: number): boolean => Math.abs(x - kink) <= NEAR * Math.max(1, Math.abs(kink))

/** The slopes of what binds; null where a cap that does has none. */
function bindingSlopes({ n, rows, caps }: CostProgram, answer: Answer): Slope[] | null {
  const { trade, multipliers, capMultipliers, boundMultipliers } = answer
  const slopes: Slope[] = []
  rows.forEach(({ slope, bend, kink, price }, at) => {
    if (!binds(multipliers[at]!, price)) return
    // A trade on its bound and on a kink moves to where the bound would let it.
    const side = (i: number): number => Math.sign(trade[i]! - (kink?.[i] ?? 0)) || Math.sign(boundMultipliers[i]!)
    const own = bend === null ? slope : slope.map((g, i) => g + bend[i]! * side(i))
    slopes.push({ of: 'rows', at, slope: own })
  })
  for (const [at, { matrix, point, price }] of caps.entries()) {
    if (!binds(capMultipliers[at]!, price)) continue
    const { norm, image } = reach(matrix, point, trade, n)
    if (!(norm > 0)) return null
    slopes.push({ of: 'caps', at, slope: image.map((each) => each / norm) })
  }
  return slopes
}

/** √((p + z)'Σ(p + z)) and Σ(p + z). */
function reach(
  matrix: Float64Array,
  point: Float64Array,
  trade: Float64Array,
  n: number,
): { readonly norm: number; readonly image: Float64Array } {
  const image = new Float64Array(n)
  let square = 0
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * (point[j]! + trade[j]!)
    image[i] = sum
    square += (point[i]! + trade[i]!) * sum
  }
  return { norm: Math.sqrt(Math.max(0, square)), image }
}

function isFree({ rows, lower, upper, proportional, felt }: CostProgram, answer: Answer, i: number): boolean {
  const { trade, multipliers, boundMultipliers } = answer
  const z = trade[i]!
  if (boundMultipliers[i] !== 0 || lower[i] === upper[i]) return false
  if (z === 0 && (proportional[i]! > 0 || (felt !== null && felt.buy[i]! + felt.sell[i]! > 0))) return false
  return !rows.some(
    ({ bend, kink }, k) => multipliers[k]! > 0 && bend !== null && bend[i] !== 0 && isAt(z, kink?.[i] ?? 0),
  )
}

/** Of the objective, and of the caps that bind or are exceeded, at the optimum: λ(Σ/r − (Σx)(Σx)'/r³). */
function curvatureAt(program: CostProgram, { trade, capMultipliers }: Answer): Float64Array {
  const { n, caps } = program
  const curvature = program.quadratic.slice()
  for (let i = 0; i < n; i++)
    if (trade[i] !== 0) curvature[i * n + i]! += powerCurvature(program, i, trade[i]!, Math.sign(trade[i]!))
  caps.forEach(({ matrix, point }, k) => {
    const price = capMultipliers[k]!
    if (price === 0) return
    const { norm, image } = reach(matrix, point, trade, n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        curvature[i * n + j]! += price * (matrix[i * n + j]! / norm - (image[i]! * image[j]!) / norm ** 3)
  })
  return curvature
}

/**
 * y over the free trades and μ over what binds. τA'A is added to H, which changes neither, for A y = 0, and makes it regular
 * wherever the optimum is one point.
 */
function solveAdjoint(of: {
  readonly n: number
  readonly free: readonly number[]
  readonly curvature: Float64Array
  readonly slopes: readonly Float64Array[]
  readonly slope: Float64Array
}): { readonly along: Float64Array | null; readonly prices: Float64Array } {
  const { n, free, curvature, slopes, slope } = of
  const m = free.length
  const none = { along: null, prices: new Float64Array(slopes.length) }
  // Trades that all stand on kinks or bounds leave what else binds nothing to move.
  if (m === 0) return slopes.length === 0 ? { ...none, along: new Float64Array(0) } : none
  const rows = slopes.map((each) => Float64Array.from(free, (i) => each[i]!))
  const largest = (of: (k: number) => number): number => free.reduce((most, _, k) => Math.max(most, of(k)), 0)
  const curved = largest((k) => curvature[free[k]! * n + free[k]!]!) || 1
  const steep = largest((k) => rows.reduce((sum, row) => sum + row[k]! ** 2, 0)) || 1
  const matrix = new Float64Array(m * m)
  for (let k = 0; k < m; k++)
    for (let l = 0; l < m; l++) {
      let sum = curvature[free[k]! * n + free[l]!]!
      for (const row of rows) sum += (curved / steep) * row[k]! * row[l]!
      matrix[k * m + l] = sum + (k === l ? RIDGE * curved : 0)
    }
  const factor = factorise(matrix, m)
  if (factor === null) return none
  const gain = solveFactored(
    factor,
    Float64Array.from(free, (i) => slope[i]!),
    m,
  )
  const count = rows.length
  if (count === 0) return { along: gain, prices: new Float64Array(0) }
  const solved = rows.map((row) => solveFactored(factor, row, m))
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, each, k) => sum + each * b[k]!, 0)
  const schur = new Float64Array(count * count)
  for (let k = 0; k < count; k++) for (let l = 0; l < count; l++) schur[k * count + l] = dot(rows[k]!, solved[l]!)
  const schurFactor = factorise(schur, count)
  if (schurFactor === null || rows.some((_, k) => schurFactor[k * count + k]! ** 2 < ALIKE * schur[k * count + k]!))
    return none
  const prices = solveFactored(
    schurFactor,
    Float64Array.from(rows, (row) => dot(row, gain)),
    count,
  )
  const along = gain.map((each, k) => each - solved.reduce((sum, row, l) => sum + row[k]! * prices[l]!, 0))
  return { along, prices }
}
