/**
 * The caps of the cost-aware program in Φ (cost-program-work). With u = p + z and ‖u‖ = √(u'Σu), what exceeding costs,
 * ρ·max(0, ‖u‖ − r) (an infinite ρ where hard), enters as
 *
 *   max over η, ‖η‖ ≤ ρ, of η'Σu − r‖η‖ − ½μ‖η − η̄‖²,
 *
 * which is smooth where ‖u‖ is not. With w = μη̄ + u its maximum is at η = sw/‖w‖, s = (‖w‖ − r)/μ clipped to [0, ρ], and
 * worth s(‖w‖ − r) − ½μs² but for a constant; its slope is Ση. So s is the multiplier of the cap, and η, which a row has
 * no need of, tells the direction of its pull also where r = 0 makes u vanish.
 */
import { CAPS_MAX, type CostCap, type CostProgram } from './cost-program-types.ts'
import { ROW } from './cost-program-work.ts'

export interface CapWork {
  /** Caps that were never exceeded are not looked at. */
  on: boolean
  /** η̄ and μ */
  readonly centre: Float64Array
  softness: number
  hardest: number
  /** What the last move of the centre missed. */
  miss: number
  /** w, Σw and ‖w‖ */
  readonly reach: Float64Array
  readonly pulls: Float64Array
  norm: number
  /** s and s/‖w‖ */
  multiplier: number
  rate: number
  state: number
  readonly reachBefore: Float64Array
  readonly pullsBefore: Float64Array
}

export function makeCaps(n: number): CapWork[] {
  const vector = (): Float64Array => new Float64Array(n)
  return Array.from({ length: CAPS_MAX }, () => ({
    on: false,
    centre: vector(),
    softness: 1,
    hardest: 1,
    miss: Number.POSITIVE_INFINITY,
    reach: vector(),
    pulls: vector(),
    norm: 0,
    multiplier: 0,
    rate: 0,
    state: ROW.idle,
    reachBefore: vector(),
    pullsBefore: vector(),
  }))
}

/** Least misses that are more than rounding, as a part of the terms of a cap; see cost-program-work on rows. */
const VISIBLE = 1e-11
const FALTERING = 0.1
const SOFTEST = 0.3
const CANCELLED = 1e-4
/** A cap is met where it is exceeded, and its multiplier or slack off, by this part of its terms or less. */
const MET = 1e-14
const STALLED = 1e-11

/** Σ_i √Σ_ii(|p_i| + |z_i|), at least r: the unit in which a cap is exceeded. */
export function capSize(cap: CostCap, trade: Float64Array, n: number): number {
  let total = 0
  for (let i = 0; i < n; i++)
    total += Math.sqrt(cap.matrix[i * n + i]!) * (Math.abs(cap.point[i]!) + Math.abs(trade[i]!))
  return Math.max(cap.radius, total)
}

/** √(u'Σu) of u = p + z; `image` receives Σu. A form below the rounding of its terms is 0. */
export function capNorm(
  cap: CostCap,
  trade: Float64Array,
  { n, image }: { readonly n: number; readonly image: Float64Array },
): number {
  const { matrix, point } = cap
  let form = 0
  let size = 0
  for (let i = 0; i < n; i++) {
    const row = i * n
    let total = 0
    for (let j = 0; j < n; j++) total += matrix[row + j]! * (point[j]! + trade[j]!)
    image[i] = total
    form += (point[i]! + trade[i]!) * total
    size += Math.sqrt(matrix[row + i]!) * Math.abs(point[i]! + trade[i]!)
  }
  return form > 8 * Number.EPSILON * size * size ? Math.sqrt(form) : 0
}

/** Takes the centre of a cap as it is; the cap counts from now on. */
export function openCap(cap: CapWork, softness: number, hardest: number): void {
  cap.on = true
  cap.softness = softness
  cap.hardest = hardest
  cap.miss = Number.POSITIVE_INFINITY
}

