/**
 * Price and Greeks of many options, column by column, without an allocation. All are of the discounted value V = e^(−rT)·B(F, K, σ, T)
 * of one option in the currency of the strike, the forward held fixed: delta V_F, gamma V_FF, vega V_σ per 1.00 of volatility, theta
 * −V_T per year (of 365 days), rho V_r per 1.00, vanna V_Fσ, volga V_σσ and charm −V_FT per year. With φ at d₁, D = e^(−rT),
 * w = ±1: delta = w·D·N(w·d₁), gamma = Dφ/(F·s), vega = D·F·φ·√T, theta = rV − D·F·φ·σ/(2√T), rho = −T·V, vanna = −Dφ·d₂/σ,
 * volga = vega·d₁d₂/σ, charm = r·delta + Dφ·d₂/(2T). Source: Black 1976, differentiated; Haug, The Complete Guide to Option
 * Pricing Formulas, 2007, chapter 2.
 */
import { assert, type Issue, type Result, succeed } from '../base/result.ts'
import { densityOfNormal, millsRatio } from '../maths/normal.ts'
import { intrinsicOf, isNearMaximum, isSeries, logMoneyness, seriesOfMills } from './black76.ts'
import { checkTerms, checkVol, isComputable, isRate, isVol } from './option-terms.ts'

/** One row an option. */
export interface OptionColumns {
  /** +1 call, −1 put. */
  readonly sign: Int8Array
  readonly forward: Float64Array
  readonly strike: Float64Array
  readonly years: Float64Array
  readonly rate: Float64Array
  readonly vol: Float64Array
}

export const VALUE_NAMES = [
  'price',
  'delta',
  'gamma',
  'vega',
  'thetaPerYear',
  'rho',
  'vanna',
  'volga',
  'charmPerYear',
] as const

export type ValueName = (typeof VALUE_NAMES)[number]
export type ValueColumns = Readonly<Record<ValueName, Float64Array>>

export const makeValueColumns = (count: number): ValueColumns => ({
  price: new Float64Array(count),
  delta: new Float64Array(count),
  gamma: new Float64Array(count),
  vega: new Float64Array(count),
  thetaPerYear: new Float64Array(count),
  rho: new Float64Array(count),
  vanna: new Float64Array(count),
  volga: new Float64Array(count),
  charmPerYear: new Float64Array(count),
})

const DONE = succeed(null)

/** Writes every row of `out`, or refuses every bad row and writes none. */
export function valueColumns(options: OptionColumns, out: ValueColumns): Result<null> {
  const { sign, forward, strike, years, rate, vol } = options
  const count = sign.length
  for (const column of [forward, strike, years, rate, vol, out.price, out.charmPerYear]) {
    assert(column.length === count, `columns must have ${count} rows, was ${column.length}`)
  }
  for (let k = 0; k < count; k++) {
    const t = years[k]!
    const isSound = isComputable(forward[k]!, strike[k]!, t) && isRate(rate[k]!, t) && isVol(vol[k]!, t)
    if (!isSound) return refuseRows(options)
  }
  writeRows(options, out)
  return DONE
}

const SUMS = new Float64Array(2)

function writeRows({ sign, forward, strike, years, rate, vol: vols }: OptionColumns, out: ValueColumns): void {
  const { price: prices, delta: deltas, gamma, vega: vegas, thetaPerYear, rho, vanna, volga, charmPerYear } = out
  for (let k = 0; k < sign.length; k++) {
    const f = forward[k]!
    const strikeAt = strike[k]!
    const time = years[k]!
    const sigma = vols[k]!
    const r = rate[k]!
    const w = sign[k]!
    const root = Math.sqrt(time)
    const deviation = sigma * root
    const x = logMoneyness(f, strikeAt)
    const distance = x / deviation
    const t = 0.5 * deviation
    const h = -Math.abs(distance)
    const d1 = distance + t
    const d2 = d1 - deviation
    const density = densityOfNormal(d1)
    const scale = f * density
    const discount = r === 0 ? 1 : Math.exp(-r * time)
    let outside: number
    // N(−|d₁|), or where the series gives it N(d₁) below the strike and N(−d₁) above it.
    let tail: number
    let isUpper = d1 > 0
    if (isSeries(h, t)) {
      seriesOfMills(h, t, SUMS)
      isUpper = x > 0
      outside = 2 * scale * SUMS[1]!
      tail = density * (isUpper ? SUMS[0]! - SUMS[1]! : SUMS[0]! + SUMS[1]!)
    } else {
      const first = millsRatio(Math.abs(d1))
      const second = millsRatio(Math.abs(d2))
      outside = isNearMaximum(h, t)
        ? Math.min(f, strikeAt) - scale * (first + second)
        : scale * Math.abs(first - second)
      tail = density * first
    }
    const price = discount * (outside + intrinsicOf(w, f, strikeAt))
    const delta = discount * w * (w > 0 === isUpper ? 1 - tail : tail)
    const vega = discount * scale * root
    const perVol = 1 / sigma
    const perTime = 0.5 / time
    const slope = discount * density
    prices[k] = price
    deltas[k] = delta
    gamma[k] = slope / (f * deviation)
    vegas[k] = vega
    thetaPerYear[k] = r * price - vega * sigma * perTime
    rho[k] = -time * price
    vanna[k] = -slope * d2 * perVol
    volga[k] = vega * d1 * d2 * perVol
    charmPerYear[k] = r * delta + slope * d2 * perTime
  }
}

function refuseRows({ sign, forward, strike, years, rate, vol }: OptionColumns): Result<never> {
  const issues: Issue[] = []
  for (let k = 0; k < sign.length; k++) {
    const years_ = years[k]!
    const terms = { right: 'call', forward: forward[k]!, strike: strike[k]!, years: years_, rate: rate[k]! } as const
    issues.push(...checkTerms(terms, `${k}`), ...checkVol({ vol: vol[k]!, years: years_ }, `${k}`))
  }
  return { ok: false, error: issues }
}
