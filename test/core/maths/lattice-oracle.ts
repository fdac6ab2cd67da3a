/**
 * Lattice programs by an independent solver: HiGHS chooses among lots as integers, a range or point of each trade by a binary,
 * and sees the convex parts (risk, impact, limits) by their tangents at the places it came by (outer approximation; Duran and
 * Grossmann, Mathematical Programming 36, 1986). Its bound and the best place it met meet at the optimum.
 */
import { createRequire } from 'node:module'
import type { Highs } from 'highs'
import type { LatticeProgram } from '../../../src/core/maths/lattice-types.ts'
import {
  obeysAt,
  objectiveAt,
  objectiveSlope,
  riskAt,
  riskSlope,
  rowAt,
  rowSlope,
  withoutFees,
} from './lattice-problems.ts'

// Its types describe the CommonJS build, so that is the one to load.
const loadHighs: () => Promise<Highs> = createRequire(import.meta.url)('highs')
const highs = await loadHighs()

/** HiGHS keeps constraints and bounds to absolute tolerances: objectives of 1e-3 are made large. */
const SCALE = 1e4
const ROUNDS = 400

/** A column: lots of a range, whether it is that range, or whether it is that point. */
type Column =
  | { readonly kind: 'lots'; readonly i: number; readonly step: number; readonly most: number; readonly least: number }
  | { readonly kind: 'range'; readonly i: number; readonly origin: number; readonly from: number; readonly to: number }
  | { readonly kind: 'point'; readonly i: number; readonly weight: number }

interface Cut {
  /** Per trade, and per trade on whether it is not 0. */
  readonly slope: readonly number[]
  readonly fee: readonly number[]
  readonly atMost: number
  /** Whether the objective's bound is on the left too. */
  readonly ofObjective: boolean
}

function columnsOf({ choices }: LatticeProgram): Column[] {
  return choices.flatMap(({ origin, step, ranges, points }, i): Column[] => [
    ...ranges.flatMap(({ from, to }): Column[] => [
      { kind: 'range', i, origin, from, to },
      { kind: 'lots', i, step, least: Math.min(0, from), most: Math.max(0, to) },
    ]),
    ...points.map((weight): Column => ({ kind: 'point', i, weight })),
  ])
}

interface Convex {
  readonly at: (t: readonly number[]) => number
  readonly slope: (t: readonly number[]) => number[]
}

/** The least objective. Throws where it cannot be shown. */
export function leastByHighs(program: LatticeProgram): number {
  const { n, rows, caps, fixed } = program
  const columns = columnsOf(program)
  const without = { ...program, fixed: new Float64Array(n) }
  const smooth: Convex = { at: (t) => objectiveAt(without, t), slope: (t) => objectiveSlope(without, t) }
  const limits: { of: Convex; fee: readonly number[]; bound: number }[] = [
    ...rows
      .filter(({ price }) => price === Infinity)
      .map((row) => {
        const bare = row.spends === null ? row : withoutFees(row)
        const fee = Array.from({ length: n }, (_, i) => (row.spends === null ? 0 : row.spends.fee[i]!))
        const of = {
          at: (t: readonly number[]) => rowAt(program, bare, t),
          slope: (t: readonly number[]) => rowSlope(program, bare, t),
        }
        return { of, fee, bound: row.bound }
      }),
    ...caps
      .filter(({ price }) => price === Infinity)
      .map((cap) => ({
        of: { at: (t: readonly number[]) => riskAt(cap, t), slope: (t: readonly number[]) => riskSlope(cap, t) },
        fee: new Array<number>(n).fill(0),
        bound: cap.radius,
      })),
  ]
  const cuts: Cut[] = [
    tangent(
      smooth,
      Array.from({ length: n }, () => 0),
      { fee: Array.from(fixed), bound: 0, ofObjective: true },
    ),
  ]
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const { bound, t } = solveMaster(program, columns, cuts)
    if (obeysAt(program, t)) best = Math.min(best, objectiveAt(program, t))
    if (best - bound <= 1e-9) return best
    cuts.push(tangent(smooth, t, { fee: Array.from(fixed), bound: 0, ofObjective: true }))
    for (const limit of limits)
      cuts.push(tangent(limit.of, t, { fee: limit.fee, bound: limit.bound, ofObjective: false }))
  }
  throw new Error(`the oracle did not close the gap, best ${best}`)
}

