/** Volatilities of one asset: from ranges, GARCH, HAR; the simplex search; the scores of forecasts. */
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../../src/core/base/random.ts'
import { minimiseSimplex } from '../../../../src/core/maths/nelder-mead.ts'
import { fitGarch } from '../../../../src/core/risk/estimators/garch.ts'
import { fitHar } from '../../../../src/core/risk/estimators/har.ts'
import {
  type RangeBars,
  type RangeEstimator,
  rangeVolatility,
} from '../../../../src/core/risk/estimators/range-volatility.ts'
import { qlike } from '../../../../src/core/risk/estimators/scores.ts'
import { codesOf, messageOf, unwrap } from './returns-data.ts'

const RANGES: RangeEstimator[] = ['parkinson', 'garmanKlass', 'rogersSatchell', 'yangZhang']

/** Bars of a walk watched `steps` times a bar, with a jump between bars. */
function walkedBars(options: { count: number; steps: number; vol: number; drift: number; jump: number }): RangeBars {
  const { count, steps, vol, drift, jump } = options
  const random = makeRandom(21)
  const column = (): Float64Array => new Float64Array(count)
  const bars = { name: 'BTC', open: column(), high: column(), low: column(), close: column() }
  let x = 0
  for (let t = 0; t < count; t++) {
    x += jump * random.normal()
    bars.open[t] = Math.exp(x)
    let [top, bottom] = [x, x]
    for (let k = 0; k < steps; k++) {
      x += drift / steps + (vol / Math.sqrt(steps)) * random.normal()
      top = Math.max(top, x)
      bottom = Math.min(bottom, x)
    }
    bars.high[t] = Math.exp(top)
    bars.low[t] = Math.exp(bottom)
    bars.close[t] = Math.exp(x)
  }
  return bars
}

describe('range volatility', () => {
  test('[EST-11] one bar by hand', () => {
    const bar = {
      name: 'BTC',
      open: Float64Array.of(100),
      high: Float64Array.of(110),
      low: Float64Array.of(95),
      close: Float64Array.of(105),
    }
    const [u, d, c] = [Math.log(1.1), Math.log(0.95), Math.log(1.05)]
    const expected = {
      parkinson: Math.sqrt((u - d) ** 2 / (4 * Math.log(2))),
      garmanKlass: Math.sqrt(0.5 * (u - d) ** 2 - (2 * Math.log(2) - 1) * c ** 2),
      rogersSatchell: Math.sqrt(u * (u - c) + d * (d - c)),
    }
    for (const [kind, value] of Object.entries(expected))
      expect(unwrap(rangeVolatility(bar, kind as RangeEstimator))).toBeCloseTo(value, 14)
  })

  test('[EST-11] Yang-Zhang of three bars by hand: k = .34/(1.34 + 3) for two of them', () => {
    const bars = {
      name: 'BTC',
      open: Float64Array.of(100, 101, 104),
      high: Float64Array.of(103, 105, 106),
      low: Float64Array.of(99, 100, 101),
      close: Float64Array.of(102, 103, 102),
    }
    const [o1, o2] = [Math.log(101 / 102), Math.log(104 / 103)]
    const [c1, c2] = [Math.log(103 / 101), Math.log(102 / 104)]
    const rs = (open: number, high: number, low: number, close: number): number =>
      Math.log(high / open) * Math.log(high / close) + Math.log(low / open) * Math.log(low / close)
    const k = 0.34 / (1.34 + 3)
    const inside = (rs(101, 105, 100, 103) + rs(104, 106, 101, 102)) / 2
    const variance = (o1 - o2) ** 2 / 2 + (k * (c1 - c2) ** 2) / 2 + (1 - k) * inside
    expect(unwrap(rangeVolatility(bars, 'yangZhang'))).toBeCloseTo(Math.sqrt(variance), 14)
  })

  test('[EST-11] on a walk all find its volatility; with drift Rogers-Satchell, with jumps Yang-Zhang', () => {
    const still = walkedBars({ count: 1500, steps: 400, vol: 0.02, drift: 0, jump: 0 })
    for (const kind of RANGES) expect(unwrap(rangeVolatility(still, kind)) / 0.02).toBeCloseTo(0.975, 1)
    const drifting = walkedBars({ count: 1500, steps: 400, vol: 0.02, drift: 0.03, jump: 0 })
    expect(unwrap(rangeVolatility(drifting, 'rogersSatchell')) / 0.02).toBeCloseTo(0.975, 1)
    expect(unwrap(rangeVolatility(drifting, 'parkinson')) / 0.02).toBeGreaterThan(1.15)
    const jumping = walkedBars({ count: 1500, steps: 400, vol: 0.02, drift: 0, jump: 0.02 })
    expect(unwrap(rangeVolatility(jumping, 'yangZhang')) / (0.02 * Math.SQRT2)).toBeCloseTo(0.985, 1)
    expect(unwrap(rangeVolatility(jumping, 'garmanKlass')) / 0.02).toBeLessThan(1.05)
  })

  test('[EST-11] bars that cannot be are refused with their number', () => {
    const bars = walkedBars({ count: 5, steps: 10, vol: 0.02, drift: 0, jump: 0 })
    const high = bars.high.slice()
    high[3] = bars.low[3]! / 2
    expect(messageOf(rangeVolatility({ ...bars, high }, 'parkinson'))).toContain('at bar 4')
    expect(codesOf(rangeVolatility({ ...bars, low: new Float64Array(5) }, 'parkinson'))).toEqual(['risk.history'])
    const short = walkedBars({ count: 2, steps: 10, vol: 0.02, drift: 0, jump: 0 })
    expect(codesOf(rangeVolatility(short, 'yangZhang'))).toEqual(['risk.too-short'])
  })
})

