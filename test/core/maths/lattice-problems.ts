/** Random lattice programs, and answers to them by counting every place or by an independent solver. */
import type { Random } from '../../../src/core/base/random.ts'
import type {
  LatticeCap,
  LatticeChoices,
  LatticePlace,
  LatticeProgram,
  LatticeRow,
  TradeCost,
} from '../../../src/core/maths/lattice-types.ts'
import { drawConditioned, drawGram } from './draws.ts'

/** Rows and walks whose costs also have slopes, for whoever needs tangents. */
type Sloped = TradeCost & { readonly slope: TradeCost }

export interface LatticeCase {
  readonly program: LatticeProgram
  readonly start: LatticePlace
}

export interface Draw {
  readonly n: number
  /** Most lots on either side. */
  readonly lots: number
  /** Whether lots differ up to a thousandfold between trades. */
  readonly mixed: boolean
}

const pickOf = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)]!

/** Lots around 0 with a least order and, for some, a position of odd size that may be closed but not left in crumbs. */
function drawChoices(random: Random, { lots, mixed }: Draw): LatticeChoices {
  const step = mixed ? 0.05 * 10 ** (-3 * random.uniform()) : 0.05 * (0.5 + random.uniform())
  const least = 1 + random.integer(3)
  const count = mixed ? Math.min(lots * Math.round(0.05 / step), 4000) : lots
  const both = [
    { from: -count, to: -least },
    { from: least, to: count },
  ].filter(({ from, to }) => from <= to)
  const close = random.uniform() < 0.4 ? -(least + random.integer(lots) + random.uniform()) : null
  if (close === null) return { origin: 0, step, ranges: both, points: [0] }
  // What a partial sale leaves is at least the least order.
  const hole = { from: Math.ceil(close - least), to: Math.floor(close + least) }
  const ranges = both.flatMap(({ from, to }) =>
    [
      { from, to: Math.min(to, hole.from - 1) },
      { from: Math.max(from, hole.to + 1), to },
    ].filter((range) => range.from <= range.to && (range.to < hole.from || range.from > hole.to)),
  )
  const distinct = ranges.filter((range, k) => ranges.findIndex(({ from }) => from === range.from) === k)
  return { origin: 0, step, ranges: distinct, points: [close * step, 0] }
}

function drawRow(random: Random, n: number, groups: number): LatticeRow {
  const kind = random.integer(5)
  const ones = new Float64Array(n).fill(1)
  const zeros = new Float64Array(n)
  const price = random.uniform() < 0.2 ? 0.05 * random.uniform() : Number.POSITIVE_INFINITY
  const plain = { slope: zeros, bend: null, kink: null, groupKink: null, spends: null, price, weight: 1 }
  if (kind === 0) return { ...plain, bend: ones, bound: 0.05 + 0.4 * random.uniform() }
  if (kind === 1) return { ...plain, slope: ones, bend: ones.map(() => 0.01), bound: 0.1 * random.uniform() }
  if (kind === 2) return { ...plain, slope: ones.map(() => -1), bound: 0.1 * random.uniform() }
  const kink = (): number => -0.2 * random.normal()
  const room = 0.05 * random.uniform()
  if (kind === 4) {
    const at = Float64Array.from({ length: n }, kink)
    return { ...plain, bend: ones, kink: at, bound: at.reduce((sum, each) => sum + Math.abs(each), room) }
  }
  const at = Float64Array.from({ length: groups }, kink)
  const size = at.map(() => pickOf(random, [0, 0.5, 1]))
  return {
    ...plain,
    groupKink: { size, at },
    bound: at.reduce((sum, each, u) => sum + size[u]! * Math.abs(each), room),
  }
}

