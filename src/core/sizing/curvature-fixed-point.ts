/**
 * A fixed point x = f(x) by Anderson acceleration: the next x is the combination of the last few f(x) whose residual is
 * least in the least-squares sense (Anderson 1965; Walker and Ni 2011). The plain map alone needs twenty rounds where the
 * costs are alike and hundreds where some deviations hardly drift. Deterministic; a step that is absurdly long or follows a
 * residual that grew is replaced by the plain one, and after `ACCELERATED` rounds only plain ones are taken.
 */
const TOLERANCE = 1e-12
const ROUNDS_MAX = 500
const ACCELERATED = 80
const MEMORY = 5
const STEP_MAX = 3

export interface FixedPoint {
  readonly x: Float64Array
  readonly rounds: number
  /** Largest |f(x) − x| of the last round. */
  readonly residual: number
}

/** @param ceiling largest value of each coordinate; f never returns more */
export function solveFixedPoint({
  start,
  ceiling,
  map,
}: {
  readonly start: Float64Array
  readonly ceiling: Float64Array
  readonly map: (x: Float64Array) => Float64Array
}): FixedPoint {
  let x = start
  let best: FixedPoint = { x, rounds: 0, residual: Number.POSITIVE_INFINITY }
  let before: { x: Float64Array; gap: Float64Array; residual: number } | null = null
  let memory: Move[] = []
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const mapped = map(x)
    const gap = subtract(mapped, x)
    const residual = largest(gap)
    if (residual < best.residual) best = { x: mapped, rounds: round, residual }
    if (residual <= TOLERANCE) break
    if (before === null || residual > 2 * before.residual || round > ACCELERATED) memory = []
    else memory = [...memory, { x: subtract(x, before.x), gap: subtract(gap, before.gap) }].slice(-MEMORY)
    before = { x, gap, residual }
    const accelerated = combine(mapped, gap, memory).map((each, i) => Math.min(each, ceiling[i]!))
    const usable = largest(subtract(accelerated, x)) <= STEP_MAX
    if (!usable) memory = []
    x = usable ? accelerated : mapped
  }
  return best
}

/** How x and its residual changed between two rounds. */
interface Move {
  readonly x: Float64Array
  readonly gap: Float64Array
}

/** f(x) − Σ θ_k (Δx_k + Δgap_k), θ = argmin |gap − Σ θ_k Δgap_k|². */
function combine(mapped: Float64Array, gap: Float64Array, memory: readonly Move[]): Float64Array {
  const theta = leastSquares(
    memory.map((move) => move.gap),
    gap,
  )
  return mapped.map(
    (each, i) => each - memory.reduce((sum, move, k) => sum + theta[k]! * (move.x[i]! + move.gap[i]!), 0),
  )
}

/** min |y − Σ θ_k c_k|² by modified Gram-Schmidt; a column that adds nothing new gets 0. */
function leastSquares(columns: readonly Float64Array[], y: Float64Array): Float64Array {
  const count = columns.length
  const basis = columns.map((column) => column.slice())
  const upper = new Float64Array(count * count)
  const projected = new Float64Array(count)
  let rest = y
  // Newest first: it matters most, and an older column that repeats it is the one to drop.
  for (let k = count - 1; k >= 0; k--) {
    const norm = Math.sqrt(dot(basis[k]!, basis[k]!))
    const kept = norm > 1e-9 * Math.sqrt(dot(columns[k]!, columns[k]!))
    upper[k * count + k] = kept ? norm : 0
    const unit = basis[k]!.map((each) => (kept ? each / norm : 0))
    for (let l = 0; l < k; l++) {
      const share = dot(unit, basis[l]!)
      upper[k * count + l] = share
      basis[l] = basis[l]!.map((each, i) => each - share * unit[i]!)
    }
    const share = dot(unit, rest)
    projected[k] = share
    rest = rest.map((each, i) => each - share * unit[i]!)
  }
  const theta = new Float64Array(count)
  for (let k = 0; k < count; k++) {
    if (upper[k * count + k] === 0) continue
    let sum = projected[k]!
    for (let l = 0; l < k; l++) sum -= upper[k * count + l]! * theta[l]!
    theta[k] = sum / upper[k * count + k]!
  }
  return theta
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, each, i) => sum + each * b[i]!, 0)
const subtract = (a: Float64Array, b: Float64Array): Float64Array => a.map((each, i) => each - b[i]!)
const largest = (a: Float64Array): number =>
  a.reduce((most, each) => Math.max(most, Number.isFinite(each) ? Math.abs(each) : Number.POSITIVE_INFINITY), 0)