describe('simplex search', () => {
  test('[EST-12] finds the minimum of Rosenbrock’s valley and of a bowl with a wall', () => {
    const search = { step: 0.5, tolerance: 1e-14, evaluationsMax: 10_000 }
    const valley = minimiseSimplex((x) => 100 * (x[1]! - x[0]! ** 2) ** 2 + (1 - x[0]!) ** 2, {
      ...search,
      start: Float64Array.of(-1.2, 1),
    })
    expect(valley.converged).toBe(true)
    expect(valley.x[0]).toBeCloseTo(1, 5)
    expect(valley.x[1]).toBeCloseTo(1, 5)
    const walled = minimiseSimplex((x) => (x[0]! < 0 ? Number.NaN : (x[0]! - 2) ** 2 + x[1]! ** 2 + x[2]! ** 2), {
      ...search,
      start: Float64Array.of(0.1, 3, -4),
    })
    expect([...walled.x].map((value) => value.toFixed(4).replace('-0.0000', '0.0000'))).toEqual([
      '2.0000',
      '0.0000',
      '0.0000',
    ])
    const stopped = minimiseSimplex((x) => x[0]! ** 2, { ...search, start: Float64Array.of(5), evaluationsMax: 5 })
    expect(stopped.converged).toBe(false)
  })
})

function garchReturns(p: { omega: number; alpha: number; gamma: number; beta: number; count: number }): Float64Array {
  const random = makeRandom(33)
  const y = new Float64Array(p.count)
  let h = p.omega / (1 - p.alpha - p.gamma / 2 - p.beta)
  for (let t = 0; t < p.count; t++) {
    y[t] = Math.sqrt(h) * random.normal()
    h = p.omega + (p.alpha + (y[t]! < 0 ? p.gamma : 0)) * y[t]! ** 2 + p.beta * h
  }
  return y
}

function logLikelihood(y: Float64Array, p: { omega: number; alpha: number; gamma: number; beta: number }): number {
  let h = y.reduce((total, value) => total + value * value, 0) / y.length
  let total = 0
  for (const value of y) {
    total -= 0.5 * (Math.log(2 * Math.PI) + Math.log(h) + value ** 2 / h)
    h = p.omega + (p.alpha + (value < 0 ? p.gamma : 0)) * value ** 2 + p.beta * h
  }
  return total
}

describe('GARCH', () => {
  const truth = { omega: 4e-6, alpha: 0.05, gamma: 0.1, beta: 0.88 }
  const returns = garchReturns({ ...truth, count: 6000 })
  const series = { name: 'BTC', returns }

  test.each([true, false])('[EST-12] no neighbour is more likely than the fit, asymmetric: %s', (asymmetric) => {
    const fit = unwrap(fitGarch(series, { asymmetric }))
    expect(fit.converged).toBe(true)
    const { omega, alpha, gamma, beta } = fit
    const best = logLikelihood(returns, fit)
    expect(fit.logLikelihood).toBeCloseTo(best, 6)
    for (const factor of [0.95, 0.99, 1.01, 1.05]) {
      expect(logLikelihood(returns, { omega: omega * factor, alpha, gamma, beta })).toBeLessThan(best)
      expect(logLikelihood(returns, { omega, alpha: alpha * factor, gamma, beta })).toBeLessThan(best)
      expect(logLikelihood(returns, { omega, alpha, gamma, beta: 1 - (1 - beta) * factor })).toBeLessThan(best)
      if (asymmetric) expect(logLikelihood(returns, { omega, alpha, gamma: gamma * factor, beta })).toBeLessThan(best)
    }
    if (asymmetric) expect(best).toBeGreaterThan(logLikelihood(returns, truth))
  })

  test('[EST-12] the parameters of a simulation come back, and the forecast follows from them', () => {
    const fit = unwrap(fitGarch(series, { asymmetric: true }))
    expect(fit.alpha).toBeCloseTo(0.05, 1)
    expect(Math.abs(fit.gamma - 0.1)).toBeLessThan(0.04)
    expect(Math.abs(fit.beta - 0.88)).toBeLessThan(0.03)
    expect(Math.abs(fit.longRun / (4e-6 / 0.02) - 1)).toBeLessThan(0.4)
    const scaled = unwrap(fitGarch({ name: 'BTC', returns: returns.map((y) => y * 1000) }, { asymmetric: true }))
    expect(scaled.forecast / fit.forecast / 1e6).toBeCloseTo(1, 9)
    expect(scaled.beta).toBeCloseTo(fit.beta, 9)
  })

  test('[EST-12] short, broken and dead histories are refused by name', () => {
    const refusal = (values: Float64Array): string[] =>
      codesOf(fitGarch({ name: 'X', returns: values }, { asymmetric: false }))
    expect(refusal(new Float64Array(99))).toEqual(['risk.too-short'])
    expect(refusal(new Float64Array(200))).toEqual(['risk.no-movement'])
    expect(refusal(new Float64Array(200).fill(Number.NaN))).toEqual(['risk.return-missing'])
  })
})

