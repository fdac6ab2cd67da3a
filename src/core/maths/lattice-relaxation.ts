/**
 * The continuous program that a lattice search lies in, over its free trades, and the bound that its optimum z₀ and multipliers
 * λ give on every place of the lattice. For any z₀ and any λ_k between 0 and the price of row k, every t that obeys the rows has
 *
 *   f(t) ≥ base + ½‖t − z₀‖²_M + Σ_i ψ_i(t_i),   base = Q(z₀) − Σ_k λ_k h_k,   Q(t) = ½(d+t)'M(d+t) + b't,
 *   ψ_i(x) = (∂Q/∂t_i)(z₀)·(x − z₀_i) + cost_i(x) + Σ_k λ_k R_ki(x),
 *
 * because max(0, R − h)·price ≥ λ(R − h) and hard rows have R ≤ h; a cap counts by its tangent at z₀. Terms of R that are left
 * out are at least 0, and so is what a cap adds: the bound is only looser for it.
 */
import { makeCostProgram } from './cost-program.ts'
import { powerCost } from './cost-program-power.ts'
import type { CostCap, CostOptimum, CostProgram, CostRow } from './cost-program-types.ts'
import type { LatticeChoices, LatticeRow } from './lattice-types.ts'
import { costAt, excessAt, type LatticeWork, ON_BOUND, rowTerm } from './lattice-work.ts'

export interface Relaxation {
  /** The free trades, and M among them, row-major. */
  readonly index: readonly number[]
  readonly matrix: Float64Array
  /** z₀ */
  readonly centre: Float64Array
  readonly base: number
  /** ψ of the k-th free trade, but for what an order costs whatever its size, which is `orderFee`. */
  readonly curve: (k: number, x: number) => number
  readonly orderFee: Float64Array
}

export function relax(work: LatticeWork): Relaxation {
  const { program, free: index } = work
  const m = index.length
  const reduced = reduce(work)
  const { trade: centre, multipliers, capMultipliers } = leastOf(work, reduced)
  const { quadratic, deviation, linear, caps } = reduced
  const slope = new Float64Array(m)
  let base = 0
  for (let k = 0; k < m; k++) {
    let pull = 0
    for (let l = 0; l < m; l++) pull += quadratic[k * m + l]! * (deviation[l]! + centre[l]!)
    slope[k] = pull + linear[k]!
    base += 0.5 * (deviation[k]! + centre[k]!) * pull + linear[k]! * centre[k]!
  }
  program.rows.forEach((_, r) => {
    base -= multipliers[r]! * reduced.rows[r]!.bound
  })
  caps.forEach((cap, c) => {
    base += capMultipliers[c]! * leanOn(cap, centre, { slope, price: capMultipliers[c]! })
  })
  return { index, matrix: quadratic, centre, base, ...curvesOf(work, reduced, { centre, slope, multipliers }) }
}

/** The optimum of the continuous program; where nothing costs and no limit is in the way, that is where d + t is 0. */
function leastOf(
  work: LatticeWork,
  reduced: CostProgram,
): Pick<CostOptimum, 'trade' | 'multipliers' | 'capMultipliers'> {
  const { n, deviation, linear, proportional, power, rows, caps } = reduced
  const nothing = (column: Float64Array): boolean => column.every((each) => each === 0)
  if (
    nothing(linear) &&
    nothing(proportional) &&
    nothing(power) &&
    [...rows, ...work.program.caps].every(({ price }) => price === Number.POSITIVE_INFINITY)
  ) {
    const trade = deviation.map((each) => (each === 0 ? 0 : -each))
    if (excessAt(work, Array.from(trade)) <= ON_BOUND)
      return { trade, multipliers: new Float64Array(rows.length), capMultipliers: new Float64Array(caps.length) }
  }
  return makeCostProgram(n, rows.length).solve(reduced)
}

/** Adds price·(slope of √((p + t)'Σ(p + t)) at the centre). @returns that risk less the radius; 0 where it has no slope */
function leanOn(
  { matrix, point, radius }: CostCap,
  centre: Float64Array,
  { slope, price }: { readonly slope: Float64Array; readonly price: number },
): number {
  const m = centre.length
  const pull = new Float64Array(m)
  let square = 0
  for (let k = 0; k < m; k++) {
    for (let l = 0; l < m; l++) pull[k]! += matrix[k * m + l]! * (point[l]! + centre[l]!)
    square += (point[k]! + centre[k]!) * pull[k]!
  }
  const risk = Math.sqrt(Math.max(0, square))
  if (risk === 0) return 0
  for (let k = 0; k < m; k++) slope[k]! += (price * pull[k]!) / risk
  return risk - radius
}

