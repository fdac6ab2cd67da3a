/**
 * The limits of a mandate over the variables of a decision: a box where a limit is on one variable alone, rows of the convex
 * program where it is on several. What is limited by |weight| of an underlying with several instruments is no sum over
 * variables: of the two lines that make it up the row has the one of a stated side, which lies nowhere above it, and gains
 * the other when an optimum turns out to be on that side.
 */
import { rememberLast } from '../base/remember.ts'
import type { Universe } from '../domain/universe.ts'
import type { CostCap, CostRow } from '../maths/cost-program-types.ts'
import { multiplyVector } from '../maths/matrix.ts'
import type { Space } from './decision.ts'
import { measureRisk, type RiskTerm, slopeRisk } from './limit-risk.ts'
import { type Binding, type Cap, looser, measureRow, type Row, reachedBy, slopeRow, tradedOf } from './limits.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { capInstrument, capUnderlying, tighter } from './trade-caps.ts'

/** What a multiplier is the price of. */
export interface Source extends Omit<Binding, 'price' | 'errorPrice'> {
  /** Units of the program that a unit of the limit is. */
  readonly perUnit: number
}

export interface Box {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** What the lower and the upper bound of a variable stand for; null where there is none. */
  readonly lowest: readonly (Source | null)[]
  readonly highest: readonly (Source | null)[]
  /** Limits of underlyings with several instruments. */
  readonly rows: readonly CostRow[]
  readonly sources: readonly Source[]
}

/** Caps on single trades, of the instrument and of its underlying. Limits with a price have rows. */
export const boxOf = (inputs: PlanInputs, held: Valued, space: Space): Box => boxFor(space, inputs, held)

const boxFor = rememberLast((space: Space, inputs: PlanInputs, held: Valued): Box => makeBox(inputs, held, space))

function makeBox(inputs: PlanInputs, held: Valued, { instruments, variablesOf }: Space): Box {
  const m = instruments.length
  const lower = new Float64Array(m)
  const upper = new Float64Array(m)
  const lowest: (Source | null)[] = instruments.map(() => null)
  const highest: (Source | null)[] = instruments.map(() => null)
  const rows: CostRow[] = []
  const sources: Source[] = []
  variablesOf.forEach((variables, u) => {
    const touches = new Uint8Array(variablesOf.length)
    touches[u] = 1
    const sourceOf = ({ limit, name, limitValue, perUnit }: Cap): Source => ({
      limit,
      name,
      limitValue,
      perUnit,
      touches,
      back: null,
    })
    for (const direction of [1, -1] as const) {
      const own = capUnderlying(inputs, held, { at: u, direction, priced: false })
      const alone = variables.length === 1
      for (const k of variables) {
        const instrument = capInstrument(inputs, held, { at: instruments[k]!, direction, priced: false })
        const cap = alone ? tighter(own, instrument) : instrument
        const [bound, sourceAt] = direction > 0 ? [upper, highest] : [lower, lowest]
        bound[k] = cap.size === 0 ? 0 : direction * cap.size
        if (cap.size < Number.POSITIVE_INFINITY) sourceAt[k] = sourceOf(cap)
      }
      if (alone || variables.length === 0 || own.size === Number.POSITIVE_INFINITY) continue
      const slope = new Float64Array(m)
      for (const k of variables) slope[k] = direction
      rows.push(hardRow({ slope, bend: null, kink: null, bound: own.size }))
      sources.push(sourceOf(own))
    }
  })
  return { lower, upper, lowest, highest, rows, sources }
}

/** How far a row may go: to a bound, and beyond it at a price; +∞ holds it. */
export interface Reach {
  readonly bound: number
  readonly price: number
}

/** A limit with a price may be exceeded at it; where the book is outside of any other, it may stay where it is. */
export const reachOf = ({ asked, bound, price }: Row): Reach => ({
  bound: price === Number.POSITIVE_INFINITY ? bound : asked,
  price,
})

/**
 * A line of a row over the variables. @param row straight (`straightenRow`)
 * @param at trades it is taken at: which line of |z − kink| counts where several instruments make up z, which scenarios are worst
 */
