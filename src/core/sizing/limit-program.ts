/**
 * A decision under limits as convex programs, solved until no limit is exceeded. Most limits are one row or one cap of the program.
 * Some gain lines as optima turn up beyond them: |weight| of an underlying with several instruments has a line for each side of
 * its kink, a shortfall over scenarios one for each set of worst scenarios, and what impact spends becomes steeper with size. Lines
 * of one priced limit share one excess, which then is a variable of its own; what is held but cannot be traded enters a cap as a
 * variable that is fixed.
 */
import { type Result, succeed } from '../base/result.ts'
import type { Universe } from '../domain/universe.ts'
import { rowValue } from '../maths/cost-program-certificate.ts'
import { measureSensitivity } from '../maths/cost-program-sensitivity.ts'
import type { CostCap, CostProgram, CostRow } from '../maths/cost-program-types.ts'
import type { Decision } from './decision.ts'
import type { ErrorSlope } from './error-slope.ts'
import { BACK, measureRow, type Row, straightenRow, unitOf } from './limits.ts'
import { type Box, type CapLine, capOver, type Reach, rowOver } from './optimum-rows.ts'

export interface Question {
  readonly decision: Pick<Decision, 'instruments' | 'variablesOf' | 'terms' | 'rungs'>
  readonly box: Box
  readonly rows: readonly Row[]
  /** How far each row may go. */
  readonly reaches: readonly Reach[]
  /** Per instrument: |t| up to which what impact spends is a straight line to begin with. */
  readonly sizes: Float64Array
  /** Null: what limits cost in tracking error is not asked for. */
  readonly errorSlope: ErrorSlope | null
  /** @returns arrays that may be those of the solver */
  readonly solve: (program: CostProgram) => Result<Solved>
}

/** The part of an answer that is read here. */
export interface Solved {
  readonly trade: Float64Array
  readonly multipliers: Float64Array
  readonly capMultipliers: Float64Array
  readonly boundMultipliers: Float64Array
  /** What it is the optimum of, where that is not what was asked. */
  readonly program?: CostProgram
}

export interface Prices {
  /** Per row: what one more unit of room would save. */
  readonly rows: Float64Array
  /** The same for the rows of the box and for its bounds. */
  readonly box: Float64Array
  readonly bounds: Float64Array
}

export interface UnderLimits {
  /** Traded weight per instrument. */
  readonly traded: Float64Array
  /** Per row: fraction of the objective that one more unit of room would save. */
  readonly prices: Float64Array
  /** The same for the rows of the box and, signed, for its bounds. */
  readonly boxPrices: Float64Array
  readonly boundPrices: Float64Array
  /** Of the tracking error that is left; null where there is no such price. */
  readonly errorPrices: Prices | null
  /** Whether no row is exceeded by more than it pays for. */
  readonly met: boolean
}

/** Solves after which a row that gains lines or steeper impact is left to scaling what is over it. */
const ROUNDS_MAX = 40
/** Measures are sums of float64 weights: less than this beyond is on it. */
const TOLERANCE = 1e-12

/** Objective per unit and share of a limit, above every multiplier of limits that leave room. */
const PENALTY = 10

/**
 * The optimum under the limits. Limits that meet in a point without room may have no multipliers, and then no certificate: they
 * are asked again as limits with a price that no optimum pays (an exact penalty), and the answer stands where none is exceeded.
 */
export function solveUnder(universe: Universe, question: Question): Result<UnderLimits> {
  const held = solveRounds(universe, question)
  if (held.ok) return held
  const { rows, reaches } = question
  const isHeld = ({ price }: Reach): boolean => price === Number.POSITIVE_INFINITY
  const dear = reaches.map((reach, k) => (isHeld(reach) ? { ...reach, price: PENALTY / unitOf(rows[k]!) } : reach))
  const paid = solveRounds(universe, { ...question, reaches: dear })
  if (!paid.ok) return held
  const exceeded = rows.some(
    (row, k) =>
      isHeld(reaches[k]!) && measureRow(universe, row, paid.value.traded) > reaches[k]!.bound + BACK * unitOf(row),
  )
  return exceeded ? held : paid
}

