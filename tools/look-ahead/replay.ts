/**
 * A book over closes whose targets change at times announced ahead and whose holdings pay funding at its times.
 * Trading costs 5 bp one way. Σ is an EWMA of returns known at the close it decides on. The tracking
 * error is the deviation of a bar's return from that of a book at its target of that bar, before cost;
 * the cost is what trading costs and what the book pays in funding beyond what that target book pays.
 */
import type { Point } from '../frontier/replay.ts'

export interface Scene {
  /** Hours from bar to bar. */
  readonly step: number
  /** Bars that only warm up Σ, and its half-life. */
  readonly warmUp: number
  readonly names: readonly string[]
  readonly close: readonly Float64Array[]
  /** Target weights in force after the close of each bar. */
  readonly target: readonly Float64Array[]
  /** What is known at each close of the next change: hours until it, and what has to be added to the target; null: nothing. */
  readonly announced: readonly (Change | null)[]
  /** Funding rates paid on what is held into each bar; null: none. */
  readonly funding: readonly (Float64Array | null)[]
  /** What is expected at each close of the next payment; null: nothing. */
  readonly expected: readonly (Payment | null)[]
}
export interface Change {
  readonly hours: number
  readonly shift: Float64Array
}
export interface Payment {
  readonly hours: number
  readonly rate: Float64Array
}

/** What a rule sees at a close. */
export interface View {
  /** Hours since the start, and to the next decision. */
  readonly hour: number
  readonly step: number
  readonly deviation: Float64Array
  readonly target: Float64Array
  readonly covariance: Float64Array
  readonly announced: Change | null
  readonly expected: Payment | null
}
export type Rule = (view: View) => Float64Array | null

export interface Replayed extends Point {
  readonly active: Float64Array
  readonly paid: Float64Array
  readonly turnover: number
}

export const HOURS_PER_YEAR = 8_760
export const COST = 5e-4

export function replay(scene: Scene, rule: Rule): Replayed {
  const { close, names, target, warmUp, step } = scene
  const n = names.length
  const bars = close.length - 1 - warmUp
  const weight = target[warmUp]!.slice()
  const covariance = new Float64Array(n * n)
  const r = new Float64Array(n)
  const deviation = new Float64Array(n)
  const active = new Float64Array(bars)
  const paid = new Float64Array(bars)
  let turnover = 0
  for (let bar = 1; bar < close.length; bar++) {
    for (let i = 0; i < n; i++) r[i] = close[bar]![i]! / close[bar - 1]![i]! - 1
    learn(covariance, r, { bar, warmUp, step })
    if (bar <= warmUp) continue
    const at = bar - warmUp - 1
    const aim = target[bar - 1]!
    const rates = scene.funding[bar]
    let [held, aimed, funding] = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      held += weight[i]! * r[i]!
      aimed += aim[i]! * r[i]!
      funding += (rates?.[i] ?? 0) * (weight[i]! - aim[i]!)
    }
    active[at] = held - aimed
    paid[at] = funding
    const now = target[bar]!
    for (let i = 0; i < n; i++) {
      weight[i] = (weight[i]! * (1 + r[i]!)) / (1 + held)
      deviation[i] = weight[i]! - now[i]!
    }
    const view = { hour: (bar - warmUp) * step, step, deviation, target: now, covariance }
    const trade = rule({ ...view, announced: scene.announced[bar]!, expected: scene.expected[bar]! })
    if (trade === null) continue
    const traded = trade.reduce((total, z) => total + Math.abs(z), 0)
    turnover += traded
    paid[at]! += COST * traded
    for (let i = 0; i < n; i++) weight[i] = (weight[i]! + trade[i]!) / (1 - COST * traded)
  }
  const mean = active.reduce((sum, a) => sum + a, 0) / bars
  const variance = active.reduce((sum, a) => sum + (a - mean) ** 2, 0) / bars
  const perYear = HOURS_PER_YEAR / step / bars
  return {
    trackingError: Math.sqrt((variance * HOURS_PER_YEAR) / step),
    cost: paid.reduce((sum, c) => sum + c, 0) * perYear,
    turnover: turnover * perYear,
    active,
    paid,
  }
}

/** Σ per hour after one more bar: the mean of the first, then an EWMA. */
function learn(
  covariance: Float64Array,
  r: Float64Array,
  { bar, warmUp, step }: { readonly bar: number; readonly warmUp: number; readonly step: number },
): void {
  const n = r.length
  const decay = 0.5 ** (1 / warmUp)
  const keep = bar <= warmUp ? 1 : decay
  const add = bar <= warmUp ? 1 / warmUp : 1 - decay
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) covariance[i * n + j] = keep * covariance[i * n + j]! + (add / step) * r[i]! * r[j]!
}
