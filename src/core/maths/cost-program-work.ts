/**
 * Where a search for the cost-aware optimum stands, and its working memory. The search minimises, for fixed centres λ̄ and z̄,
 *
 *   Φ(z) = objective(z) + ½Σ_i ε_i(z_i − z̄_i)² + Σ_k max over 0 ≤ λ ≤ ρ_k of [λ(R_k(z) − h_k) − ½μ_k(λ − λ̄_k)²]
 *
 * over the box: the proximal method of multipliers (Rockafellar, Mathematics of Operations Research 1, 1976), whose centres
 * then move to the minimum found. Φ is strictly convex, its rows enter smoothly, each with the multiplier
 * λ_k(z) = λ̄_k + (R_k(z) − h_k)/μ_k, clipped to [0, ρ_k]; so rows may depend on each other and M may be singular.
 */

import {
  type CapWork,
  capNorm,
  capsPull,
  capsSlope,
  makeCaps,
  measureCaps,
  openCap,
  recentreCaps,
} from './cost-program-cap.ts'
import { rowSize, rowsPull, rowValue } from './cost-program-certificate.ts'
import { foreseeMultipliers } from './cost-program-factor.ts'
import { CAPS_MAX, type CostProgram, PLACE } from './cost-program-types.ts'
import { addProduct } from './matrix.ts'

/** Whether the multiplier of a row is 0, between, or at its price. */
export const ROW = { idle: 0, active: 1, paid: 2 } as const

export interface Work {
  readonly trade: Float64Array
  readonly places: Int16Array
  /** Which piece a free trade that stands on a kink belongs to. */
  readonly sides: Int8Array
  /** 1: no width, or an infinite cost. */
  readonly fixed: Uint8Array
  /** z̄ and ε */
  readonly centre: Float64Array
  readonly anchor: Float64Array
  /** M(d + z) + b + ε(z − z̄) */
  readonly gradient: Float64Array
  /** √M_ii */
  readonly roots: Float64Array
  /** Σ_j √M_jj(|d_j| + |z_j|): √M_ii times this bounds the terms of gradient i. */
  spread: number
  /** λ, λ̄ and μ */
  readonly multipliers: Float64Array
  readonly prices: Float64Array
  readonly softness: Float64Array
  /** |R_k − h_k| that the last move of the centres left, where the row counts. */
  readonly misses: Float64Array
  /** First μ as a part of the effect that all trades have. */
  caution: number
  /** Least μ. */
  readonly hardest: Float64Array
  readonly rowStates: Uint8Array
  /** States at the end of a step that was too long. */
  readonly statesAhead: Uint8Array
  /** R_k(z) */
  readonly rowValues: Float64Array
  readonly landing: { x: number; place: number }
  /** The piece of a trade's line that is being minimised: its derivative without caps is m·x + level ± C(m + |x|)^δ. */
  readonly piece: { from: number; curvature: number; level: number; sign: number }
  readonly free: Int32Array
  freeCount: number
  readonly caps: readonly CapWork[]
  /** How many caps count. */
  capsOn: number
  /** How many rows and caps are active; their softness. */
  activeCount: number
  /** Which rows these are. */
  readonly active: Int32Array
  activeRows: number
  readonly yields: Float64Array
  /** Cholesky factor of the free block, rows of length freeCount; good for `free` while `factored`. */
  readonly factor: Float64Array
  factored: boolean
  /** Trades that move now, and by how much. */
  readonly moved: Int32Array
  readonly moves: Float64Array
  readonly step: Float64Array
  readonly force: Float64Array
  /** L⁻¹G', n numbers for each active row or cap. */
  readonly normals: Float64Array
  readonly schur: Float64Array
  readonly shift: Float64Array
  readonly tradeBefore: Float64Array
  readonly gradientBefore: Float64Array
  /** The last Newton step found no way down although forces were left. */
  stuck: boolean
  /** Newton steps in a row that promised no fall of Φ. */
  idleSteps: number
  /** What the last of them promised. */
  lastFall: number
  /** The size of the terms of Φ. */
  size: number
  steps: number
}