/** A cap with some room at no trade; of some a part of the point is none of the trades'. */
function drawCap(random: Random, n: number): LatticeCap {
  const whole = drawGram(random, n + 1, n + 1)
  const c = random.uniform() < 0.3 ? 0.1 * random.normal() : 0
  const last = Float64Array.from({ length: n }, (_, k) => c * whole[n * (n + 1) + k]!)
  const cap = {
    matrix: Float64Array.from({ length: n * n }, (_, k) => whole[Math.floor(k / n) * (n + 1) + (k % n)]!),
    point: Float64Array.from({ length: n }, () => 0.1 * random.normal()),
    radius: 0,
    price: random.uniform() < 0.3 ? 0.1 * random.uniform() : Infinity,
    weight: 1,
    fixed: c === 0 ? null : { square: c * c * whole[(n + 1) ** 2 - 1]!, cross: last },
  }
  return { ...cap, radius: riskAt(cap, new Array<number>(n).fill(0)) * (1 + 0.1 * random.uniform()) }
}

export function drawCase(random: Random, draw: Draw): LatticeCase {
  const { n } = draw
  const groups = n > 2 && random.uniform() < 0.3 ? n - 1 : n
  const group = Int32Array.from({ length: n }, (_, i) => Math.min(i, groups - 1))
  const quadratic = random.uniform() < 0.2 ? drawGram(random, n, Math.max(1, n - 1)) : drawConditioned(random, n, 30)
  const costs = pickOf(random, ['none', 'proportional', 'power', 'fixed'] as const)
  const column = (of: () => number): Float64Array => Float64Array.from({ length: n }, of)
  const power = column(() => (costs === 'power' ? 0.03 * random.uniform() : 0))
  const exponent = pickOf(random, [0.5, 0.6, 1])
  const felt = random.uniform() < 0.3 ? { buy: column(random.uniform), sell: column(random.uniform) } : null
  const fixed = column(() => (costs === 'fixed' ? 0.001 * random.uniform() : 0))
  const rows = Array.from({ length: random.integer(4) }, () => drawRow(random, n, groups))
  const spending = rows.map((row) =>
    random.uniform() < 0.3 && row.price === Infinity
      ? { ...row, spends: { cost: impact({ power, exponent, felt }), fee: fixed } }
      : row,
  )
  const caps = random.uniform() < 0.4 ? [drawCap(random, n)] : []
  const book = column(() => 0.1 * random.uniform())
  const program: LatticeProgram = {
    n,
    quadratic,
    deviation: column(() => 0.15 * random.normal()),
    linear: column(() => (random.uniform() < 0.3 ? 0.01 * random.normal() : 0)),
    proportional: column(() => (costs === 'none' ? 0 : 0.01 * random.uniform())),
    power,
    exponent,
    felt,
    fixed,
    walk: random.uniform() < 0.2 ? walkBook(book, 0.02) : null,
    rows: spending,
    caps,
    choices: Array.from({ length: n }, () => drawChoices(random, draw)),
    group,
    kept: new Uint8Array(n),
  }
  return { program, start: drawStart(random, program) }
}

/** c[(m + |x|)^{1+δ} − m^{1+δ}] */
function impact({ power, exponent, felt }: Pick<LatticeProgram, 'power' | 'exponent' | 'felt'>): Sloped {
  const before = (i: number, x: number): number => (x > 0 ? felt?.buy[i] : felt?.sell[i]) ?? 0
  const cost = (i: number, x: number): number =>
    x === 0 ? 0 : power[i]! * powerDifference(before(i, x), Math.abs(x), exponent)
  const slope = (i: number, x: number): number =>
    x === 0 ? 0 : Math.sign(x) * power[i]! * powerSlope(before(i, x), Math.abs(x), exponent)
  return Object.assign(cost, { slope })
}

/** A book of two rungs on each side: beyond `reach` a unit costs `more`. */
function walkBook(reach: Float64Array, more: number): NonNullable<LatticeProgram['walk']> {
  const cost = (i: number, x: number): number => more * Math.max(0, Math.abs(x) - reach[i]!)
  const slope = (i: number, x: number): number => (Math.abs(x) > reach[i]! ? more * Math.sign(x) : 0)
  const rungs = Array.from(reach).flatMap((bound, i) =>
    [1, -1].map((side) => {
      const along = new Float64Array(reach.length)
      along[i] = side
      return { slope: along, bend: null, kink: null, bound, price: more, weight: 1 }
    }),
  )
  return { cost: Object.assign(cost, { slope }), rungs }
}

