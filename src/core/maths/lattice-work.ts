/**
 * Where a search on the lattice stands: the trades, the gradient M(d+t) + b, the values of rows and caps, and for every trade
 * its neighbours below and above with what they cost. One move costs O(n): each of these changes by what the move adds.
 */
import { powerCost } from './cost-program-power.ts'
import { type Choice, nextChoice, weightOf } from './lattice-choices.ts'
import type { LatticeCap, LatticePlace, LatticeProgram, LatticeRow } from './lattice-types.ts'
import { addProduct, quadraticForm } from './matrix.ts'

/** Rows and caps are sums of float64 weights: less than this beyond a bound is on it. */
export const ON_BOUND = 5e-13
/** A change of the objective below this share of its terms is rounding of the terms. */
const ROUNDING = 1e-12

/** The neighbours of all trades in one direction; where there is none the weight is that of the trade itself. */
export interface Neighbours {
  readonly weight: Float64Array
  readonly lots: Float64Array
  readonly point: Int8Array
  /** The way there; 0 where there is none. */
  readonly step: Float64Array
  /** What moving there adds to the cost, and of that the fee of an order. */
  readonly extra: Float64Array
  readonly fee: Float64Array
  /** ½M_ii step² */
  readonly half: Float64Array
  /** Both added to the cost: all that moving there adds but for step·gradient. */
  readonly rest: Float64Array
  /** What moving there adds to each row. */
  readonly rows: readonly Float64Array[]
}

export interface LatticeWork {
  readonly program: LatticeProgram
  readonly trade: Float64Array
  readonly lots: Float64Array
  readonly point: Int8Array
  readonly gradient: Float64Array
  readonly rowValue: Float64Array
  /** Per cap: Σ(p + t), and (p + t)'Σ(p + t). */
  readonly capPull: readonly Float64Array[]
  readonly capSquare: Float64Array
  /** Σ t over each group, and the trades of each that has several. */
  readonly groupSum: Float64Array
  readonly mates: readonly (readonly number[])[]
  /** Trades that the search may move, ascending. */
  readonly free: readonly number[]
  readonly down: Neighbours
  readonly up: Neighbours
  /** What each trade costs. */
  readonly cost: Float64Array
  /** Per trade: what the gradient may be off by, times `ROUNDING`. */
  readonly noise: Float64Array
  readonly hasSoft: boolean
  /** No order has a fee and no limit a price: where a first step does not help no further one does. */
  readonly isPlain: boolean
  /** Used within a function, so that none makes objects in its loops. */
  readonly here: Choice
  readonly next: Choice
  readonly own: Float64Array
}

const makeNeighbours = ({ n, rows }: LatticeProgram): Neighbours => ({
  weight: new Float64Array(n),
  lots: new Float64Array(n),
  point: new Int8Array(n),
  step: new Float64Array(n),
  extra: new Float64Array(n),
  fee: new Float64Array(n),
  half: new Float64Array(n),
  rest: new Float64Array(n),
  rows: rows.map(() => new Float64Array(n)),
})

export function makeLatticeWork(program: LatticeProgram, place: LatticePlace): LatticeWork {
  const { n, rows, caps, choices, kept, group } = program
  const trade = Float64Array.from(choices, (each, i) => weightOf(each, place.lots[i]!, place.point[i]!))
  const free: number[] = []
  for (let i = 0; i < n; i++) {
    const { ranges, points } = choices[i]!
    if (kept[i] === 0 && (ranges.length > 0 || points.length > 1)) free.push(i)
  }
  const hasSoft = [...rows, ...caps].some(({ price }) => price < Number.POSITIVE_INFINITY)
  const work: LatticeWork = {
    program,
    trade,
    lots: place.lots.slice(),
    point: place.point.slice(),
    gradient: new Float64Array(n),
    rowValue: new Float64Array(rows.length),
    capPull: caps.map(() => new Float64Array(n)),
    capSquare: new Float64Array(caps.length),
    groupSum: new Float64Array(group.reduce((most, each) => Math.max(most, each + 1), 0)),
    mates: matesOf(program),
    free,
    cost: new Float64Array(n),
    down: makeNeighbours(program),
    up: makeNeighbours(program),
    noise: new Float64Array(n),
    hasSoft,
    isPlain: !hasSoft && program.fixed.every((fee) => fee === 0),
    here: { weight: 0, lots: 0, point: -1 },
    next: { weight: 0, lots: 0, point: -1 },
    own: new Float64Array(rows.length),
  }
  measureAll(work)
  return work
}

