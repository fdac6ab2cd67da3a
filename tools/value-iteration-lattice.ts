/**
 * Deviations of 2 or 3 assets on a lattice: what `value-iteration.ts` needs to know of the space it works in. Noise of any
 * covariance is a random walk over lattice vectors (Selling's decomposition), and the cheapest trade a distance transform.
 */

/** Probability of a jump that is left out. */
const NEGLIGIBLE = 1e-8

/** Three axes always, the third of one point where there are two assets; the first axis runs fastest. */
export interface Lattice {
  readonly n: number
  readonly spacing: readonly number[]
  /** Points per axis, odd: the middle is the target. */
  readonly points: readonly [number, number, number]
  readonly size: number
  readonly steps: readonly Step[]
  readonly proportional: readonly number[]
}

/** Moves by k·vector with probability weights[|k|]. */
export interface Step {
  readonly vector: readonly number[]
  readonly weights: Float64Array
}

/** The lattice with `half` points on either side of the target, whose noise has the covariance `moved` (n × n). */
export function makeLattice(inputs: {
  readonly half: readonly number[]
  readonly spacing: readonly number[]
  readonly proportional: readonly number[]
  readonly moved: Float64Array
}): Lattice {
  const { half, spacing, proportional, moved } = inputs
  const n = half.length
  const points = [2 * half[0]! + 1, 2 * half[1]! + 1, 2 * (half[2] ?? 0) + 1] as const
  const scaled = moved.map((each, k) => each / (spacing[Math.floor(k / n)]! * spacing[k % n]!))
  const steps = decompose(scaled, n).map(({ vector, rate }) => ({ vector, weights: skellam(rate) }))
  return { n, spacing, points, size: points[0] * points[1] * points[2], steps, proportional }
}

/** d of a lattice point. */
export function deviationAt({ n, points, spacing }: Lattice, index: number): Float64Array {
  const [nx, ny] = points
  const place = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))]
  return Float64Array.from({ length: n }, (_, i) => (place[i]! - (points[i]! - 1) / 2) * spacing[i]!)
}

/** ½d'Bd at every point. */
export function quadratic(lattice: Lattice, matrix: Float64Array): Float64Array {
  const { n, size } = lattice
  return Float64Array.from({ length: size }, (_, index) => {
    const d = deviationAt(lattice, index)
    let sum = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += d[i]! * matrix[i * n + j]! * d[j]!
    return sum / 2
  })
}

/**
 * Q = Σ rate·vv' over integer vectors, rates > 0: Selling's reduction to an obtuse superbase b_0 … b_n (Conway-Sloane, Proc. R.
 * Soc. A 436, 1992); the rate −b_i'Qb_j belongs to the vector orthogonal to the others.
 */
function decompose(matrix: Float64Array, n: number): { vector: readonly number[]; rate: number }[] {
  const base: number[][] = Array.from({ length: n + 1 }, (_, b) =>
    Array.from({ length: n }, (_, i) => (b === n ? -1 : b === i ? 1 : 0)),
  )
  const product = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, each, i) => sum + each * y.reduce((row, other, j) => row + matrix[i * n + j]! * other, 0), 0)
  const pairs = base.flatMap((_, i) => base.map((_, j) => [i, j] as const)).filter(([i, j]) => i < j)
  const tiny = 1e-12 * product(base[0]!, base[0]!)
  for (;;) {
    const acute = pairs.find(([i, j]) => product(base[i]!, base[j]!) > tiny)
    if (acute === undefined) break
    const [i, j] = acute
    const turned = base[i]!
    base.forEach((vector, k) => {
      if (k === i) base[k] = turned.map((each) => -each)
      else if (k !== j) base[k] = vector.map((each, axis) => each + (2 / (n - 1)) * turned[axis]!)
    })
  }
  return pairs.flatMap(([i, j]) => {
    const rate = -product(base[i]!, base[j]!)
    if (rate <= tiny) return []
    const [p, q] = base.filter((_, k) => k !== i && k !== j)
    return [{ vector: q === undefined ? [-p![1]!, p![0]!] : cross(p!, q), rate }]
  })
}

