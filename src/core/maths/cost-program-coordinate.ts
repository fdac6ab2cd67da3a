/**
 * One trade of the cost-aware program: its kinks, the slopes of what it costs on either side of a point, and the exact
 * minimum of Φ (cost-program-work) along it. Kinks, and the places where a row's multiplier reaches 0 or its price, cut the
 * line into pieces on which the derivative is m x + constant ± (1+δ)c|x|^δ; for δ = ½ a quadratic in √|x|. The functions run
 * for every trade in every sweep, so that they take numbers one by one and make no objects.
 */
import { capsSlope, capsSlopeAfter } from './cost-program-cap.ts'
import { feltAt, powerSlope, solvePower } from './cost-program-power.ts'
import { type CostProgram, type CostRow, PLACE } from './cost-program-types.ts'
import { ROW, refreshMultipliers, smoothSlope, type Work } from './cost-program-work.ts'

/** Halvings of a piece that caps bend, and of one whose minimum is near its start. */
const CUTS = 12
const CUTS_MAX = 60

/** Slope of a row in one trade, at x or just beyond it on the given side (±1) where x is the kink. */
export function rowSlope(row: CostRow, i: number, x: number, side: number): number {
  if (row.bend === null) return row.slope[i]!
  const from = row.kink === null ? x : x - row.kink[i]!
  return row.slope[i]! + (from > 0 || (from === 0 && side > 0) ? row.bend[i]! : -row.bend[i]!)
}

/** ψ' of trade i just beyond x on the given side (±1). */
export function priceSlope(
  program: CostProgram,
  multipliers: Float64Array,
  i: number,
  x: number,
  side: number,
): number {
  const sign = x > 0 || (x === 0 && side > 0) ? 1 : -1
  const own = sign * (program.proportional[i]! + powerSlope(program, i, x, side))
  return own + rowsSlope(program, multipliers, i, x, side)
}

/** Σ_k λ_k times the slope of row k. */
function rowsSlope(program: CostProgram, multipliers: Float64Array, i: number, x: number, side: number): number {
  let total = 0
  for (let k = 0; k < program.rows.length; k++) {
    const multiplier = multipliers[k]!
    if (multiplier !== 0) total += multiplier * rowSlope(program.rows[k]!, i, x, side)
  }
  return total
}

/** The next kink, zero or bound of trade i beyond x on a side, in work.landing; ±∞ and free where there is none. */
export function nextStop(program: CostProgram, work: Work, i: number, x: number, side: number): void {
  const { landing, multipliers } = work
  landing.x = side > 0 ? program.upper[i]! : program.lower[i]!
  landing.place = Number.isFinite(landing.x) ? (side > 0 ? PLACE.upper : PLACE.lower) : PLACE.free
  const costs = program.proportional[i]! > 0 || program.power[i]! > 0
  if (costs && side * x < 0 && side * landing.x > 0) {
    landing.x = 0
    landing.place = PLACE.zero
  }
  for (let k = 0; k < program.rows.length; k++) {
    const row = program.rows[k]!
    if (multipliers[k] === 0 || row.bend === null || row.bend[i] === 0) continue
    const kink = row.kink === null ? 0 : row.kink[i]!
    if (side * kink > side * x && side * kink < side * landing.x) {
      landing.x = kink
      landing.place = PLACE.firstRow + k
    }
  }
}

/** The place of the kink that trade i stands on, or free. */
export function kinkAt({ proportional, power, rows }: CostProgram, { trade, multipliers }: Work, i: number): number {
  const x = trade[i]!
  if (x === 0 && (proportional[i]! > 0 || power[i]! > 0)) return PLACE.zero
  for (let k = 0; k < rows.length; k++) {
    const { bend, kink } = rows[k]!
    if (multipliers[k] !== 0 && bend !== null && bend[i]! > 0 && x === (kink === null ? 0 : kink[i]!))
      return PLACE.firstRow + k
  }
  return PLACE.free
}

/** The row whose multiplier first reaches 0 or its price as trade i goes from x to a side, or −1; the way in landing.x. */
function nextTurn(program: CostProgram, work: Work, i: number, x: number, side: number): number {
  let first = -1
  work.landing.x = Number.POSITIVE_INFINITY
  for (let k = 0; k < program.rows.length; k++) {
    const row = program.rows[k]!
    const rate = side * rowSlope(row, i, x, side)
    const state = work.rowStates[k]!
    if (rate === 0 || (rate > 0 ? state === ROW.paid : state === ROW.idle)) continue
    const edge = state === ROW.idle || (state === ROW.active && rate < 0) ? 0 : row.price
    const way = (row.bound + work.softness[k]! * (edge - work.prices[k]!) - work.rowValues[k]!) / rate
    if (way < work.landing.x) {
      work.landing.x = Math.max(0, way)
      first = k
    }
  }
  return first
}

/**
 * Minimises Φ along trade i from where it stands; the answer is in work.landing, and row values and multipliers are those of the
 * answer. Gradient, caps and the trade itself are left to the caller.
 */