function solveRounds(universe: Universe, question: Question): Result<UnderLimits> {
  const { decision, rows, reaches } = question
  const sizes = question.sizes.slice()
  // Each row starts from the line that the book is on.
  const points: Point[] = rows.map((_, of) => ({ of, at: new Float64Array(sizes.length) }))
  for (let round = 1; ; round++) {
    const model = modelRows(universe, question, { points, sizes })
    const program = assemble(question, model)
    const solved = question.solve(program)
    if (!solved.ok) return solved
    const answer = solved.value
    const traded = new Float64Array(sizes.length)
    decision.instruments.forEach((j, k) => {
      traded[j] = answer.trade[k]!
    })
    const paid = paidFor(question, model, answer.trade)
    const over = rows.flatMap((row, of) =>
      measureRow(universe, row, traded) > reaches[of]!.bound + paid[of]! + TOLERANCE ? [of] : [],
    )
    const growing = over.filter((of) => gainsLines(rows[of]!, decision))
    if (growing.length === 0 || round === ROUNDS_MAX)
      return succeed({
        traded,
        ...pricesOf(question, model, answer),
        errorPrices: errorPricesOf(question, model, { answer, traded, program: answer.program ?? program }),
        met: over.length === 0,
      })
    traded.forEach((t, j) => {
      sizes[j] = Math.max(sizes[j]!, Math.abs(t))
    })
    for (const of of growing) points.push({ of, at: traded })
  }
}

/** Where a line of a row is taken. */
interface Point {
  readonly of: number
  readonly at: Float64Array
}

/** The rows as the program has them: of which row each line and cap is, and which rows share one excess among their lines. */
interface Model {
  readonly lines: readonly { readonly of: number; readonly row: CostRow }[]
  readonly caps: readonly { readonly of: number; readonly line: CapLine }[]
  readonly shared: readonly number[]
}

const gainsLines = (row: Row, { variablesOf }: Question['decision']): boolean =>
  row.spends !== null ||
  row.risk?.kind === 'tail' ||
  (row.kink !== null && variablesOf.some((variables, u) => variables.length > 1 && row.kink!.size[u] !== 0))

function modelRows(
  universe: Universe,
  { decision, rows, reaches }: Question,
  { points, sizes }: { readonly points: readonly Point[]; readonly sizes: Float64Array },
): Model {
  const straight = rows.map((row) => straightenRow(row, sizes))
  const lines: { of: number; row: CostRow }[] = []
  const caps: { of: number; line: CapLine }[] = []
  for (const { of, at } of points) {
    const row = straight[of]!
    const { risk } = row
    if (risk?.kind === 'norm') caps.push({ of, line: capOver(universe, risk, { decision, reach: reaches[of]! }) })
    else lines.push({ of, row: rowOver(universe, row, { decision, at, reach: reaches[of]! }) })
  }
  const priced = reaches.flatMap(({ price }, of) => (price < Number.POSITIVE_INFINITY ? [of] : []))
  return { lines, caps, shared: priced.filter((of) => lines.filter((line) => line.of === of).length > 1) }
}

/** The program over the variables of the decision, then an excess for each row that shares one, then what caps hold fixed. */
function assemble({ decision: { terms, rungs }, box, reaches }: Question, { lines, caps, shared }: Model): CostProgram {
  const fixed = caps.filter(({ line }) => line.fixed !== null)
  const n = terms.n + shared.length + fixed.length
  const widen = (column: Float64Array, fill = 0): Float64Array => widened(column, n, fill)
  const widenRow = (row: CostRow): CostRow =>
    n === terms.n
      ? row
      : {
          ...row,
          slope: widen(row.slope),
          bend: row.bend === null ? null : widen(row.bend),
          kink: row.kink === null ? null : widen(row.kink),
        }
  const rows = [
    ...box.rows.map(widenRow),
    ...lines.map(({ of, row }) => {
      const at = shared.indexOf(of)
      if (at < 0) return widenRow(row)
      const wide = { ...widenRow(row), price: Number.POSITIVE_INFINITY }
      wide.slope[terms.n + at] = -1
      return wide
    }),
    ...rungs.map(widenRow),
  ]
  let next = terms.n + shared.length
  const wideCaps = caps.map(({ line }) => widenCap(line, n, line.fixed === null ? -1 : next++))
  if (n === terms.n) return { ...terms, lower: box.lower, upper: box.upper, rows, caps: wideCaps }
  const linear = widen(terms.linear)
  const upper = widen(box.upper)
  shared.forEach((of, at) => {
    linear[terms.n + at] = reaches[of]!.price
    upper[terms.n + at] = Number.POSITIVE_INFINITY
  })
  return {
    n,
    quadratic: widenedSquare(terms.quadratic, terms.n, n),
    deviation: widen(terms.deviation),
    linear,
    proportional: widen(terms.proportional),
    power: widen(terms.power),
    exponent: terms.exponent,
    felt: terms.felt === null ? null : { buy: widen(terms.felt.buy), sell: widen(terms.felt.sell) },
    lower: widen(box.lower),
    upper,
    rows,
    caps: wideCaps,
  }
}