export function rowOver(
  universe: Universe,
  row: Row,
  { decision, at, reach }: { readonly decision: Space; readonly at: Float64Array; readonly reach: Reach },
): CostRow {
  const { instruments, variablesOf } = decision
  const slope = Float64Array.from(instruments, (j) => row.slope[j]!)
  const bend = Float64Array.from(instruments, (j) => row.bend[j]!)
  const kink = Float64Array.from(instruments, (j) => row.at?.[j] ?? 0)
  let bound = reach.bound - row.base
  if (row.at !== null) {
    const traded = new Set(instruments)
    row.at.forEach((each, j) => {
      if (!traded.has(j)) bound -= row.bend[j]! * Math.abs(each)
    })
  }
  if (row.kink !== null) {
    const { size, at: kinkAt } = row.kink
    variablesOf.forEach((variables, u) => {
      const [first] = variables
      if (size[u] === 0) return
      if (first === undefined) bound -= size[u]! * Math.abs(kinkAt[u]!)
      else if (variables.length === 1) {
        bend[first]! += size[u]!
        kink[first] = kinkAt[u]!
      } else {
        // On a kink, the line above it.
        const side = tradedOf(universe, at, u) < kinkAt[u]! ? -1 : 1
        for (const k of variables) slope[k]! += size[u]! * side
        bound += size[u]! * side * kinkAt[u]!
      }
    })
  }
  if (row.risk !== null) {
    const reached = reachedBy(universe, row.risk.point, at)
    const tangent = slopeRisk(row.risk, reached)
    bound -= measureRisk(row.risk, reached)
    instruments.forEach((j, k) => {
      slope[k]! += tangent[universe.underlyingOf[j]!]!
    })
    universe.underlyings.forEach((_, u) => {
      bound += tangent[u]! * tradedOf(universe, at, u)
    })
  }
  const bent = bend.some((each) => each !== 0)
  const kinked = bent && kink.some((each) => each !== 0)
  return { slope, bend: bent ? bend : null, kink: kinked ? kink : null, bound, price: reach.price, weight: 1 }
}

/** A cap over the variables, and what of its point no variable can move. */
export interface CapLine {
  readonly cap: CostCap
  /** What the limit counts for one unit of the cap. */
  readonly multiple: number
  /** c'Σc of what is fixed, and (Σc) of each variable; null where nothing is. */
  readonly fixed: { readonly square: number; readonly cross: Float64Array } | null
}

export function capOver(
  universe: Universe,
  { matrix, point, multiple }: Extract<RiskTerm, { kind: 'norm' }>,
  { decision, reach }: { readonly decision: Space; readonly reach: Reach },
): CapLine {
  const { instruments, variablesOf } = decision
  const n = universe.underlyings.length
  const m = instruments.length
  const own = instruments.map((j) => universe.underlyingOf[j]!)
  const radius = Math.max(0, reach.bound) / multiple
  const price = reach.price * multiple
  if (m === n && own.every((u, k) => u === k))
    return { cap: { matrix, point, radius, price, weight: 1 }, multiple, fixed: null }
  const lifted = Float64Array.from({ length: m * m }, (_, at) => matrix[own[Math.floor(at / m)]! * n + own[at % m]!]!)
  const reached = new Float64Array(m)
  const rest = point.slice()
  variablesOf.forEach(([first], u) => {
    if (first === undefined) return
    reached[first] = point[u]!
    rest[u] = 0
  })
  const cap = { matrix: lifted, point: reached, radius, price, weight: 1 }
  if (rest.every((each) => each === 0)) return { cap, multiple, fixed: null }
  const image = multiplyVector(matrix, rest, n)
  const square = image.reduce((total, each, u) => total + each * rest[u]!, 0)
  return { cap, multiple, fixed: { square: Math.max(0, square), cross: Float64Array.from(own, (u) => image[u]!) } }
}

const hardRow = (terms: Omit<CostRow, 'price' | 'weight'>): CostRow => ({
  ...terms,
  price: Number.POSITIVE_INFINITY,
  weight: 1,
})

/** What a row is the price of, and whose trades it touches: those that change its measure where the plan ends. */
export function sourceOf(
  universe: Universe,
  row: Row,
  { variablesOf, traded }: Pick<Space, 'variablesOf'> & { readonly traded: Float64Array },
): Source {
  const up = slopeRow(universe, row, traded, oneSide(traded.length, 1))
  const down = slopeRow(universe, row, traded, oneSide(traded.length, -1))
  const touches = Uint8Array.from(variablesOf, (variables, u) =>
    variables.length > 0 && universe.instrumentsOf[u]!.some((j) => up[j] !== 0 || down[j] !== 0) ? 1 : 0,
  )
  const was = measureRow(universe, row, new Float64Array(traded.length))
  const side = looser(row.limit)
  const back = was > row.bound ? { from: side * was, to: side * measureRow(universe, row, traded) } : null
  return { limit: row.limit, name: row.name, limitValue: row.limitValue, perUnit: 1, touches, back }
}

const oneSide = (length: number, side: 1 | -1): Int8Array => new Int8Array(length).fill(side)