/** Near the unconstrained optimum, towards 0; some of it at nothing. */
function drawStart(random: Random, { choices, deviation }: LatticeProgram): LatticePlace {
  const places = choices.map((each, i) => {
    const all = listChoices(each).filter(
      ({ weight }) => weight * -deviation[i]! >= 0 && Math.abs(weight) <= Math.abs(deviation[i]!),
    )
    const zero = { weight: 0, lots: 0, point: each.points.indexOf(0) }
    if (random.uniform() < 0.2) return zero
    return all.reduce((best, choice) => (Math.abs(choice.weight) > Math.abs(best.weight) ? choice : best), zero)
  })
  return { lots: Float64Array.from(places, ({ lots }) => lots), point: Int8Array.from(places, ({ point }) => point) }
}

export function listChoices({
  origin,
  step,
  ranges,
  points,
}: LatticeChoices): { weight: number; lots: number; point: number }[] {
  const grid = ranges.flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, k) => ({
      weight: origin + step * (from + k),
      lots: from + k,
      point: -1,
    })),
  )
  return [...grid, ...points.map((weight, point) => ({ weight, lots: 0, point }))]
}

export function isChoice(
  { origin, step, ranges, points }: LatticeChoices,
  { weight, lots, point }: { weight: number; lots: number; point: number },
): boolean {
  if (point >= 0) return points[point] === weight
  return weight === origin + step * lots && ranges.some(({ from, to }) => lots >= from && lots <= to && lots % 1 === 0)
}

/** √ of what a cap measures at t, and its slope. */
export function riskAt({ matrix, point, fixed }: LatticeCap, t: readonly number[]): number {
  const x = point.map((p, i) => p + t[i]!)
  let square = fixed?.square ?? 0
  x.forEach((a, i) => {
    square += 2 * a * (fixed?.cross[i] ?? 0)
    x.forEach((b, j) => {
      square += a * matrix[i * x.length + j]! * b
    })
  })
  return Math.sqrt(Math.max(0, square))
}
export function riskSlope(cap: LatticeCap, t: readonly number[]): number[] {
  const risk = riskAt(cap, t)
  return t.map((_, i) => {
    const pull = t.reduce((sum, each, j) => sum + cap.matrix[i * t.length + j]! * (cap.point[j]! + each), 0)
    return risk === 0 ? 0 : (pull + (cap.fixed?.cross[i] ?? 0)) / risk
  })
}

const powerDifference = (m: number, q: number, exponent: number): number =>
  (m + q) ** (1 + exponent) - m ** (1 + exponent)

/** R_k(t) in so many words. */
export function rowAt({ group }: LatticeProgram, row: LatticeRow, t: readonly number[]): number {
  let value = 0
  t.forEach((x, i) => {
    value += row.slope[i]! * x + (row.bend?.[i] ?? 0) * Math.abs(x - (row.kink?.[i] ?? 0))
    if (row.spends !== null && x !== 0) value += row.spends.cost(i, x) + row.spends.fee[i]!
  })
  row.groupKink?.at.forEach((kink, u) => {
    value += row.groupKink!.size[u]! * Math.abs(t.reduce((sum, x, i) => (group[i] === u ? sum + x : sum), 0) - kink)
  })
  return value
}

export const obeysAt = (program: LatticeProgram, t: readonly number[]): boolean =>
  program.rows.every((row) => row.price < Infinity || rowAt(program, row, t) <= row.bound + 1e-12) &&
  program.caps.every((cap) => cap.price < Infinity || riskAt(cap, t) <= cap.radius + 1e-12)

