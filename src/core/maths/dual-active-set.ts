/**
 * The factors that the dual active-set method keeps (Goldfarb and Idnani, Mathematical Programming 27, 1983, §4): for
 * H = LL' and the active normals N = [a₁ … a_q], a matrix J with J'HJ = I whose transformed normals are triangular,
 * J'N = [R; 0]. The first q columns J₁ of J span the active directions, the rest J₂ move without leaving a constraint.
 * Adding a normal is one reflection, dropping one a row of rotations: O(n²) each, orthogonal, hence stable.
 */
import { assert } from '../base/result.ts'

export interface ActiveFactors {
  readonly n: number
  /** q: how many normals are active. */
  count: number
  /** J', n × n row-major: its row k is column k of J. */
  readonly columns: Float64Array
  /** R, in the upper left q × q of an n × n row-major matrix. */
  readonly triangle: Float64Array
}

/** No active normals: J = L⁻ᵀ. l: the Cholesky factor of H. */
export function startFactors(l: Float64Array, n: number): ActiveFactors {
  const columns = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let k = 0; k < i; k++) {
      const factor = l[row + k]!
      if (factor === 0) continue
      for (let j = 0; j <= k; j++) columns[row + j]! -= factor * columns[k * n + j]!
    }
    columns[row + i] = 1
    for (let j = 0; j <= i; j++) columns[row + j]! /= l[row + i]!
  }
  return { n, count: 0, columns, triangle: new Float64Array(n * n) }
}

/** d = J'a */
export function transform({ n, columns }: ActiveFactors, a: Float64Array): Float64Array {
  const d = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const element = a[i]!
    // Bounds have one element, and most limits few.
    if (element === 0) continue
    for (let k = 0; k < n; k++) d[k]! += columns[k * n + i]! * element
  }
  return d
}

/** Σ J_k d_k over the columns from `from` up to `to`. */
export function combine(
  { n, columns }: ActiveFactors,
  d: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
): Float64Array {
  const result = new Float64Array(n)
  for (let k = from; k < to; k++) {
    const factor = d[k]!
    if (factor === 0) continue
    for (let i = 0; i < n; i++) result[i]! += factor * columns[k * n + i]!
  }
  return result
}

/** r = R⁻¹d₁: how much of each active normal a normal with J'a = d is made of. */
export function solveTriangle({ n, count, triangle }: ActiveFactors, d: Float64Array): Float64Array {
  const r = d.slice(0, count)
  for (let k = count - 1; k >= 0; k--) {
    for (let j = k + 1; j < count; j++) r[k]! -= triangle[k * n + j]! * r[j]!
    r[k]! /= triangle[k * n + k]!
  }
  return r
}

/** R⁻ᵀb */
function solveTriangleTransposed({ n, count, triangle }: ActiveFactors, b: Float64Array): Float64Array {
  const p = b.slice()
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < k; j++) p[k]! -= triangle[j * n + k]! * p[j]!
    p[k]! /= triangle[k * n + k]!
  }
  return p
}

/** Makes the normal with J'a = d the last active one. It must be independent of the active ones. */
export function addNormal(factors: ActiveFactors, d: Float64Array): void {
  const { n, count, columns, triangle } = factors
  assert(count < n, 'more than n normals cannot be independent')
  let tail = 0
  for (let k = count + 1; k < n; k++) tail += d[k]! * d[k]!
  let pivot = d[count]!
  if (tail > 0) {
    // The reflection of (d_q … d_n) onto its first axis, with the sign that loses no digits.
    const length = Math.sqrt(pivot * pivot + tail)
    const v = d.slice()
    v[count] = pivot > 0 ? pivot + length : pivot - length
    const beta = 2 / (v[count]! * v[count]! + tail)
    pivot = pivot > 0 ? -length : length
    const shared = combine(factors, v, { from: count, to: n })
    for (let k = count; k < n; k++) {
      const factor = beta * v[k]!
      if (factor === 0) continue
      for (let i = 0; i < n; i++) columns[k * n + i]! -= factor * shared[i]!
    }
  }
  for (let k = 0; k < count; k++) triangle[k * n + count] = d[k]!
  triangle[count * n + count] = pivot
  factors.count = count + 1
}

/** Drops the active normal in place `index`; those after it move up. */
export function dropNormal(factors: ActiveFactors, index: number): void {
  const { n, count, columns, triangle } = factors
  for (let j = index + 1; j < count; j++) for (let k = 0; k <= j; k++) triangle[k * n + j - 1] = triangle[k * n + j]!
  // Each column moved up has one element below the diagonal: rotate it away.
  for (let k = index; k < count - 1; k++) {
    const f = triangle[k * n + k]!
    const g = triangle[(k + 1) * n + k]!
    const length = Math.sqrt(f * f + g * g)
    const turn = { row: k, n, cosine: f / length, sine: g / length }
    rotateRows(triangle, { ...turn, from: k, to: count - 1 })
    triangle[(k + 1) * n + k] = 0
    rotateRows(columns, { ...turn, from: 0, to: n })
  }
  factors.count = count - 1
}

function rotateRows(
  matrix: Float64Array,
  turn: { row: number; n: number; cosine: number; sine: number; from: number; to: number },
): void {
  const { n, cosine, sine } = turn
  const upper = turn.row * n
  const lower = upper + n
  for (let j = turn.from; j < turn.to; j++) {
    const u = matrix[upper + j]!
    const l = matrix[lower + j]!
    matrix[upper + j] = cosine * u + sine * l
    matrix[lower + j] = cosine * l - sine * u
  }
}

/**
 * The solution of H·step + N·multipliers = forces, N'·step = gaps: what takes a point with these residuals onto the
 * optimum of its active set.
 */
export function solveActive(
  factors: ActiveFactors,
  { forces, gaps }: { readonly forces: Float64Array; readonly gaps: Float64Array },
): { readonly step: Float64Array; readonly multipliers: Float64Array } {
  const p = transform(factors, forces)
  const along = solveTriangleTransposed(factors, gaps)
  const left = Float64Array.from(along, (value, k) => p[k]! - value)
  p.set(along)
  return { step: combine(factors, p, { from: 0, to: factors.n }), multipliers: solveTriangle(factors, left) }
}