/** The cap does not count until it is exceeded. */
export function closeCap(cap: CapWork): void {
  cap.on = false
  cap.centre.fill(0)
}

/** w and Σw afresh from centres and trade, and what follows from them. */
export function measureCaps({ n, caps }: CostProgram, trade: Float64Array, works: readonly CapWork[]): void {
  for (let k = 0; k < caps.length; k++) {
    const work = works[k]!
    if (!work.on) continue
    const { matrix, point } = caps[k]!
    for (let i = 0; i < n; i++) work.reach[i] = work.softness * work.centre[i]! + (point[i]! + trade[i]!)
    for (let i = 0; i < n; i++) {
      const row = i * n
      let total = 0
      for (let j = 0; j < n; j++) total += matrix[row + j]! * work.reach[j]!
      work.pulls[i] = total
    }
  }
  refreshCaps({ n, caps }, works)
}

/** ‖w‖, multiplier, rate and state from w and Σw. */
export function refreshCaps({ n, caps }: Pick<CostProgram, 'n' | 'caps'>, works: readonly CapWork[]): void {
  for (let k = 0; k < caps.length; k++) {
    const work = works[k]!
    if (!work.on) continue
    let form = 0
    for (let i = 0; i < n; i++) form += work.reach[i]! * work.pulls[i]!
    work.norm = Math.sqrt(Math.max(0, form))
    const { radius, price } = caps[k]!
    const raw = (work.norm - radius) / work.softness
    work.state = raw >= price ? ROW.paid : raw > 0 || radius === 0 ? ROW.active : ROW.idle
    work.multiplier = Math.min(price, Math.max(0, raw))
    // With r = 0 the term is a plain square, to which also ‖w‖ = 0 belongs.
    work.rate = work.state === ROW.active && radius === 0 ? 1 / work.softness : rateOf(work.multiplier, work.norm)
  }
}

const rateOf = (multiplier: number, norm: number): number => (multiplier === 0 ? 0 : multiplier / norm)

/** w and Σw after trade i moved; the rest is left to refreshCaps. */
export function moveCaps({ n, caps }: CostProgram, works: readonly CapWork[], i: number, by: number): void {
  for (let k = 0; k < caps.length; k++) {
    const { on, reach, pulls } = works[k]!
    if (!on) continue
    const { matrix } = caps[k]!
    reach[i]! += by
    const row = i * n
    for (let j = 0; j < n; j++) pulls[j]! += by * matrix[row + j]!
  }
}

/** Σ_k (Σ_kη_k)_i */
export function capsSlope(works: readonly CapWork[], i: number): number {
  let total = 0
  for (let k = 0; k < works.length; k++) {
    const { on, rate, pulls } = works[k]!
    if (on) total += rate * pulls[i]!
  }
  return total
}

/** The same if trade i moved by a step. */
export function capsSlopeAfter({ n, caps }: CostProgram, works: readonly CapWork[], i: number, step: number): number {
  let total = 0
  for (let k = 0; k < caps.length; k++) {
    const { on, pulls, norm, softness } = works[k]!
    if (!on) continue
    const { matrix, radius, price } = caps[k]!
    const own = matrix[i * n + i]!
    const moved = Math.sqrt(Math.max(0, norm * norm + step * (2 * pulls[i]! + own * step)))
    const multiplier = Math.min(price, Math.max(0, (moved - radius) / softness))
    total += rateOf(multiplier, moved) * (pulls[i]! + own * step)
  }
  return total
}

/** Σ_k s_k√Σ_ii: bounds every term of the pull of the caps on trade i. */
export function capsPull({ n, caps }: CostProgram, works: readonly CapWork[], i: number): number {
  let total = 0
  for (let k = 0; k < caps.length; k++) {
    if (works[k]!.on) total += works[k]!.multiplier * Math.sqrt(caps[k]!.matrix[i * n + i]!)
  }
  return total
}

