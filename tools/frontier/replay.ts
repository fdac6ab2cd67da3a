/**
 * One rebalancing rule over hourly closes. Every asset has the target 0.8/n, the rest is cash; trading costs 5 bp one way,
 * paid from cash. Σ is an EWMA of hourly returns (half-life 30 days) known at the close it decides on; the first 30 days
 * only warm it up. The book starts at its target and drifts with its returns. The tracking error is the deviation of hourly
 * return from that of the target book, before cost.
 */
import { assert } from '../../src/core/base/result.ts'
import type { Prices } from './prices.ts'

/** What a rule sees at a close: the deviation from target and Σ per hour; it answers with the trade. */
export interface Decision {
  readonly hour: number
  readonly deviation: Float64Array
  readonly covariance: Float64Array
}
export type Rule = (decision: Decision) => Float64Array | null

export interface Point {
  /** Annual. */
  readonly trackingError: number
  /** Fraction of equity a year. */
  readonly cost: number
}

export interface Replay extends Point {
  /** Held less target return, per hour. */
  readonly active: Float64Array
  /** Cost as a fraction of equity, per hour. */
  readonly paid: Float64Array
}

export const HOURS_PER_YEAR = 8_760
const WARM_UP = 720
export const COST = 5e-4
export const INVESTED = 0.8

/** Replays one rule. A rule may remember what it did: take a new one for each replay. */
export function replay({ close, names }: Prices, rule: Rule): Replay {
  const n = names.length
  const hours = close.length - 1 - WARM_UP
  assert(hours > 0, `hours must be more than ${WARM_UP + 1}, were ${close.length}`)
  const target = new Float64Array(n).fill(INVESTED / n)
  const weight = target.slice()
  const covariance = new Float64Array(n * n)
  const r = new Float64Array(n)
  const deviation = new Float64Array(n)
  const active = new Float64Array(hours)
  const paid = new Float64Array(hours)
  for (let bar = 1; bar < close.length; bar++) {
    for (let i = 0; i < n; i++) r[i] = close[bar]![i]! / close[bar - 1]![i]! - 1
    learn(covariance, r, bar)
    if (bar <= WARM_UP) continue
    let [held, aimed] = [0, 0]
    for (let i = 0; i < n; i++) {
      held += weight[i]! * r[i]!
      aimed += target[i]! * r[i]!
    }
    active[bar - WARM_UP - 1] = held - aimed
    for (let i = 0; i < n; i++) {
      weight[i] = (weight[i]! * (1 + r[i]!)) / (1 + held)
      deviation[i] = weight[i]! - target[i]!
    }
    const trade = rule({ hour: bar - WARM_UP, deviation, covariance })
    if (trade === null) continue
    const cost = COST * trade.reduce((total, z) => total + Math.abs(z), 0)
    paid[bar - WARM_UP - 1] = cost
    for (let i = 0; i < n; i++) weight[i] = (weight[i]! + trade[i]!) / (1 - cost)
  }
  return { ...measure(active, paid), active, paid }
}

/** Σ after one more bar: the mean of the first 720, then an EWMA. */
function learn(covariance: Float64Array, r: Float64Array, bar: number): void {
  const n = r.length
  const decay = 0.5 ** (1 / WARM_UP)
  const keep = bar <= WARM_UP ? 1 : decay
  const add = bar <= WARM_UP ? 1 / WARM_UP : 1 - decay
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) covariance[i * n + j] = keep * covariance[i * n + j]! + add * r[i]! * r[j]!
}

function measure(active: Float64Array, paid: Float64Array): Point {
  const hours = active.length
  const mean = active.reduce((sum, a) => sum + a, 0) / hours
  const variance = active.reduce((sum, a) => sum + (a - mean) ** 2, 0) / hours
  return {
    trackingError: Math.sqrt(variance * HOURS_PER_YEAR),
    cost: (paid.reduce((sum, c) => sum + c, 0) * HOURS_PER_YEAR) / hours,
  }
}