/** Per group: its trades where there are several and a row sees their sum, else none. */
function matesOf({ group, rows }: LatticeProgram): number[][] {
  const mates: number[][] = []
  if (rows.every(({ groupKink }) => groupKink === null)) return mates
  group.forEach((u, i) => {
    mates[u] ??= []
    mates[u].push(i)
  })
  return mates.map((own) => (own.length > 1 ? own : []))
}

/** Everything that a move only adds to, from the trades alone. */
function measureAll(work: LatticeWork): void {
  const { program, trade, gradient, groupSum, capPull, capSquare, noise } = work
  const { n, quadratic, deviation, linear, rows, caps, group, proportional } = program
  let spread = 0
  for (let i = 0; i < n; i++)
    spread += Math.sqrt(quadratic[i * n + i]!) * (Math.abs(deviation[i]!) + Math.abs(trade[i]!))
  gradient.set(linear)
  addProduct(
    quadratic,
    deviation.map((each, j) => each + trade[j]!),
    n,
    gradient,
  )
  for (let i = 0; i < n; i++) {
    const terms = Math.sqrt(quadratic[i * n + i]!) * spread + Math.abs(linear[i]!)
    noise[i] = ROUNDING * (terms + (Number.isFinite(proportional[i]!) ? proportional[i]! : 0))
  }
  groupSum.fill(0)
  for (let i = 0; i < n; i++) groupSum[group[i]!]! += trade[i]!
  for (let k = 0; k < rows.length; k++) work.rowValue[k] = measureRow(program, rows[k]!, trade)
  caps.forEach(({ matrix, point, fixed }, k) => {
    const pull = capPull[k]!
    let square = fixed?.square ?? 0
    for (let i = 0; i < n; i++) {
      let each = 0
      for (let j = 0; j < n; j++) each += matrix[i * n + j]! * (point[j]! + trade[j]!)
      const cross = fixed?.cross[i] ?? 0
      pull[i] = each + cross
      square += (point[i]! + trade[i]!) * (each + 2 * cross)
    }
    capSquare[k] = square
  })
  for (let i = 0; i < n; i++) findNeighbours(work, i)
}

/** Every cost of trade i at x. */
export function costAt(program: LatticeProgram, i: number, x: number): number {
  if (x === 0) return 0
  const walked = program.walk === null ? 0 : program.walk.cost(i, x)
  return program.proportional[i]! * Math.abs(x) + powerCost(program, i, x) + walked + program.fixed[i]!
}

/**
 * x times the slope of row k in trade i, of the piece that a larger trade would enter. Fees of orders have none, and impact
 * counts by the straight line from 0.
 */
export function addsToRow({ program, trade, groupSum }: LatticeWork, k: number, i: number): number {
  const { slope, bend, kink, groupKink, spends } = program.rows[k]!
  const x = trade[i]!
  const side = (away: number): number => Math.sign(away) || Math.sign(x)
  let steep = slope[i]!
  if (bend !== null) steep += bend[i]! * side(kink === null ? x : x - kink[i]!)
  if (groupKink !== null) {
    const u = program.group[i]!
    steep += groupKink.size[u]! * side(groupSum[u]! - groupKink.at[u]!)
  }
  return x * steep + (spends === null ? 0 : spends.cost(i, x))
}

/** What one trade adds to a row. */
export function rowTerm(row: LatticeRow, i: number, x: number): number {
  let value = row.slope[i]! * x
  if (row.bend !== null) value += row.bend[i]! * Math.abs(row.kink === null ? x : x - row.kink[i]!)
  if (row.spends !== null && x !== 0) value += row.spends.cost(i, x) + row.spends.fee[i]!
  return value
}