export function makeWork(n: number, rowsMax: number): Work {
  const vector = (): Float64Array => new Float64Array(n)
  const perRow = (): Float64Array => new Float64Array(rowsMax)
  return {
    trade: vector(),
    places: new Int16Array(n),
    sides: new Int8Array(n),
    fixed: new Uint8Array(n),
    centre: vector(),
    anchor: vector(),
    gradient: vector(),
    roots: vector(),
    spread: 0,
    multipliers: perRow(),
    prices: perRow(),
    softness: perRow(),
    misses: perRow(),
    caution: 0,
    hardest: perRow(),
    rowStates: new Uint8Array(rowsMax),
    statesAhead: new Uint8Array(rowsMax),
    rowValues: perRow(),
    landing: { x: 0, place: 0 },
    piece: { from: 0, curvature: 0, level: 0, sign: 1 },
    free: new Int32Array(n),
    freeCount: 0,
    caps: makeCaps(n),
    capsOn: 0,
    activeCount: 0,
    active: new Int32Array(rowsMax),
    activeRows: 0,
    yields: new Float64Array(rowsMax + CAPS_MAX),
    factor: new Float64Array(n * n),
    factored: false,
    moved: new Int32Array(n),
    moves: vector(),
    step: vector(),
    force: vector(),
    normals: new Float64Array(n * (rowsMax + CAPS_MAX)),
    schur: new Float64Array((rowsMax + CAPS_MAX) ** 2),
    shift: new Float64Array(rowsMax + CAPS_MAX),
    tradeBefore: vector(),
    gradientBefore: vector(),
    stuck: false,
    idleSteps: 0,
    lastFall: 0,
    size: 0,
    steps: 0,
  }
}

/**
 * ε as a part of the diagonal of M, and μ as a part of what all trades together can move the row by, Σ slope²/M_ii: small for few moves of
 * the centres, larger for programs whose flat directions and dependent rows make Φ hard to minimise.
 */
const CAUTION = [
  { anchor: 1e-7, softness: 1e-3 },
  { anchor: 1e-4, softness: 1e-1 },
  { anchor: 1e-2, softness: 1 },
] as const
export const CAUTIONS = CAUTION.length
/** Least softness as a part of the first; a row that still misses this part of its last miss becomes harder. */
const HARDEST = 1e-10
const FALTERING = 0.1
/** Misses of less than this part of the terms of a row are soon rounding, which a hard row would turn into a multiplier. */
const VISIBLE = 1e-11

/** Takes the trade, places and multipliers in `work` as the start and as the centres of an attempt. */
export function begin(program: CostProgram, work: Work, caution: number): void {
  const { n, rows, quadratic } = program
  const { anchor, softness } = CAUTION[caution]!
  const mean = meanDiagonal(quadratic, n)
  work.caution = softness
  for (let i = 0; i < n; i++) {
    const own = quadratic[i * n + i]!
    work.roots[i] = Math.sqrt(own)
    work.anchor[i] = anchor * (own > 0 ? own : mean)
    work.sides[i] = 1
    work.fixed[i] =
      program.lower[i]! >= program.upper[i]! || program.proportional[i] === Number.POSITIVE_INFINITY ? 1 : 0
    placeTrade(program, work, i)
    work.centre[i] = work.trade[i]!
  }
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    let effect = 0
    for (let i = 0; i < n; i++) {
      const slope = Math.abs(row.slope[i]!) + (row.bend === null ? 0 : row.bend[i]!)
      const own = quadratic[i * n + i]!
      effect += (slope * slope) / (own > 0 ? own : mean)
    }
    work.softness[k] = softness * (effect > 0 ? effect : 1)
    work.hardest[k] = HARDEST * work.softness[k]!
    work.misses[k] = Number.POSITIVE_INFINITY
    work.prices[k] = Math.min(row.price, Math.max(0, work.multipliers[k]!))
  }
  work.capsOn = 0
  for (let k = 0; k < program.caps.length; k++) if (work.caps[k]!.on) admitCap(program, work, k)
  work.factored = false
  work.activeRows = 0
  measure(program, work)
}

/** The cap counts from now on, with the centre that it has; `measure` has to follow. */
export function admitCap(program: CostProgram, work: Work, k: number): void {
  const { n, quadratic, caps } = program
  const { matrix } = caps[k]!
  const mean = meanDiagonal(quadratic, n)
  const norm = capNorm(caps[k]!, work.trade, { n, image: work.step })
  let effect = 0
  for (let i = 0; i < n; i++) {
    if (work.fixed[i] === 1) continue
    const own = quadratic[i * n + i]!
    const slope = norm > 0 ? work.step[i]! / norm : 0
    effect += (norm > 0 ? slope * slope : matrix[i * n + i]!) / (own > 0 ? own : mean)
  }
  const softness = work.caution * (effect > 0 ? effect : 1)
  openCap(work.caps[k]!, 100 * softness, HARDEST * softness)
  work.capsOn++
}

