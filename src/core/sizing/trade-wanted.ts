/**
 * What one proposal wants before limits. `optimal` solves, for the size q, the balance of gain and cost of the last unit:
 *   G = a + (1+δ)c q^δ + M_ii q,   G = s·[τ_α(α − carry) − (Md)_i],   τ_α = 1/(φ + 1/T_i),   q = 0 if G ≤ a.
 * The other curves scale the base by g(v). Without an edge nothing may leave the band on the far side: q ≤ h(1 − v)₊.
 */
import { RATIO_ONE, type Ratio, ratioOfNumber, ratioToNumber } from '../base/ratio.ts'
import { HORIZON_MAX } from './curvature.ts'
import { MULTIPLE_MAX, multipleAt, type ShapedCurve } from './curves.ts'
import { type Gauged, isInside, type Reading, readCurvature, roomOf } from './trade-gauge.ts'
import type { Edge, Factor, Gauge, Proposal, TradeReason } from './trade-types.ts'

export interface Question {
  readonly proposal: Proposal
  readonly side: 1 | -1
  readonly at: Gauged
  readonly reading: Reading
  readonly held: number
  readonly target: number
  /** The base as a weight; null where none was given. */
  readonly base: number | null
  /** g where it is known exactly, which spares the size a rounding. */
  readonly exactMultiple: Ratio | null
}

export interface WantedSize {
  /** |weight|; Infinity where nothing bounds it. */
  readonly size: number
  /** The exact multiple of the base that `size` is; null where it is none. */
  readonly multiple: Ratio | null
  readonly factors: readonly Factor[]
  readonly because: readonly TradeReason[]
}

export function wantTrade(question: Question): WantedSize {
  const { proposal, reading, side, base } = question
  const sized = sizeByCurve(question)
  const factors = [...sized.factors]
  let { size, multiple } = sized
  const room = roomOf(reading, side)
  if (proposal.edge === undefined && base !== null && size > room) {
    size = room
    multiple = null
    factors.push({ name: 'room', value: room, sizeAfter: size })
  }
  return { size, multiple, factors, because: explainSize(question, size, sized.gain) }
}

/** The size before the room left in the band caps it. */
export const sizeByCurve = (question: Question): Sized => {
  const { curve } = question.proposal
  return curve.kind === 'optimal' ? solveTrade(question) : bendBase(question, curve)
}

interface Sized {
  readonly size: number
  readonly multiple: Ratio | null
  readonly factors: readonly Factor[]
  /** G and a, where they decided. */
  readonly gain: { readonly gain: number; readonly cost: number } | null
}

/** size = b·g(v) */
function bendBase(question: Question, curve: ShapedCurve): Sized {
  const { base } = question
  const { multiple, exact } = multipleFor(question, curve)
  const factors: Factor[] = [{ name: 'base', value: base!, sizeAfter: base! }]
  if (multiple !== 1) factors.push({ name: 'curve', value: multiple, sizeAfter: base! * multiple })
  return { size: base! * multiple, multiple: exact, factors, gain: null }
}

/** g(v), as a number and exactly: a float64 is a ratio too. */
function multipleFor(
  { proposal, reading, side, held, target, exactMultiple }: Question,
  curve: ShapedCurve,
): { readonly multiple: number; readonly exact: Ratio } {
  const multiple =
    exactMultiple !== null
      ? ratioToNumber(exactMultiple)
      : multipleAt(curve, {
          directional: side * reading.u,
          side,
          held,
          target,
          halfWidth: reading.halfWidth,
          multipleMax: proposal.multipleMax ?? MULTIPLE_MAX,
        })
  return { multiple, exact: exactMultiple ?? ratioOfNumber(multiple) }
}

function solveTrade({ proposal, side, at, base }: Question): Sized {
  const gauge = proposal.gauge as Extract<Gauge, { unit: 'risk' }>
  const { pressure, stiffness, threshold } = readCurvature(gauge, at)
  const { power, powerExponent } = gauge.curvature.cost
  const balance: Balance = { a: threshold, c: power[at.underlying]!, exponent: powerExponent, stiffness }
  const cap = proposal.multipleMax ?? MULTIPLE_MAX
  if (proposal.edge !== undefined) {
    const gain = side * (edgeWorth(proposal.edge, gauge, at.underlying) - pressure)
    const size = solveSize(gain, balance)
    return capAt({ size, gain: { gain, cost: threshold }, cap: base, name: 'baseCap', multiple: RATIO_ONE })
  }
  if (base === null) {
    const gain = -side * pressure
    return capAt({
      size: solveSize(gain, balance),
      gain: { gain, cost: threshold },
      cap: null,
      name: 'baseCap',
      multiple: null,
    })
  }
  const implied = marginalCost(base, balance)
  const gain = implied - side * pressure
  // At no pressure the answer is the base itself, and where the last unit costs what the first does it is so at any.
  if (pressure === 0 || implied === threshold)
    return { size: base, multiple: RATIO_ONE, factors: [{ name: 'base', value: base, sizeAfter: base }], gain: null }
  const solved = capAt({
    size: solveSize(gain, balance),
    gain: { gain, cost: threshold },
    cap: cap * base,
    name: 'multipleCap',
    multiple: ratioOfNumber(cap),
  })
  return { ...solved, factors: [{ name: 'base', value: base, sizeAfter: base }, ...solved.factors] }
}