describe('HAR', () => {
  const random = makeRandom(8)
  const variance = new Float64Array(400)
  for (let t = 0; t < 400; t++) {
    const mean = (length: number): number =>
      variance.slice(Math.max(0, t - length), t).reduce((a, b) => a + b, 0) / length
    variance[t] =
      t < 30
        ? 1e-4 * (1 + random.uniform())
        : 2e-5 + 0.3 * mean(1) + 0.3 * mean(7) + 0.2 * mean(30) + 2e-5 * random.uniform()
  }

  test('[EST-13] its residuals are orthogonal to what it regresses on, and its forecast is the fitted sum', () => {
    const { coefficients, forecast, limited } = unwrap(fitHar({ name: 'BTC', variance }, { week: 7, month: 30 }))
    const terms = (t: number): number[] => [
      1,
      ...[1, 7, 30].map((l) => variance.slice(t - l, t).reduce((a, b) => a + b, 0) / l),
    ]
    const value = (t: number): number => terms(t).reduce((total, x, k) => total + x * coefficients[k]!, 0)
    for (let k = 0; k < 4; k++) {
      let [along, size] = [0, 0]
      for (let t = 30; t < 400; t++) {
        along += (variance[t]! - value(t)) * terms(t)[k]!
        size += variance[t]! * terms(t)[k]!
      }
      expect(Math.abs(along / size)).toBeLessThan(1e-11)
    }
    expect(forecast).toBeCloseTo(value(400), 14)
    expect(limited).toBe(false)
  })

  test('[EST-13] a forecast beyond everything seen is put back to the edge, and says so', () => {
    const rising = Float64Array.from({ length: 100 }, (_, t) => 1.05 ** t * (1 + 0.01 * Math.sin(t * t)))
    const { forecast, limited } = unwrap(fitHar({ name: 'BTC', variance: rising }, { week: 7, month: 30 }))
    expect(limited).toBe(true)
    expect(forecast).toBe(Math.max(...rising))
  })

  test('[EST-13] refuses what it cannot fit', () => {
    const refusal = (values: Float64Array, options = { week: 7, month: 30 }): string[] =>
      codesOf(fitHar({ name: 'X', variance: values }, options))
    expect(refusal(variance.slice(0, 69))).toEqual(['risk.too-short'])
    expect(refusal(variance, { week: 30, month: 7 })).toEqual(['risk.option'])
    expect(refusal(new Float64Array(100))).toEqual(['risk.history'])
    expect(refusal(new Float64Array(100).fill(1))).toEqual(['risk.singular'])
  })
})

describe('scores', () => {
  test('[EST-14] QLIKE is least at the true variance, also for squared returns that are 0', () => {
    const random = makeRandom(2)
    const y = Float64Array.from({ length: 4000 }, (_, t) => (t === 0 ? 0 : (0.02 * random.normal()) ** 2))
    const score = (vol: number): number => unwrap(qlike(y, new Float64Array(4000).fill(vol * vol)))
    expect(score(0.02)).toBeLessThan(score(0.022))
    expect(score(0.02)).toBeLessThan(score(0.018))
    expect(unwrap(qlike(Float64Array.of(1, 4), Float64Array.of(2, 2)))).toBeCloseTo(Math.log(2) + 1.25, 14)
    expect(codesOf(qlike(y, new Float64Array(4000)))).toEqual(['risk.forecast'])
    expect(codesOf(qlike(y, new Float64Array(0)))).toEqual(['risk.forecast'])
  })
})
