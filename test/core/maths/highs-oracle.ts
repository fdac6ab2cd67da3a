/** Convex quadratic programs by an independent solver: the oracle of the tests in this folder. */
import { createRequire } from 'node:module'
import type { Highs } from 'highs'

export interface Program {
  /** Q of ½x'Qx + c'x, n × n row-major. */
  readonly quadratic: Float64Array
  readonly linear: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** coefficients·x ≤ bound */
  readonly rows: readonly { readonly coefficients: Float64Array; readonly bound: number }[]
}

// Its types describe the CommonJS build, so that is the one to load.
const loadHighs: () => Promise<Highs> = createRequire(import.meta.url)('highs')
const highs = await loadHighs()

/** The least value of the objective, or null where no point obeys the constraints. */
export function solveWithHighs({ quadratic, linear, lower, upper, rows }: Program): number | null {
  const n = linear.length
  const lowerTriangle = Array.from({ length: n }, (_, j) => Array.from({ length: n - j }, (__, k) => j + k))
  const starts = [0]
  for (const column of lowerTriangle) starts.push(starts.at(-1)! + column.length)
  const bounded = (x: number): number => (Number.isFinite(x) ? x : Math.sign(x) * highs.infinity)
  return highs.withModel(
    {
      numCols: n,
      numRows: rows.length,
      colCost: Array.from(linear),
      colLower: Array.from(lower, bounded),
      colUpper: Array.from(upper, bounded),
      rowLower: rows.map(() => -highs.infinity),
      rowUpper: rows.map(({ bound }) => bound),
      matrix: {
        format: 'csr',
        numRows: rows.length,
        numCols: n,
        starts: Int32Array.from({ length: rows.length + 1 }, (_, i) => i * n),
        indices: Int32Array.from({ length: rows.length * n }, (_, k) => k % n),
        values: rows.flatMap(({ coefficients }) => Array.from(coefficients)),
      },
      hessian: {
        format: 'triangular',
        dimension: n,
        starts: Int32Array.from(starts),
        indices: Int32Array.from(lowerTriangle.flat()),
        values: lowerTriangle.flatMap((column, j) => column.map((i) => quadratic[i * n + j]!)),
      },
    },
    (model) => {
      // On some programs with flat directions its active set goes in circles.
      model.options.set({ output_flag: false, qp_iteration_limit: 10_000 })
      model.run()
      const status = model.getModelStatus()
      if (status === highs.constants.modelStatus.infeasible) return null
      if (status !== highs.constants.modelStatus.optimal) throw new Error(`the oracle answered ${status}`)
      return model.getObjectiveValue()
    },
  )
}
