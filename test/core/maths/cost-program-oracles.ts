/** Independent answers to cost-aware programs: a clear, slow method that shares no code with the solver, and HiGHS. */
import type { CostCap, CostProgram, CostRow } from '../../../src/core/maths/cost-program-types.ts'
import { solveWithHighs } from './highs-oracle.ts'

const rowAt = (row: CostRow, z: Float64Array): number =>
  z.reduce((sum, x, i) => sum + row.slope[i]! * x + (row.bend?.[i] ?? 0) * Math.abs(x - (row.kink?.[i] ?? 0)), 0)

const capAt = ({ matrix, point }: CostCap, z: Float64Array): number => {
  const n = z.length
  let square = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) square += (point[i]! + z[i]!) * matrix[i * n + j]! * (point[j]! + z[j]!)
  return Math.sqrt(Math.max(0, square))
}

/** The objective in so many words, excess of soft rows included. */
export function objectiveAt(program: CostProgram, z: Float64Array): number {
  const { n, quadratic, deviation, linear, proportional, power, exponent, felt, rows } = program
  let total = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) total += 0.5 * (deviation[i]! + z[i]!) * quadratic[i * n + j]! * (deviation[j]! + z[j]!)
    const size = Math.abs(z[i]!)
    const before = (z[i]! > 0 ? felt?.buy[i] : felt?.sell[i]) ?? 0
    total += linear[i]! * z[i]! + proportional[i]! * size
    total += power[i]! * ((before + size) ** (1 + exponent) - before ** (1 + exponent))
  }
  for (const cap of program.caps) if (cap.price < Infinity) total += cap.price * Math.max(0, capAt(cap, z) - cap.radius)
  for (const row of rows) if (row.price < Infinity) total += row.price * Math.max(0, rowAt(row, z) - row.bound)
  return total
}

/**
 * The clear version: method of multipliers, rows kept by λ ← clip(λ + (R − h)/μ), and for fixed multipliers one trade at a time by
 * trisection of a convex function. Minutes for a large program; for a handful of trades about seven digits.
 */
export function minimiseSlowly(program: CostProgram): { z: Float64Array; excess: number } {
  const { n, lower, upper, rows } = program
  const z = Float64Array.from({ length: n }, (_, i) => Math.min(upper[i]!, Math.max(lower[i]!, 0)))
  const multipliers = rows.map(() => 0)
  const softness = 0.02
  const plain = { ...program, rows: [] }
  const penalised = (): number => {
    const ofRows = rows.map((row, k) => {
      const now = clip(multipliers[k]! + (rowAt(row, z) - row.bound) / softness, row.price)
      return now * (rowAt(row, z) - row.bound) - 0.5 * softness * (now - multipliers[k]!) ** 2
    })
    return objectiveAt(plain, z) + ofRows.reduce((a, b) => a + b, 0)
  }
  for (let outer = 0; outer < 60; outer++) {
    for (let sweep = 0; sweep < 25; sweep++) {
      for (let i = 0; i < n; i++) {
        let [from, to] = [Math.max(lower[i]!, z[i]! - 4), Math.min(upper[i]!, z[i]! + 4)]
        const at = (x: number): number => {
          z[i] = x
          return penalised()
        }
        for (let cut = 0; cut < 70; cut++) {
          const [left, right] = [from + (to - from) / 3, to - (to - from) / 3]
          if (at(left) <= at(right)) to = right
          else from = left
        }
        z[i] = 0.5 * (from + to)
      }
    }
    rows.forEach((row, k) => {
      multipliers[k] = clip(multipliers[k]! + (rowAt(row, z) - row.bound) / softness, row.price)
    })
  }
  const hard = rows.filter(({ price }) => price === Infinity).map((row) => rowAt(row, z) - row.bound)
  return { z, excess: Math.max(0, ...hard) }
}

const clip = (x: number, price: number): number => Math.min(price, Math.max(0, x))

/** The least objective of a program without power cost, every kink and excess a variable of its own; null where infeasible. */
export function objectiveByHighs(program: CostProgram): number | null {
  const { n, quadratic, deviation, linear, proportional, lower, upper, rows } = program
  const columns = { cost: [] as number[], lower: [] as number[], upper: [] as number[] }
  const add = (cost: number, from: number, to: number): number => {
    columns.lower.push(from)
    columns.upper.push(to)
    return columns.cost.push(cost) - 1
  }
  let constant = 0
  for (let i = 0; i < n; i++) {
    let pull = linear[i]!
    for (let j = 0; j < n; j++) {
      pull += quadratic[i * n + j]! * deviation[j]!
      constant += 0.5 * deviation[i]! * quadratic[i * n + j]! * deviation[j]!
    }
    add(pull, lower[i]!, upper[i]!)
  }
  const sparse: { entries: [number, number][]; bound: number }[] = []
  /** A variable ≥ |z_i − kink|. */
  const size = (i: number, kink: number, cost: number): number => {
    const variable = add(cost, 0, Infinity)
    sparse.push({
      entries: [
        [i, 1],
        [variable, -1],
      ],
      bound: kink,
    })
    sparse.push({
      entries: [
        [i, -1],
        [variable, -1],
      ],
      bound: -kink,
    })
    return variable
  }
  for (let i = 0; i < n; i++) if (proportional[i]! > 0) size(i, 0, proportional[i]!)
  for (const row of rows) {
    const entries: [number, number][] = Array.from(row.slope, (slope, i) => [i, slope])
    row.bend?.forEach((bend, i) => {
      if (bend > 0) entries.push([size(i, row.kink?.[i] ?? 0, 0), bend])
    })
    if (row.price < Infinity) entries.push([add(row.price, 0, Infinity), -1])
    sparse.push({ entries, bound: row.bound })
  }
  const total = columns.cost.length
  const large = new Float64Array(total * total)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) large[i * total + j] = quadratic[i * n + j]!
  const least = solveWithHighs({
    quadratic: large,
    linear: Float64Array.from(columns.cost),
    lower: Float64Array.from(columns.lower),
    upper: Float64Array.from(columns.upper),
    rows: sparse.map(({ entries, bound }) => {
      const coefficients = new Float64Array(total)
      for (const [variable, coefficient] of entries) coefficients[variable]! += coefficient
      return { coefficients, bound }
    }),
  })
  return least === null ? null : least + constant
}
