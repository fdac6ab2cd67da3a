/**
 * Tracking error against trading cost, rule by rule, on hourly closes: what a policy costs a year for the error it leaves.
 *
 *   node tools/frontier.ts prices.csv.gz             a column per asset after the time, a row per hour
 *   node tools/frontier.ts A.csv.gz B.csv.gz …       candle files of any layout `data import` reads
 *
 * Every asset has the target 0.8/n, the rest is cash; trading costs 5 bp one way. Σ is an EWMA of hourly returns (half-life
 * 30 days) known at the close it decides on; the first 30 days only warm it up. The book drifts with its returns, pays cost
 * from cash, and starts at its target.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { makeCostProgram } from '../src/core/maths/cost-program.ts'
import { minimiseCost } from '../src/core/maths/least-cost.ts'
import { computeCurvature, proportionalCosts } from '../src/core/sizing/curvature.ts'
import { readCandles } from '../src/shell/files/candles.ts'

export interface Prices {
  readonly names: readonly string[]
  /** One row per hour. */
  readonly close: readonly Float64Array[]
}

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

const HOURS_PER_YEAR = 8_760
const WARM_UP = 720
const COST = 5e-4
const INVESTED = 0.8
const WEEK = 168

/** Replays one rule. */
export function replay({ close, names }: Prices, rule: Rule): Point {
  const n = names.length
  const target = new Float64Array(n).fill(INVESTED / n)
  const weight = target.slice()
  const covariance = new Float64Array(n * n)
  const r = new Float64Array(n)
  const deviation = new Float64Array(n)
  const decay = 0.5 ** (1 / WARM_UP)
  let [sum, squares, turnover] = [0, 0, 0]
  const hours = close.length - 1 - WARM_UP
  for (let bar = 1; bar < close.length; bar++) {
    for (let i = 0; i < n; i++) r[i] = close[bar]![i]! / close[bar - 1]![i]! - 1
    const keep = bar <= WARM_UP ? 1 : decay
    const add = bar <= WARM_UP ? 1 / WARM_UP : 1 - decay
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) covariance[i * n + j] = keep * covariance[i * n + j]! + add * r[i]! * r[j]!
    if (bar <= WARM_UP) continue
    let [held, aimed] = [0, 0]
    for (let i = 0; i < n; i++) {
      held += weight[i]! * r[i]!
      aimed += target[i]! * r[i]!
    }
    sum += held - aimed
    squares += (held - aimed) ** 2
    for (let i = 0; i < n; i++) {
      weight[i] = (weight[i]! * (1 + r[i]!)) / (1 + held)
      deviation[i] = weight[i]! - target[i]!
    }
    const trade = rule({ hour: bar - WARM_UP, deviation, covariance })
    if (trade === null) continue
    const traded = trade.reduce((total, z) => total + Math.abs(z), 0)
    turnover += traded
    for (let i = 0; i < n; i++) weight[i] = (weight[i]! + trade[i]!) / (1 - COST * traded)
  }
  const mean = sum / hours
  return {
    trackingError: Math.sqrt((squares / hours - mean * mean) * HOURS_PER_YEAR),
    cost: (COST * turnover * HOURS_PER_YEAR) / hours,
  }
}

const whole = (deviation: Float64Array): Float64Array => deviation.map((d) => -d)

export const calendar =
  (hours: number): Rule =>
  ({ hour, deviation }) =>
    hour % hours === 0 ? whole(deviation) : null

/** Half-width per asset, to the edge or to the target. */
export const band =
  (width: number, to: 'edge' | 'target'): Rule =>
  ({ deviation }) => {
    if (deviation.every((d) => Math.abs(d) <= width)) return null
    return deviation.map((d) =>
      Math.abs(d) <= width ? 0 : to === 'target' ? -d : -Math.sign(d) * (Math.abs(d) - width),
    )
  }

const errorOf = (deviation: Float64Array, covariance: Float64Array): number => {
  const n = deviation.length
  let square = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) square += deviation[i]! * covariance[i * n + j]! * deviation[j]!
  return Math.sqrt(HOURS_PER_YEAR * Math.max(0, square))
}

/** Outside the cap, everything back to target. */
export const trigger =
  (cap: number): Rule =>
  ({ deviation, covariance }) =>
    errorOf(deviation, covariance) > cap ? whole(deviation) : null

/** Outside the buffer, in one proportion back to its edge. */
export const partial =
  (buffer: number): Rule =>
  ({ deviation, covariance }) => {
    const error = errorOf(deviation, covariance)
    return error > buffer ? deviation.map((d) => (-d * (error - buffer)) / error) : null
  }

/** The cheapest trades back to the cap. */
export const cheapest =
  (cap: number): Rule =>
  ({ deviation, covariance }) => {
    if (errorOf(deviation, covariance) <= cap) return null
    const n = deviation.length
    const annual = covariance.map((each) => each * HOURS_PER_YEAR)
    return minimiseCost({ n, deviation, covariance: annual, cost: new Float64Array(n).fill(COST), cap }).trade
  }