export function objectiveAt(program: LatticeProgram, t: readonly number[]): number {
  const { n, quadratic, deviation, linear, proportional, power, exponent, felt, fixed, rows } = program
  let total = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) total += 0.5 * (deviation[i]! + t[i]!) * quadratic[i * n + j]! * (deviation[j]! + t[j]!)
    const x = t[i]!
    total += linear[i]! * x
    if (x === 0) continue
    const m = (x > 0 ? felt?.buy[i] : felt?.sell[i]) ?? 0
    total += proportional[i]! * Math.abs(x) + power[i]! * powerDifference(m, Math.abs(x), exponent) + fixed[i]!
    if (program.walk !== null) total += program.walk.cost(i, x)
  }
  for (const row of rows) if (row.price < Infinity) total += row.price * Math.max(0, rowAt(program, row, t) - row.bound)
  for (const cap of program.caps)
    if (cap.price < Infinity) total += cap.price * Math.max(0, riskAt(cap, t) - cap.radius)
  return total
}

const powerSlope = (m: number, q: number, exponent: number): number => (1 + exponent) * (m + q) ** exponent

/** The same without what an order costs whatever its size. */
export const withoutFees = (row: LatticeRow): LatticeRow =>
  row.spends === null ? row : { ...row, spends: { ...row.spends, fee: new Float64Array(row.slope.length) } }

/** A slope of R_k at t; on a kink the one between both sides. */
export function rowSlope({ group }: LatticeProgram, row: LatticeRow, t: readonly number[]): number[] {
  return t.map((x, i) => {
    let slope = row.slope[i]! + (row.bend?.[i] ?? 0) * Math.sign(x - (row.kink?.[i] ?? 0))
    if (row.spends !== null) slope += (row.spends.cost as Sloped).slope(i, x)
    if (row.groupKink !== null) {
      const sum = t.reduce((all, each, j) => (group[j] === group[i] ? all + each : all), 0)
      const u = group[i]!
      slope += row.groupKink.size[u]! * Math.sign(sum - row.groupKink.at[u]!)
    }
    return slope
  })
}

/** A slope of the objective but for fees. */
export function objectiveSlope(program: LatticeProgram, t: readonly number[]): number[] {
  const { n, quadratic, deviation, linear, proportional, power, exponent, felt, rows } = program
  const soft = rows.filter((row) => row.price < Infinity && rowAt(program, row, t) > row.bound)
  const dear = program.caps.filter((cap) => cap.price < Infinity && riskAt(cap, t) > cap.radius)
  const ofRows = [
    ...soft.map((row) => rowSlope(program, row, t).map((each) => row.price * each)),
    ...dear.map((cap) => riskSlope(cap, t).map((each) => cap.price * each)),
  ]
  return t.map((x, i) => {
    let slope = linear[i]!
    for (let j = 0; j < n; j++) slope += quadratic[i * n + j]! * (deviation[j]! + t[j]!)
    const m = (x > 0 ? felt?.buy[i] : felt?.sell[i]) ?? 0
    if (x !== 0) slope += Math.sign(x) * (proportional[i]! + power[i]! * powerSlope(m, Math.abs(x), exponent))
    if (program.walk !== null) slope += (program.walk.cost as Sloped).slope(i, x)
    return slope + ofRows.reduce((sum, each) => sum + each[i]!, 0)
  })
}

/** The least objective of all places that obey every limit, one by one. */
export function countEveryPlace(program: LatticeProgram): number {
  let best = Number.POSITIVE_INFINITY
  const t = new Array<number>(program.n).fill(0)
  const weights = program.choices.map((each) => listChoices(each).map(({ weight }) => weight))
  const visit = (i: number): void => {
    if (i === program.n) {
      const value = objectiveAt(program, t)
      if (value < best && obeysAt(program, t)) best = value
      return
    }
    for (const weight of weights[i]!) {
      t[i] = weight
      visit(i + 1)
    }
  }
  visit(0)
  return best
}