const cross = (p: readonly number[], q: readonly number[]): number[] =>
  [0, 1, 2].map((i) => p[(i + 1) % 3]! * q[(i + 2) % 3]! - p[(i + 2) % 3]! * q[(i + 1) % 3]!)

/** P(K = k), k = 0, 1, …, of the difference of two Poisson counts of mean rate/2: symmetric, variance `rate`. */
function skellam(rate: number): Float64Array {
  const length = Math.ceil(5 * Math.sqrt(rate) + 6)
  const poisson = new Float64Array(length + Math.ceil(rate + 8 * Math.sqrt(rate) + 12))
  poisson[0] = Math.exp(-rate / 2)
  for (let k = 1; k < poisson.length; k++) poisson[k] = (poisson[k - 1]! * rate) / 2 / k
  const weights = Float64Array.from({ length }, (_, k) =>
    poisson.reduce((sum, each, j) => sum + each * (poisson[j + k] ?? 0), 0),
  )
  const kept = weights.filter((each) => each > NEGLIGIBLE)
  const total = 2 * kept.reduce((sum, each) => sum + each, 0) - kept[0]!
  return kept.map((each) => each / total)
}

/** E values(d + step): beyond the box a point counts as the nearest one of the box and the cost of the way to it. */
export function move(lattice: Lattice, { vector, weights }: Step, values: Float64Array): Float64Array {
  const [nx, ny, nz] = lattice.points
  const [vx = 0, vy = 0, vz = 0] = vector
  const [px, py, pz] = [priceOf(lattice, 0), priceOf(lattice, 1), priceOf(lattice, 2)]
  const moved = values.map((each) => each * weights[0]!)
  // Everything is symmetric about the target, so half of the rows will do.
  for (let row = 0; row < (ny * nz + 1) / 2; row++) {
    const z = Math.floor(row / ny)
    const y = row - z * ny
    const start = row * nx
    for (let k = 1 - weights.length; k < weights.length; k++) {
      if (k === 0) continue
      const p = weights[Math.abs(k)]!
      const shift = k * vx
      const cy = clamp(y + k * vy, ny)
      const cz = clamp(z + k * vz, nz)
      const way = Math.abs(y + k * vy - cy) * py + Math.abs(z + k * vz - cz) * pz
      const source = (cz * ny + cy) * nx
      const from = Math.min(Math.max(-shift, 0), nx)
      const to = Math.max(Math.min(nx - shift, nx), from)
      for (let x = 0; x < from; x++) moved[start + x]! += p * (values[source]! + way - (x + shift) * px)
      for (let x = from; x < to; x++) moved[start + x]! += p * (values[source + shift + x]! + way)
      for (let x = to; x < nx; x++)
        moved[start + x]! += p * (values[source + nx - 1]! + way + (x + shift - nx + 1) * px)
    }
  }
  for (let at = 0; at < lattice.size >> 1; at++) moved[lattice.size - 1 - at] = moved[at]!
  return moved
}

export const clamp = (x: number, points: number): number => Math.min(Math.max(x, 0), points - 1)
/** Cost of trading one lattice spacing. */
export const priceOf = ({ proportional, spacing }: Lattice, axis: number): number =>
  (proportional[axis] ?? 0) * (spacing[axis] ?? 0)

/** min over trades of cost + values, in place: the weighted L1 norm separates by axis, and along one two sweeps do. */
export function minimise(lattice: Lattice, values: Float64Array): void {
  const { points, size } = lattice
  let stride = 1
  for (let axis = 0; axis < 3; axis++) {
    const price = priceOf(lattice, axis)
    const span = stride * points[axis]!
    for (let at = 0; at < size; at++)
      if (at % span >= stride) values[at] = Math.min(values[at]!, values[at - stride]! + price)
    for (let at = size - 1; at >= 0; at--)
      if (at % span < span - stride) values[at] = Math.min(values[at]!, values[at + stride]! + price)
    stride = span
  }
}