/** The default policy: M anew once a week, one decision an hour, each solve started from the one before. */
export function costAware(aversion: number, n: number): Rule {
  const solver = makeCostProgram(n, 0)
  const free = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  const program = {
    n,
    linear: new Float64Array(n),
    proportional: new Float64Array(n).fill(COST),
    power: new Float64Array(n),
    exponent: 0.5,
    lower: free.map((each) => -each),
    upper: free,
    rows: [],
  }
  let matrix = new Float64Array(0)
  let last: ReturnType<typeof solver.solve> | undefined
  return ({ hour, deviation, covariance }) => {
    if (matrix.length === 0 || hour % WEEK === 0) {
      const curvature = computeCurvature({
        n,
        covariance: covariance.map((each) => each * HOURS_PER_YEAR),
        target: new Float64Array(n).fill(INVESTED / n),
        cost: proportionalCosts(program.proportional),
        aversion,
        interval: 1 / HOURS_PER_YEAR,
      })
      if (!curvature.ok) throw new Error(JSON.stringify(curvature.error))
      matrix = Float64Array.from(curvature.value.matrix)
    }
    last = solver.solve({ ...program, quadratic: matrix, deviation }, last)
    if (last.status !== 'optimal') throw new Error(`hour ${hour}: ${last.status} ${JSON.stringify(last.certificate)}`)
    return last.trade.every((z) => z === 0) ? null : last.trade
  }
}

const spread = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, k) => from * (to / from) ** (k / (steps - 1)))

/** Rules by name, each with its parameter swept. */
const rulesFor = (n: number): Readonly<Record<string, readonly Rule[]>> => ({
  calendar: [1, 4, 8, 24, 72, 168, 720].map(calendar),
  'band, to target': spread(0.002, 0.03, 8).map((width) => band(width, 'target')),
  'band, to edge': spread(0.002, 0.03, 8).map((width) => band(width, 'edge')),
  'risk trigger': spread(0.005, 0.08, 8).map(trigger),
  'buffered partial': spread(0.003, 0.06, 8).map(partial),
  'cheapest to cap': spread(0.005, 0.06, 7).map(cheapest),
  'cost-aware': spread(0.01, 3_000, 14).map((aversion) => costAware(aversion, n)),
})

/** Cost of a frontier at a tracking error, between its points on log scales; null outside them. */
export function costAt(points: readonly Point[], trackingError: number): number | null {
  const sorted = [...points].sort((a, b) => a.trackingError - b.trackingError)
  const right = sorted.findIndex((each) => each.trackingError >= trackingError)
  const [a, b] = [sorted[right - 1], sorted[right]]
  if (a === undefined || b === undefined) return null
  const share = Math.log(trackingError / a.trackingError) / Math.log(b.trackingError / a.trackingError)
  return Math.exp(Math.log(a.cost) + share * Math.log(b.cost / a.cost))
}

/** A table of closes: time first, then a column per asset. */
export function readPrices(path: string): Prices {
  const bytes = readFileSync(path)
  const [head = '', ...rows] = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n')
  return {
    names: head.split(',').slice(1),
    close: rows.map((row) => Float64Array.from(row.split(',').slice(1), Number)),
  }
}

/** Closes at the hours that every file has. */
function readCandleFiles(paths: readonly string[]): Prices {
  const files = paths.map((path) => {
    const file = readCandles(path)
    if (!file.ok) throw new Error(JSON.stringify(file.error))
    const { time, close } = file.value.columns
    return new Map(Array.from(time, (at, k) => [at, close[k]!]))
  })
  const [first = new Map<number, number>(), ...others] = files
  const shared = [...first.keys()].filter((at) => others.every((file) => file.has(at)))
  return { names: paths, close: shared.map((at) => Float64Array.from(files, (file) => file.get(at)!)) }
}

function print(prices: Prices): void {
  const cell = (cost: number | null): string => (cost === null ? '-' : `${(100 * cost).toFixed(3)} %`).padStart(10)
  console.log(`${prices.names.length} assets, ${prices.close.length} hours; cost a year at a tracking error of`)
  console.log(`${''.padEnd(18)}${['1 %', '2 %', '3 %', '4 %', '6 %'].map((each) => each.padStart(10)).join('')}`)
  for (const [name, rules] of Object.entries(rulesFor(prices.names.length))) {
    const points = rules.map((rule) => replay(prices, rule))
    console.log(
      `${name.padEnd(18)}${[0.01, 0.02, 0.03, 0.04, 0.06].map((error) => cell(costAt(points, error))).join('')}`,
    )
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const paths = process.argv.slice(2)
  if (paths.length === 0) {
    console.error('tools/frontier.ts: prices must be given, was none: node tools/frontier.ts prices.csv.gz')
    process.exitCode = 2
  } else print(paths.length === 1 ? readPrices(paths[0]!) : readCandleFiles(paths))
}