export function minimiseTrade(program: CostProgram, work: Work, i: number): void {
  const { landing } = work
  const start = work.trade[i]!
  const side = sideDown(program, work, i)
  let place: number = work.places[i]!
  for (let x = start; side !== 0; ) {
    const turning = nextTurn(program, work, i, x, side)
    const turn = side * x + landing.x
    const rate = turning < 0 ? 0 : side * rowSlope(program.rows[turning]!, i, x, side)
    nextStop(program, work, i, x, side)
    const stop = side * landing.x
    openPiece(program, work, i, x, side)
    const root = Math.max(side * x, side * pieceRoot(program, work, i))
    const to = cappedEnd(program, work, i, side * Math.min(root, turn, stop))
    const ended = side * to < turn && side * to < stop
    place = ended || turn < stop ? PLACE.free : landing.place
    shiftRows(program, work, i, x, to)
    if (!ended && turn < stop) turnRow(program, work, turning, rate)
    x = to
    landing.x = to
    if (ended || place < 0) break
    const smooth = work.gradient[i]! + ownCurvature(program, work, i) * (x - start)
    const caps = capsSlopeAfter(program, work.caps, i, x - start)
    if (side * (smooth + caps + priceSlope(program, work.multipliers, i, x, side)) >= 0) break
  }
  if (side === 0) landing.x = start
  landing.place = place
  refreshMultipliers(program, work)
}

const ownCurvature = (program: CostProgram, work: Work, i: number): number =>
  program.quadratic[i * program.n + i]! + work.anchor[i]!

/** The side to which Φ falls as trade i moves; 0 where to none. */
function sideDown(program: CostProgram, work: Work, i: number): number {
  const x = work.trade[i]!
  const slope = smoothSlope(work, i)
  if (x < program.upper[i]! && slope + priceSlope(program, work.multipliers, i, x, 1) < 0) return 1
  return x > program.lower[i]! && slope + priceSlope(program, work.multipliers, i, x, -1) > 0 ? -1 : 0
}

/** Takes a row over the edge that it has reached at the given rate of its value. */
function turnRow(program: CostProgram, work: Work, k: number, rate: number): void {
  const state = work.rowStates[k]!
  const up = rate > 0
  work.rowStates[k] = state !== ROW.active ? ROW.active : up ? ROW.paid : ROW.idle
  work.multipliers[k] = state === ROW.idle || (state === ROW.active && !up) ? 0 : program.rows[k]!.price
}

/** Row values and the multipliers of active rows, as trade i goes from x to y within one piece. */
function shiftRows(program: CostProgram, work: Work, i: number, x: number, y: number): void {
  for (let k = 0; k < program.rows.length; k++) {
    const row = program.rows[k]!
    let by = row.slope[i]! * (y - x)
    if (row.bend !== null) {
      const kink = row.kink === null ? 0 : row.kink[i]!
      by += row.bend[i]! * (Math.abs(y - kink) - Math.abs(x - kink))
    }
    if (by === 0) continue
    work.rowValues[k]! += by
    if (work.rowStates[k] === ROW.active)
      work.multipliers[k] = Math.min(row.price, Math.max(0, work.multipliers[k]! + by / work.softness[k]!))
  }
}

/** The derivative of Φ along trade i without caps, on its piece beyond x on the given side. */
function openPiece(program: CostProgram, work: Work, i: number, x: number, side: number): void {
  const { piece } = work
  piece.curvature = ownCurvature(program, work, i)
  piece.from = x
  piece.sign = x > 0 || (x === 0 && side > 0) ? 1 : -1
  piece.level = work.gradient[i]! - piece.curvature * work.trade[i]! + piece.sign * program.proportional[i]!
  for (let k = 0; k < program.rows.length; k++) {
    const state = work.rowStates[k]!
    if (state === ROW.idle) continue
    const slope = rowSlope(program.rows[k]!, i, x, side)
    piece.level += work.multipliers[k]! * slope
    if (state === ROW.paid) continue
    const stiffness = (slope * slope) / work.softness[k]!
    piece.curvature += stiffness
    piece.level -= stiffness * x
  }
}

/**
 * The zero of the derivative continued from its piece, with the pull of the caps as it is where the trade stands: as that
 * only grows, the zero is never nearer than this one.
 */
function pieceRoot(program: CostProgram, work: Work, i: number): number {
  const { curvature, level, sign } = work.piece
  const whole = level + capsSlope(work.caps, i)
  const c = (1 + program.exponent) * program.power[i]!
  if (c === 0) return -whole / curvature
  const force = -sign * whole - powerSlope(program, i, 0, sign)
  return force > 0 ? sign * solvePower(curvature, c, feltAt(program, i, 0, sign), force, program.exponent) : 0
}

/** The derivative of Φ at y on the piece. */
function pieceSlope(program: CostProgram, work: Work, i: number, y: number): number {
  const { curvature, level, sign } = work.piece
  const own = curvature * y + level + sign * powerSlope(program, i, y, sign)
  return own + capsSlopeAfter(program, work.caps, i, y - work.trade[i]!)
}

/** `to`, or where the caps make Φ rise before it: there by bisection, which need not be exact as Newton steps follow. */
function cappedEnd(program: CostProgram, work: Work, i: number, to: number): number {
  if (work.capsOn === 0 || !Number.isFinite(to)) return to
  const from = work.piece.from
  const side = to > from ? 1 : -1
  if (side * pieceSlope(program, work, i, to) <= 0) return to
  let [low, high] = [from, to]
  for (let cut = 0; cut < CUTS_MAX; cut++) {
    const middle = 0.5 * (low + high)
    if (side * pieceSlope(program, work, i, middle) > 0) high = middle
    else low = middle
    if (low !== from && cut >= CUTS) break
  }
  return low
}