/** ψ, with all that is linear in it added up. */
function curvesOf(
  { program, free: index }: LatticeWork,
  reduced: CostProgram,
  at: { centre: Float64Array; slope: Float64Array; multipliers: Float64Array },
): Pick<Relaxation, 'curve' | 'orderFee'> {
  const { proportional, rows } = reduced
  // What order books cost is counted as it is, not by the multipliers of their rungs.
  const priced = program.rows.flatMap(({ spends }, r) =>
    at.multipliers[r]! > 0 ? [{ row: rows[r]!, spends, price: at.multipliers[r]! }] : [],
  )
  const slope = at.slope.map((each, k) => priced.reduce((sum, { row, price }) => sum + price * row.slope[k]!, each))
  const shift = at.slope.map((each, k) => -each * at.centre[k]!)
  const kinks = index.map((_, k) =>
    priced.flatMap(({ row: { bend, kink }, price }) =>
      bend === null || bend[k] === 0 ? [] : [{ at: kink?.[k] ?? 0, bend: price * bend[k]! }],
    ),
  )
  const spends = priced.flatMap(({ spends: own, price }) => (own === null ? [] : [{ ...own, price }]))
  const curve = (k: number, x: number): number => {
    const i = index[k]!
    let value = shift[k]! + slope[k]! * x + powerCost(reduced, k, x)
    if (x === 0) return value + kinkedAt(kinks[k]!, 0)
    value += proportional[k]! * Math.abs(x) + kinkedAt(kinks[k]!, x)
    if (program.walk !== null) value += program.walk.cost(i, x)
    for (const { cost, price } of spends) value += price * cost(i, x)
    return value
  }
  const orderFee = Float64Array.from(index, (i) =>
    spends.reduce((sum, { fee, price }) => sum + price * fee[i]!, program.fixed[i]!),
  )
  return { curve, orderFee }
}

function kinkedAt(kinks: readonly { readonly at: number; readonly bend: number }[], x: number): number {
  let value = 0
  for (const { at, bend } of kinks) value += bend * Math.abs(x - at)
  return value
}

/** The program over the free trades, the others where they are, each free one anywhere between its outermost choices. */
function reduce(work: LatticeWork): CostProgram {
  const { program, free: index, trade } = work
  const { n, quadratic, deviation, felt, exponent } = program
  const isFree = new Uint8Array(n)
  for (const i of index) isFree[i] = 1
  const pick = (column: Float64Array): Float64Array => Float64Array.from(index, (i) => column[i]!)
  const linear = Float64Array.from(index, (i) => {
    let pull = program.linear[i]!
    for (let j = 0; j < n; j++) if (isFree[j] === 0) pull += quadratic[i * n + j]! * (deviation[j]! + trade[j]!)
    return pull
  })
  const m = index.length
  return {
    n: m,
    quadratic: Float64Array.from(
      { length: m * m },
      (_, k) => quadratic[index[Math.floor(k / m)]! * n + index[k % m]!]!,
    ),
    deviation: pick(deviation),
    linear,
    proportional: pick(program.proportional),
    power: pick(program.power),
    exponent,
    felt: felt === null ? null : { buy: pick(felt.buy), sell: pick(felt.sell) },
    lower: Float64Array.from(index, (i) => outermost(program.choices[i]!, -1)),
    upper: Float64Array.from(index, (i) => outermost(program.choices[i]!, 1)),
    rows: [
      ...program.rows.map((row) => reduceRow(work, row, isFree)),
      ...(program.walk?.rungs ?? []).map((rung) => reduceRow(work, { ...rung, groupKink: null, spends: null }, isFree)),
    ],
    // Of a cap with a part that does not move, what is left is no cap.
    caps: m === n ? program.caps.filter(({ fixed }) => fixed === null) : [],
  }
}

function outermost({ origin, step, ranges, points }: LatticeChoices, direction: 1 | -1): number {
  const last = direction > 0 ? ranges.at(-1)?.to : ranges[0]?.from
  const point = direction > 0 ? points.at(-1)! : points[0]!
  if (last === undefined) return point
  return direction * Math.max(direction * point, direction * (origin + step * last))
}

/** A row over the free trades. A group in which one trade is free is a kink of that trade, unless it has one already. */
function reduceRow({ program, free: index, trade }: LatticeWork, row: LatticeRow, isFree: Uint8Array): CostRow {
  const { group, n } = program
  let bound = row.bound
  for (let i = 0; i < n; i++) if (isFree[i] === 0) bound -= rowTerm(row, i, trade[i]!)
  const bend = Float64Array.from(index, (i) => row.bend?.[i] ?? 0)
  const kink = Float64Array.from(index, (i) => row.kink?.[i] ?? 0)
  row.groupKink?.at.forEach((at, u) => {
    const size = row.groupKink!.size[u]!
    if (size === 0) return
    const members = index.flatMap((i, k) => (group[i] === u ? [k] : []))
    let rest = -at
    for (let i = 0; i < n; i++) if (group[i] === u && isFree[i] === 0) rest += trade[i]!
    if (members.length === 0) bound -= size * Math.abs(rest)
    const [only] = members
    if (members.length !== 1 || only === undefined || (bend[only] !== 0 && kink[only] !== -rest)) return
    bend[only]! += size
    kink[only] = -rest
  })
  return {
    slope: Float64Array.from(index, (i) => row.slope[i]!),
    bend,
    kink,
    bound,
    price: row.price,
    weight: row.weight,
  }
}

/** What the objective has beyond the terms of the bound: the trades that are not free, alone and times the d of those that are. */
export function restOf({ program, trade, free }: LatticeWork): number {
  const { n, quadratic, deviation, linear } = program
  const isFree = new Uint8Array(n)
  for (const i of free) isFree[i] = 1
  let value = 0
  for (let i = 0; i < n; i++) {
    if (isFree[i] === 1) continue
    value += linear[i]! * trade[i]! + costAt(program, i, trade[i]!)
    for (let j = 0; j < n; j++) {
      const other = isFree[j] === 1 ? deviation[j]! : 0.5 * (deviation[j]! + trade[j]!)
      value += (deviation[i]! + trade[i]!) * quadratic[i * n + j]! * other
    }
  }
  return value
}