/** R_k(t) */
function measureRow({ n, group }: LatticeProgram, row: LatticeRow, trade: Float64Array): number {
  let value = 0
  for (let i = 0; i < n; i++) value += rowTerm(row, i, trade[i]!)
  if (row.groupKink !== null) {
    const { size, at } = row.groupKink
    const sums = new Float64Array(at.length)
    for (let i = 0; i < n; i++) sums[group[i]!]! += trade[i]!
    for (let u = 0; u < sums.length; u++) value += size[u]! * Math.abs(sums[u]! - at[u]!)
  }
  return value
}

/** Where trade i could go next on both sides, and what that costs. */
function findNeighbours(work: LatticeWork, i: number): void {
  const { program, trade, lots, point, here, next, own } = work
  for (let k = 0; k < own.length; k++) own[k] = rowTerm(program.rows[k]!, i, trade[i]!)
  here.weight = trade[i]!
  here.lots = lots[i]!
  here.point = point[i]!
  const cost = costAt(program, i, here.weight)
  work.cost[i] = cost
  for (let direction = -1; direction <= 1; direction += 2) {
    const side = direction < 0 ? work.down : work.up
    const found = nextChoice(program.choices[i]!, here, direction, next) ? next : here
    side.weight[i] = found.weight
    side.lots[i] = found.lots
    side.point[i] = found.point
    const step = found.weight - here.weight
    side.step[i] = step
    side.half[i] = 0.5 * program.quadratic[i * program.n + i]! * step * step
    side.extra[i] = step === 0 ? 0 : costAt(program, i, found.weight) - cost
    side.rest[i] = side.half[i]! + side.extra[i]!
    for (let k = 0; k < side.rows.length; k++) side.rows[k]![i] = rowStepFrom(work, k, i, found.weight)
    side.fee[i] = here.weight === 0 ? program.fixed[i]! : found.weight === 0 ? -program.fixed[i]! : 0
  }
}

/** Puts trade i on a choice. */
export function moveTo(work: LatticeWork, i: number, choice: Choice): void {
  const { program, trade, gradient, groupSum, rowValue, capPull, capSquare } = work
  const { n, quadratic, rows, caps, group } = program
  const change = choice.weight - trade[i]!
  for (let k = 0; k < rows.length; k++) rowValue[k]! += rowStep(work, k, i, choice.weight)
  for (let k = 0; k < caps.length; k++) {
    const { matrix } = caps[k]!
    const pull = capPull[k]!
    capSquare[k]! += change * (2 * pull[i]! + change * matrix[i * n + i]!)
    for (let j = 0; j < n; j++) pull[j]! += matrix[i * n + j]! * change
  }
  const row = i * n
  for (let j = 0; j < n; j++) gradient[j]! += quadratic[row + j]! * change
  groupSum[group[i]!]! += change
  trade[i] = choice.weight
  work.lots[i] = choice.lots
  work.point[i] = choice.point
  findNeighbours(work, i)
  for (const j of work.mates[group[i]!] ?? []) if (j !== i) findNeighbours(work, j)
}

/** What trade i at x instead adds to row k. */
function rowStep(work: LatticeWork, k: number, i: number, x: number): number {
  work.own[k] = rowTerm(work.program.rows[k]!, i, work.trade[i]!)
  return rowStepFrom(work, k, i, x)
}

/** The same where `own` has what trade i adds now. */
function rowStepFrom({ program, trade, groupSum, own }: LatticeWork, k: number, i: number, x: number): number {
  const row = program.rows[k]!
  if (x === trade[i]) return 0
  let change = rowTerm(row, i, x) - own[k]!
  if (row.groupKink !== null) {
    const u = program.group[i]!
    const away = groupSum[u]! - row.groupKink.at[u]!
    change += row.groupKink.size[u]! * (Math.abs(away + x - trade[i]!) - Math.abs(away))
  }
  return change
}

/** A change of at most two trades: i to x and, where j ≥ 0, j to y. */
export interface Change {
  i: number
  x: number
  j: number
  y: number
}

