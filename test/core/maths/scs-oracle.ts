/**
 * Cost-aware programs as cone programs for SCS: the oracle of power costs (power cones) and caps (second-order cones). Every
 * purchase, sale, kink, excess and power is a variable of its own, so that nothing is shared with the solver under test.
 */
import createScs from 'scs-solver'
import type { CostCap, CostProgram } from '../../../src/core/maths/cost-program-types.ts'
import { eigenSymmetric } from '../../../src/core/maths/eigen.ts'

const scs = await createScs()

/** Σ coefficient·variable + constant */
interface Affine {
  readonly terms: readonly (readonly [number, number])[]
  readonly constant: number
}

class ConeProgram {
  readonly cost: number[] = []
  constant = 0
  private readonly zero: Affine[] = []
  private readonly positive: Affine[] = []
  private readonly secondOrder: Affine[][] = []
  private readonly powers: { readonly exponent: number; readonly parts: readonly Affine[] }[] = []

  add(cost: number): number {
    return this.cost.push(cost) - 1
  }
  equal(part: Affine): void {
    this.zero.push(part)
  }
  atLeast(part: Affine): void {
    this.positive.push(part)
  }
  /** parts[0] ≥ ‖the others‖ */
  bound(parts: Affine[]): void {
    this.secondOrder.push(parts)
  }
  /** parts[0]^e·parts[1]^(1 − e) ≥ |parts[2]| */
  power(exponent: number, parts: readonly Affine[]): void {
    this.powers.push({ exponent, parts })
  }

  /** The least value with ½z'Qz over the first variables; null where SCS does not end. */
  solve(quadratic: Float64Array, n: number): number | null {
    const lines = [
      ...this.zero,
      ...this.positive,
      ...this.secondOrder.flat(),
      ...this.powers.flatMap(({ parts }) => parts),
    ]
    const columns: [number, number][][] = this.cost.map(() => [])
    for (const [line, { terms }] of lines.entries()) {
      const merged = new Map<number, number>()
      for (const [variable, coefficient] of terms) merged.set(variable, (merged.get(variable) ?? 0) - coefficient)
      for (const [variable, coefficient] of merged) columns[variable]!.push([line, coefficient])
    }
    const upper = this.cost.map((_, j) =>
      j < n ? Array.from({ length: j + 1 }, (__, i): [number, number] => [i, quadratic[i * n + j]!]) : [],
    )
    const settings = new scs.ScsSettings()
    scs.setDefaultSettings(settings)
    Object.assign(settings, { epsAbs: 1e-9, epsRel: 1e-9, maxIters: 20_000, verbose: 0 })
    const [a, p] = [compress(columns), compress(upper)]
    const solution = scs.solve(
      {
        m: lines.length,
        n: this.cost.length,
        A_x: a.values,
        A_i: a.indices,
        A_p: a.starts,
        P_x: p.values,
        P_i: p.indices,
        P_p: p.starts,
        b: lines.map(({ constant }) => constant),
        c: this.cost,
      },
      {
        z: this.zero.length,
        l: this.positive.length,
        q: this.secondOrder.map((parts) => parts.length),
        qsize: this.secondOrder.length,
        p: this.powers.map(({ exponent }) => exponent),
        psize: this.powers.length,
      },
      settings,
    )
    return solution.info.statusVal === 1 ? solution.info.pobj + this.constant : null
  }
}

function compress(columns: readonly (readonly [number, number])[][]): {
  values: number[]
  indices: number[]
  starts: number[]
} {
  const starts = [0]
  for (const column of columns) starts.push(starts.at(-1)! + column.length)
  const entries = columns.flat()
  return { values: entries.map(([, value]) => value), indices: entries.map(([index]) => index), starts }
}

const one = (variable: number, coefficient = 1, constant = 0): Affine => ({
  terms: [[variable, coefficient]],
  constant,
})
const number = (constant: number): Affine => ({ terms: [], constant })

/** The least objective, or null where SCS does not reach its tolerance. */
export function objectiveByScs(program: CostProgram): number | null {
  const { n, quadratic, deviation, linear, lower, upper } = program
  const cone = new ConeProgram()
  for (let i = 0; i < n; i++) {
    let pull = 0
    for (let j = 0; j < n; j++) pull += quadratic[i * n + j]! * deviation[j]!
    cone.add(linear[i]! + pull)
    cone.constant += 0.5 * deviation[i]! * pull
  }
  for (let i = 0; i < n; i++) {
    addCosts(cone, program, i)
    if (Number.isFinite(lower[i]!)) cone.atLeast(one(i, 1, -lower[i]!))
    if (Number.isFinite(upper[i]!)) cone.atLeast(one(i, -1, upper[i]!))
  }
  addRows(cone, program)
  for (const cap of program.caps) addCap(cone, cap, n)
  return cone.solve(quadratic, n)
}

/** z = bought − sold, each at its proportional and its power cost. */
function addCosts(cone: ConeProgram, program: CostProgram, i: number): void {
  const { proportional, power, exponent, felt } = program
  const sides = [felt?.buy[i] ?? 0, felt?.sell[i] ?? 0].map((before) => {
    const traded = cone.add(proportional[i]!)
    cone.atLeast(one(traded))
    if (power[i]! > 0) {
      const grown = cone.add(power[i]!)
      cone.constant -= power[i]! * before ** (1 + exponent)
      cone.power(1 / (1 + exponent), [one(grown), number(1), one(traded, 1, before)])
    }
    return traded
  })
  cone.equal({
    terms: [
      [i, 1],
      [sides[0]!, -1],
      [sides[1]!, 1],
    ],
    constant: 0,
  })
}

function addRows(cone: ConeProgram, { rows }: CostProgram): void {
  for (const { slope, bend, kink, bound, price } of rows) {
    const terms: [number, number][] = Array.from(slope, (each, i) => [i, -each])
    bend?.forEach((each, i) => {
      if (each === 0) return
      const size = cone.add(0)
      const at = kink?.[i] ?? 0
      for (const side of [1, -1])
        cone.atLeast({
          terms: [
            [size, 1],
            [i, -side],
          ],
          constant: side * at,
        })
      terms.push([size, -each])
    })
    if (price < Infinity) terms.push([addExcess(cone, price), 1])
    cone.atLeast({ terms, constant: bound })
  }
}

/** ‖F'(p + z)‖ ≤ r + excess with Σ = FF' from its eigenvectors. */
function addCap(cone: ConeProgram, { matrix, point, radius, price }: CostCap, n: number): void {
  const { values, vectors } = eigenSymmetric(matrix, n)
  const parts: Affine[] = [price < Infinity ? one(addExcess(cone, price), 1, radius) : number(radius)]
  for (let k = 0; k < n; k++) {
    const root = Math.sqrt(Math.max(0, values[k]!))
    const column = Array.from({ length: n }, (_, i) => root * vectors[i * n + k]!)
    parts.push({
      terms: column.map((each, i) => [i, each] as const),
      constant: column.reduce((sum, each, i) => sum + each * point[i]!, 0),
    })
  }
  cone.bound(parts)
}

function addExcess(cone: ConeProgram, price: number): number {
  const excess = cone.add(price)
  cone.atLeast(one(excess))
  return excess
}