function capAt({
  size,
  gain,
  cap,
  name,
  multiple,
}: {
  readonly size: number
  readonly gain: { readonly gain: number; readonly cost: number }
  readonly cap: number | null
  readonly name: 'baseCap' | 'multipleCap'
  readonly multiple: Ratio | null
}): Sized {
  const unbounded = size === Number.POSITIVE_INFINITY
  const factors: Factor[] = unbounded ? [] : [{ name: 'optimal', value: gain.gain, sizeAfter: size }]
  if (cap === null || size <= cap) return { size, multiple: null, factors, gain }
  return { size: cap, multiple, factors: [...factors, { name, value: cap, sizeAfter: cap }], gain }
}

/** τ_α(α − carry): what the edge earns on one unit of weight while the unit is held. */
function edgeWorth({ annual, decay, carry }: Edge, { curvature }: Extract<Gauge, { unit: 'risk' }>, u: number): number {
  // What costs nothing to hold is held for the longest horizon; what trades for nothing is decided anew at each decision.
  const free = curvature.matrix[u * curvature.n + u] === 0
  const horizon = free ? HORIZON_MAX : Math.max(curvature.horizon[u]!, curvature.interval)
  return horizon === 0 ? 0 : (annual - carry) / (decay + 1 / horizon)
}

interface Balance {
  /** a, c, δ, M_ii of one underlying. */
  readonly a: number
  readonly c: number
  readonly exponent: number
  readonly stiffness: number
}

/** a + (1+δ)c q^δ + M_ii q: what the last unit of a size costs. */
export const marginalCost = (q: number, { a, c, exponent, stiffness }: Balance): number =>
  a + (1 + exponent) * c * q ** exponent + stiffness * q

/**
 * The size whose last unit costs what it gains; 0 if G ≤ a, Infinity where no size does (M_ii = c = 0).
 * δ = ½ and c = 0 in closed form; else Newton in y = q^δ, because the slope in q is infinite at 0. In y the cost is convex
 * and increasing, so from an upper bound the steps descend to the root.
 */
export function solveSize(gain: number, balance: Balance): number {
  const { a, c, exponent, stiffness } = balance
  const excess = gain - a
  if (!(excess > 0)) return 0
  const slope = (1 + exponent) * c
  if (slope === 0) return stiffness === 0 ? Number.POSITIVE_INFINITY : excess / stiffness
  if (exponent === 1) return excess / (stiffness + slope)
  if (exponent === 0.5) return ((2 * excess) / (slope + Math.sqrt(slope * slope + 4 * stiffness * excess))) ** 2
  let y = Math.min(excess / slope, stiffness === 0 ? Number.POSITIVE_INFINITY : (excess / stiffness) ** exponent)
  for (let round = 0; round < 100; round++) {
    const quadratic = stiffness * y ** (1 / exponent)
    const next = y - (slope * y + quadratic - excess) / (slope + quadratic / (exponent * y))
    if (!(next < y)) break
    y = next
  }
  return y ** (1 / exponent)
}

/** Why a size is 0, and what its reader should know about the band. */
function explainSize(
  { proposal, reading, side, base }: Question,
  size: number,
  gain: { readonly gain: number; readonly cost: number } | null,
): TradeReason[] {
  const { unit } = proposal.gauge
  const band: TradeReason[] = reading.noBand === null ? [] : [{ kind: 'noBand', why: reading.noBand }]
  if (size > 0) return band
  if (proposal.edge !== undefined && gain !== null) return [{ kind: 'edgeBelowCost', ...gain }, ...band]
  if (base !== null) return [{ kind: 'bandFull', unit }, ...band]
  const direction = side * reading.net
  if (direction === 0) return [{ kind: 'atTarget' }, ...band]
  if (direction > 0) return [{ kind: 'deepens', unit }, ...band]
  if (isInside(reading) && reading.noBand === null) return [{ kind: 'insideBand', unit, u: reading.u }]
  return band
}