function rowAfter(work: LatticeWork, k: number, change: Change): number {
  const { program, trade, groupSum, rowValue } = work
  const { i, x, j, y } = change
  let value = rowValue[k]! + rowStep(work, k, i, x)
  if (j < 0) return value
  value += rowStep(work, k, j, y)
  const { groupKink } = program.rows[k]!
  const u = program.group[i]!
  if (groupKink === null || program.group[j] !== u) return value
  // Both in one group: the sum moves once, by both.
  const away = groupSum[u]! - groupKink.at[u]!
  const [dx, dy] = [x - trade[i]!, y - trade[j]!]
  const both = Math.abs(away + dx + dy) - Math.abs(away + dx) - Math.abs(away + dy) + Math.abs(away)
  return value + groupKink.size[u]! * both
}

function capAfter({ program, trade, capPull, capSquare }: LatticeWork, k: number, change: Change): number {
  const { i, x, j, y } = change
  const { n } = program
  const { matrix } = program.caps[k]!
  const pull = capPull[k]!
  const dx = x - trade[i]!
  let square = capSquare[k]! + dx * (2 * pull[i]! + dx * matrix[i * n + i]!)
  if (j >= 0) {
    const dy = y - trade[j]!
    square += dy * (2 * pull[j]! + dy * matrix[j * n + j]!) + 2 * dx * dy * matrix[i * n + j]!
  }
  return Math.sqrt(Math.max(0, square))
}

/** Whether hard rows and caps hold after a step of trade i to a side, or are at least no further out than now. */
export function obeysStep(work: LatticeWork, side: Neighbours, i: number): boolean {
  const { rows, caps } = work.program
  for (let k = 0; k < rows.length; k++) {
    const change = side.rows[k]![i]!
    if (
      change > 0 &&
      work.rowValue[k]! + change > rows[k]!.bound + ON_BOUND &&
      rows[k]!.price === Number.POSITIVE_INFINITY
    )
      return false
  }
  return caps.length === 0 || obeys(work, { i, x: side.weight[i]!, j: -1, y: 0 })
}

/** Whether hard rows and caps hold after a change, or are at least no further out than now. */
export function obeys(work: LatticeWork, change: Change): boolean {
  const { program, rowValue, capSquare } = work
  const { rows, caps } = program
  for (let k = 0; k < rows.length; k++) {
    const { price, bound } = rows[k]!
    if (price < Number.POSITIVE_INFINITY) continue
    const after = rowAfter(work, k, change)
    if (after > bound + ON_BOUND && after > rowValue[k]!) return false
  }
  for (let k = 0; k < caps.length; k++) {
    const { price, radius } = caps[k]!
    if (price < Number.POSITIVE_INFINITY) continue
    const after = capAfter(work, k, change)
    if (after > radius + ON_BOUND && after > Math.sqrt(Math.max(0, capSquare[k]!))) return false
  }
  return true
}

/** What a change adds to the price of soft rows and caps that are exceeded. */
export function softChange(work: LatticeWork, change: Change): number {
  const { program, rowValue, capSquare } = work
  const { rows, caps } = program
  let total = 0
  for (let k = 0; k < rows.length; k++) {
    const { price, bound } = rows[k]!
    if (price === Number.POSITIVE_INFINITY) continue
    total += price * (Math.max(0, rowAfter(work, k, change) - bound) - Math.max(0, rowValue[k]! - bound))
  }
  for (let k = 0; k < caps.length; k++) {
    const { price, radius } = caps[k]!
    if (price === Number.POSITIVE_INFINITY) continue
    const now = Math.sqrt(Math.max(0, capSquare[k]!))
    total += price * (Math.max(0, capAfter(work, k, change) - radius) - Math.max(0, now - radius))
  }
  return total
}

/** What of such a change may be rounding. */
export const noiseOf = ({ noise, trade }: LatticeWork, i: number, x: number): number =>
  noise[i]! * Math.abs(x - trade[i]!)

/** The neighbour of trade i on a side. */
export const neighbourOf = (side: Neighbours, i: number): Choice => ({
  weight: side.weight[i]!,
  lots: side.lots[i]!,
  point: side.point[i]!,
})