/** What the caps add to Φ, but for a constant. */
export function capsPotential({ caps }: CostProgram, works: readonly CapWork[]): number {
  let total = 0
  for (let k = 0; k < caps.length; k++) {
    const { on, multiplier, norm, softness } = works[k]!
    if (on) total += multiplier * (norm - caps[k]!.radius - 0.5 * softness * multiplier)
  }
  return total
}

/**
 * What separates η and z from the optimum of a cap: its excess where it is not paid for, and how far u is along η from r, or
 * from ‖u‖ where the excess is paid for.
 */
function missOf(cap: CostCap, work: CapWork, norm: number, image: Float64Array): number {
  const excess = Math.max(0, norm - cap.radius)
  if (work.norm === 0 || work.state === ROW.idle) return excess
  let along = 0
  for (let i = 0; i < image.length; i++) along += work.reach[i]! * image[i]!
  const held = along / work.norm
  return work.state === ROW.paid ? Math.max(0, norm - held) : Math.max(excess, Math.abs(held - cap.radius))
}

/** Keeps w and Σw, or brings them back. */
export function keepCaps(works: readonly CapWork[]): void {
  for (const { on, reach, pulls, reachBefore, pullsBefore } of works) {
    if (!on) continue
    reachBefore.set(reach)
    pullsBefore.set(pulls)
  }
}
export function restoreCaps(works: readonly CapWork[]): void {
  for (const { on, reach, pulls, reachBefore, pullsBefore } of works) {
    if (!on) continue
    reach.set(reachBefore)
    pulls.set(pullsBefore)
  }
}

/** Makes the caps that pull softer; true where there are any, and measureCaps has to follow. */
export function softenCaps({ caps }: CostProgram, works: readonly CapWork[]): boolean {
  let softer = false
  for (let k = 0; k < caps.length; k++) {
    const work = works[k]!
    if (!work.on || work.state === ROW.idle) continue
    work.softness *= 10
    softer = true
  }
  return softer
}

/** Moves the centres to η; measureCaps has to follow. `image` is overwritten. */
export function recentreCaps(
  { n, caps }: CostProgram,
  works: readonly CapWork[],
  { trade, image }: { readonly trade: Float64Array; readonly image: Float64Array },
): void {
  for (let k = 0; k < caps.length; k++) {
    const [cap, work] = [caps[k]!, works[k]!]
    if (!work.on) continue
    const miss = missOf(cap, work, capNorm(cap, trade, { n, image }), image)
    const size = capSize(cap, trade, n)
    let softness = work.softness
    if (miss > VISIBLE * size && miss > FALTERING * work.miss) softness *= 0.1
    // Softer than this the centre, not z, makes up most of w, and z is lost in its rounding.
    if (softness * work.multiplier > SOFTEST * cap.radius) softness = (SOFTEST * cap.radius) / work.multiplier
    // Harder than this ‖w‖, about r + μs, is lost in the rounding of its terms.
    const hardest = work.multiplier > 0 ? (CANCELLED * size - cap.radius) / work.multiplier : 0
    work.softness = Math.min(work.softness, Math.max(work.hardest, softness, hardest))
    work.miss = miss
    for (let i = 0; i < n; i++) work.centre[i] = work.rate * work.reach[i]!
  }
}

/** Whether η and z are what they would be at the optimum. `image` is overwritten. */
export function capsCentred(
  { n, caps }: CostProgram,
  works: readonly CapWork[],
  { trade, image }: { readonly trade: Float64Array; readonly image: Float64Array },
): boolean {
  for (let k = 0; k < caps.length; k++) {
    const [cap, work] = [caps[k]!, works[k]!]
    if (!work.on) continue
    const miss = missOf(cap, work, capNorm(cap, trade, { n, image }), image)
    const size = capSize(cap, trade, n)
    if (miss > MET * size && !(miss <= STALLED * size && miss > 0.5 * work.miss)) return false
  }
  return true
}
