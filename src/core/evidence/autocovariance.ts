/** Sample autocovariances R_k = Σ_t (x_t − x̄)(x_{t+k} − x̄)/n: the divisor n keeps them positive semidefinite. */
import { sum } from '../maths/matrix.ts'

/** R_0 … R_lags, lags below the length. */
export function autocovariances(values: Float64Array, lags: number): Float64Array {
  const n = values.length
  const mean = sum(values) / n
  const centred = values.map((value) => value - mean)
  return Float64Array.from({ length: lags + 1 }, (_, k) => {
    let total = 0
    for (let t = 0; t + k < n; t++) total += centred[t]! * centred[t + k]!
    return total / n
  })
}