/** f(t̂) + s'(t − t̂) + fees ≤ bound (+ objective). */
function tangent(
  f: Convex,
  at: readonly number[],
  { fee, bound, ofObjective }: { fee: readonly number[]; bound: number; ofObjective: boolean },
): Cut {
  const slope = f.slope(at)
  const shift = slope.reduce((sum, each, i) => sum + each * at[i]!, 0)
  return { slope, fee, atMost: bound - f.at(at) + shift, ofObjective }
}

function solveMaster(
  program: LatticeProgram,
  columns: readonly Column[],
  cuts: readonly Cut[],
): { bound: number; t: number[] } {
  const { n } = program
  const numCols = columns.length + 1
  const numRows = cuts.length + n + 2 * columns.filter(({ kind }) => kind === 'range').length
  const dense: number[][] = []
  const [lower, upper]: [number[], number[]] = [[], []]
  for (const cut of cuts) {
    // Rows of limits are of the size of weights, those of the objective are scaled.
    const unit = cut.ofObjective ? SCALE : 100
    const row = columns.map((column) => unit * coefficient(column, cut))
    dense.push([...row, cut.ofObjective ? -1 : 0])
    lower.push(-highs.infinity)
    upper.push(unit * cut.atMost)
  }
  for (let i = 0; i < n; i++) {
    dense.push([...columns.map((column) => (column.i === i && column.kind !== 'lots' ? 1 : 0)), 0])
    lower.push(1)
    upper.push(1)
  }
  columns.forEach((column, c) => {
    if (column.kind !== 'range') return
    const pair = (factor: number): number[] => columns.map((_, k) => (k === c ? -factor : k === c + 1 ? 1 : 0))
    dense.push([...pair(column.from), 0], [...pair(column.to), 0])
    lower.push(0, -highs.infinity)
    upper.push(highs.infinity, 0)
  })
  return highs.withModel(
    {
      numCols,
      numRows,
      colCost: [...columns.map(() => 0), 1],
      colLower: [...columns.map((column) => (column.kind === 'lots' ? column.least : 0)), -highs.infinity],
      colUpper: [...columns.map((column) => (column.kind === 'lots' ? column.most : 1)), highs.infinity],
      rowLower: lower,
      rowUpper: upper,
      integrality: Int32Array.from([...columns.map(() => 1), 0]),
      matrix: {
        format: 'csr',
        numRows,
        numCols,
        starts: Int32Array.from({ length: numRows + 1 }, (_, k) => k * numCols),
        indices: Int32Array.from({ length: numRows * numCols }, (_, k) => k % numCols),
        values: dense.flat(),
      },
    },
    (model) => {
      model.options.set({
        output_flag: false,
        mip_rel_gap: 0,
        mip_abs_gap: 1e-7,
        mip_feasibility_tolerance: 1e-9,
        primal_feasibility_tolerance: 1e-9,
      })
      model.run()
      const status = model.getModelStatus()
      if (status !== highs.constants.modelStatus.optimal) throw new Error(`the oracle answered ${status}`)
      const x = model.getSolution().colValue
      const t = new Array<number>(n).fill(0)
      columns.forEach((column, c) => {
        t[column.i]! += weightOf(column) * Math.round(x[c]!)
      })
      return { bound: model.getObjectiveValue() / SCALE, t }
    },
  )
}

const weightOf = (column: Column): number =>
  column.kind === 'lots' ? column.step : column.kind === 'range' ? column.origin : column.weight

const coefficient = (column: Column, { slope, fee }: Cut): number => {
  const traded = column.kind === 'range' || (column.kind === 'point' && column.weight !== 0)
  return slope[column.i]! * weightOf(column) + (traded ? fee[column.i]! : 0)
}
