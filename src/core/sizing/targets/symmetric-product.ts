/**
 * y = Ax of a symmetric matrix, from its upper triangle: each element is read once and used twice, four rows at a time, so
 * that most of the work stays in registers (the blocking of level-2 BLAS, Dongarra et al., ACM TOMS 14, 1988).
 */

/** a: n × n, row-major, symmetric; only the upper triangle of each block of four rows is read. y must not be x. */
export function multiplySymmetric(a: Float64Array, x: Float64Array, y: Float64Array, n: number): void {
  y.fill(0)
  let i = 0
  for (; i + 3 < n; i += 4) {
    const p = i * n
    const q = p + n
    const r = q + n
    const s = r + n
    const x0 = x[i]!
    const x1 = x[i + 1]!
    const x2 = x[i + 2]!
    const x3 = x[i + 3]!
    const a01 = a[p + i + 1]!
    const a02 = a[p + i + 2]!
    const a03 = a[p + i + 3]!
    const a12 = a[q + i + 2]!
    const a13 = a[q + i + 3]!
    const a23 = a[r + i + 3]!
    let y0 = y[i]! + a[p + i]! * x0 + a01 * x1 + a02 * x2 + a03 * x3
    let y1 = y[i + 1]! + a01 * x0 + a[q + i + 1]! * x1 + a12 * x2 + a13 * x3
    let y2 = y[i + 2]! + a02 * x0 + a12 * x1 + a[r + i + 2]! * x2 + a23 * x3
    let y3 = y[i + 3]! + a03 * x0 + a13 * x1 + a23 * x2 + a[s + i + 3]! * x3
    for (let j = i + 4; j < n; j++) {
      const v = x[j]!
      const e = a[p + j]!
      const f = a[q + j]!
      const g = a[r + j]!
      const h = a[s + j]!
      y0 += e * v
      y1 += f * v
      y2 += g * v
      y3 += h * v
      y[j]! += e * x0 + f * x1 + (g * x2 + h * x3)
    }
    y[i] = y0
    y[i + 1] = y1
    y[i + 2] = y2
    y[i + 3] = y3
  }
  for (; i < n; i++) {
    let own = y[i]! + a[i * n + i]! * x[i]!
    for (let j = i + 1; j < n; j++) {
      own += a[i * n + j]! * x[j]!
      y[j]! += a[i * n + j]! * x[i]!
    }
    y[i] = own
  }
}