function widened(column: Float64Array, n: number, fill: number): Float64Array {
  const wide = new Float64Array(n).fill(fill)
  wide.set(column)
  return wide
}

function widenedSquare(square: Float64Array, m: number, n: number): Float64Array {
  if (m === n) return square
  const wide = new Float64Array(n * n)
  for (let k = 0; k < m; k++) wide.set(square.subarray(k * m, k * m + m), k * n)
  return wide
}

/** @param fixedAt variable that stands for what the cap holds fixed; −1 where it holds nothing */
function widenCap({ cap, fixed }: CapLine, n: number, fixedAt: number): CostCap {
  const m = cap.point.length
  if (n === m) return cap
  const matrix = widenedSquare(cap.matrix, m, n)
  const point = widened(cap.point, n, 0)
  if (fixed !== null) {
    point[fixedAt] = 1
    matrix[fixedAt * n + fixedAt] = fixed.square
    for (let k = 0; k < m; k++) {
      matrix[fixedAt * n + k] = fixed.cross[k]!
      matrix[k * n + fixedAt] = fixed.cross[k]!
    }
  }
  return { ...cap, matrix, point }
}

/** Per row: what it is said to exceed its bound by, where that has a price. */
function paidFor({ rows, reaches }: Question, { lines, caps }: Model, trade: Float64Array): Float64Array {
  const paid = new Float64Array(rows.length)
  for (const { of, row } of lines)
    if (reaches[of]!.price < Number.POSITIVE_INFINITY)
      paid[of] = Math.max(paid[of]!, rowValue(row, trade, row.slope.length) - row.bound)
  // A cap says exactly what it measures.
  for (const { of } of caps) if (reaches[of]!.price < Number.POSITIVE_INFINITY) paid[of] = Number.POSITIVE_INFINITY
  return paid
}

function pricesOf(
  { rows, box, decision }: Question,
  { lines, caps }: Model,
  { multipliers, capMultipliers, boundMultipliers }: Solved,
): Pick<UnderLimits, 'prices' | 'boxPrices' | 'boundPrices'> {
  const prices = new Float64Array(rows.length)
  lines.forEach(({ of }, k) => {
    prices[of]! += multipliers[box.rows.length + k]!
  })
  caps.forEach(({ of, line }, k) => {
    prices[of]! += capMultipliers[k]! / line.multiple
  })
  return {
    prices,
    boxPrices: multipliers.slice(0, box.rows.length),
    boundPrices: boundMultipliers.slice(0, decision.instruments.length),
  }
}

/** −d TE/d bound, TE the tracking error that is left, by the sensitivity of the optimum. */
function errorPricesOf(
  { rows, box, decision, errorSlope }: Question,
  { lines, caps }: Model,
  {
    answer,
    traded,
    program,
  }: { readonly answer: Solved; readonly traded: Float64Array; readonly program: CostProgram },
): Prices | null {
  const binds = (column: Float64Array): boolean => column.some((each) => each !== 0)
  const { multipliers, capMultipliers, boundMultipliers } = answer
  if (errorSlope === null || !(binds(multipliers) || binds(capMultipliers) || binds(boundMultipliers))) return null
  const slope = errorSlope(traded)
  if (slope === null) return null
  const { instruments } = decision
  const along = Float64Array.from({ length: program.n }, (_, k) =>
    k < instruments.length ? slope[instruments[k]!]! : 0,
  )
  const sensitivity = measureSensitivity(program, answer, along)
  if (sensitivity === null) return null
  const prices = new Float64Array(rows.length)
  lines.forEach(({ of }, k) => {
    prices[of]! -= sensitivity.rows[box.rows.length + k]!
  })
  caps.forEach(({ of, line }, k) => {
    prices[of]! -= sensitivity.caps[k]! / line.multiple
  })
  return {
    rows: prices,
    box: sensitivity.rows.slice(0, box.rows.length).map((each) => 0 - each),
    bounds: Float64Array.from(instruments, (_, k) => 0 - Math.sign(boundMultipliers[k]!) * sensitivity.bounds[k]!),
  }
}