/** What moving trade i alone to x adds to the objective. */
export function gainOf(work: LatticeWork, i: number, x: number): number {
  const { program, trade, gradient } = work
  const change = x - trade[i]!
  const own = change * (gradient[i]! + 0.5 * program.quadratic[i * program.n + i]! * change)
  return own + costAt(program, i, x) - work.cost[i]! + (work.hasSoft ? softChange(work, { i, x, j: -1, y: 0 }) : 0)
}

/** What moving every free trade to a weight of its own adds to the objective, and how much of that may be rounding. */
export function gainOfAll(work: LatticeWork, weight: readonly number[]): { change: number; noise: number } {
  const { program, trade, gradient, free } = work
  const { n, quadratic } = program
  let [change, noise] = [0, 0]
  for (let k = 0; k < free.length; k++) {
    const i = free[k]!
    const moved = weight[k]! - trade[i]!
    if (moved === 0) continue
    let pull = gradient[i]!
    for (let l = 0; l < free.length; l++) pull += 0.5 * quadratic[i * n + free[l]!]! * (weight[l]! - trade[free[l]!]!)
    change += moved * pull + costAt(program, i, weight[k]!) - work.cost[i]!
    noise += work.noise[i]! * Math.abs(moved)
  }
  if (work.hasSoft) change += softPriceAt(program, tradeWith(work, weight)) - softPriceAt(program, trade)
  return { change, noise }
}

const tradeWith = ({ trade, free }: LatticeWork, weight: readonly number[]): Float64Array => {
  const moved = trade.slice()
  free.forEach((i, k) => {
    moved[i] = weight[k]!
  })
  return moved
}

/** How far the worst hard row or cap is beyond its bound with every free trade at a weight of its own; below 0 inside. */
export function excessAt(work: LatticeWork, weight: readonly number[]): number {
  const { program } = work
  const moved = tradeWith(work, weight)
  let most = Number.NEGATIVE_INFINITY
  for (const row of program.rows)
    if (row.price === Number.POSITIVE_INFINITY) most = Math.max(most, measureRow(program, row, moved) - row.bound)
  for (const cap of program.caps)
    if (cap.price === Number.POSITIVE_INFINITY) most = Math.max(most, riskAt(program.n, cap, moved) - cap.radius)
  return most
}

/** The objective where the work stands. */
export function objectiveOf(work: LatticeWork): number {
  const { program, trade, gradient, cost } = work
  const { n, deviation, linear } = program
  let value = 0
  // ½(d+t)'M(d+t) + b't with M(d+t) = gradient − b.
  for (let i = 0; i < n; i++) {
    const pull = gradient[i]! - linear[i]!
    value += 0.5 * (deviation[i]! + trade[i]!) * pull + linear[i]! * trade[i]! + cost[i]!
  }
  return value + softPriceAt(program, trade)
}

/** The objective without any trade. */
export function priceOfNothing(program: LatticeProgram): number {
  const { n, quadratic, deviation } = program
  return 0.5 * quadraticForm(deviation, quadratic, n) + softPriceAt(program, new Float64Array(n))
}

/** What exceeding soft rows and caps costs. */
function softPriceAt(program: LatticeProgram, trade: Float64Array): number {
  let value = 0
  for (const row of program.rows)
    if (row.price < Number.POSITIVE_INFINITY)
      value += row.price * Math.max(0, measureRow(program, row, trade) - row.bound)
  for (const cap of program.caps)
    if (cap.price < Number.POSITIVE_INFINITY)
      value += cap.price * Math.max(0, riskAt(program.n, cap, trade) - cap.radius)
  return value
}

/** √((p + t)'Σ(p + t) + 2(Σc)'(p + t) + c'Σc) */
function riskAt(n: number, { matrix, point, fixed }: LatticeCap, trade: Float64Array): number {
  let square = fixed?.square ?? 0
  for (let i = 0; i < n; i++) {
    const reached = point[i]! + trade[i]!
    square += 2 * reached * (fixed?.cross[i] ?? 0)
    for (let j = 0; j < n; j++) square += reached * matrix[i * n + j]! * (point[j]! + trade[j]!)
  }
  return Math.sqrt(Math.max(0, square))
}