/** 1 where the diagonal is 0. */
function meanDiagonal(matrix: Float64Array, n: number): number {
  let trace = 0
  for (let i = 0; i < n; i++) trace += matrix[i * n + i]!
  return trace > 0 ? trace / n : 1
}

/** Moves the centres to where the search stands. */
export function recentre(program: CostProgram, work: Work): void {
  recentreCaps(program, work.caps, { trade: work.trade, image: work.step })
  for (let i = 0; i < program.n; i++) work.centre[i] = work.trade[i]!
  for (let k = 0; k < program.rows.length; k++) {
    const miss = work.softness[k]! * Math.abs(work.multipliers[k]! - work.prices[k]!)
    const visible = miss > VISIBLE * rowSize(program.rows[k]!, program, work.trade)
    if (visible && miss > FALTERING * work.misses[k]!)
      work.softness[k] = Math.max(work.hardest[k]!, 0.1 * work.softness[k]!)
    work.misses[k] = miss
    work.prices[k] = work.multipliers[k]!
  }
  foreseeMultipliers(program, work)
  measure(program, work)
}

/** Puts a trade onto the bound or kink that it is said to be at, and into the box. */
function placeTrade({ lower, upper, rows }: CostProgram, work: Work, i: number): void {
  const place = work.fixed[i] === 1 ? PLACE.zero : work.places[i]!
  const row = place >= PLACE.firstRow ? rows[place - PLACE.firstRow] : undefined
  if (place === PLACE.lower) work.trade[i] = lower[i]!
  else if (place === PLACE.upper) work.trade[i] = upper[i]!
  else if (place === PLACE.zero) work.trade[i] = 0
  else if (row !== undefined) work.trade[i] = row.kink === null ? 0 : row.kink[i]!
  if (!Number.isFinite(work.trade[i]!)) work.trade[i] = 0
  if (work.fixed[i] === 1) work.places[i] = PLACE.zero
  if (work.trade[i]! >= upper[i]!) {
    work.trade[i] = upper[i]!
    work.places[i] = PLACE.upper
  }
  if (work.trade[i]! <= lower[i]!) {
    work.trade[i] = lower[i]!
    work.places[i] = PLACE.lower
  }
}

/** Gradient, row values and multipliers afresh. */
export function measure(program: CostProgram, work: Work): void {
  const { n, quadratic, deviation, linear, rows } = program
  const { trade, gradient, roots, step, anchor, centre } = work
  let spread = 0
  for (let j = 0; j < n; j++) {
    step[j] = deviation[j]! + trade[j]!
    spread += roots[j]! * (Math.abs(deviation[j]!) + Math.abs(trade[j]!))
  }
  work.spread = spread
  for (let i = 0; i < n; i++) gradient[i] = linear[i]! + anchor[i]! * (trade[i]! - centre[i]!)
  addProduct(quadratic, step, n, gradient)
  for (let k = 0; k < rows.length; k++) work.rowValues[k] = rowValue(rows[k]!, trade, n)
  refreshMultipliers(program, work)
  measureCaps(program, trade, work.caps)
}

/** Slope of Φ in trade i without what it costs and the rows. */
export const smoothSlope = (work: Work, i: number): number => work.gradient[i]! + capsSlope(work.caps, i)

/** λ_k(z) and the states of the rows. */
export function refreshMultipliers({ rows }: CostProgram, work: Work): void {
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    const raw = work.prices[k]! + (work.rowValues[k]! - row.bound) / work.softness[k]!
    work.rowStates[k] = raw <= 0 ? ROW.idle : raw >= row.price ? ROW.paid : ROW.active
    work.multipliers[k] = raw <= 0 ? 0 : raw >= row.price ? row.price : raw
  }
}

/** The size of the terms of the pull on trade i. */
export const pullSize = (program: CostProgram, work: Work, i: number): number =>
  work.roots[i]! * work.spread +
  Math.abs(program.linear[i]!) +
  rowsPull(program, work.multipliers, i) +
  capsPull(program, work.caps, i)
