/** Test functions of many searches, with their optimum of 0 at a point inside [−4.3, 5.7]ⁿ that is not its middle. */
const scaled = (u: Float64Array): Float64Array => u.map((each) => 10 * each - 4.3)
const total = (x: Float64Array, term: (value: number, k: number) => number): number =>
  x.reduce((sum, value, k) => sum + term(value, k), 0)

export type TestFunction = (u: Float64Array) => number

export const sphere: TestFunction = (u) => total(scaled(u), (x) => x * x)
/** Condition 10⁶. */
export const ellipsoid: TestFunction = (u) =>
  total(scaled(u), (x, k) => 10 ** ((6 * k) / Math.max(1, u.length - 1)) * x * x)
export const rosenbrock: TestFunction = (u) => {
  const x = scaled(u)
  return total(x.subarray(1), (next, k) => 100 * (next - x[k]! ** 2) ** 2 + (1 - x[k]!) ** 2)
}
export const rastrigin: TestFunction = (u) => total(scaled(u), (x) => x * x + 10 - 10 * Math.cos(2 * Math.PI * x))
/** Least in a corner, where nothing is flat. */
export const corner: TestFunction = (u) => total(u, (x, k) => (k % 2 === 0 ? x : 1 - x))
