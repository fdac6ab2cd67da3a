/** Covariance estimators against plain loops, and the laws that all of them keep. */
import fc from 'fast-check'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { type CovarianceEstimator, estimateCovariance } from '../../../../src/core/risk/estimators/estimate.ts'
import { principalCovariance, singleFactorCovariance } from '../../../../src/core/risk/estimators/factor.ts'
import { ewmaCovariance } from '../../../../src/core/risk/estimators/iterated-ewma.ts'
import { denoisedCovariance } from '../../../../src/core/risk/estimators/random-matrix.ts'
import { handleMissing, type Returns } from '../../../../src/core/risk/estimators/returns.ts'
import { sampleCovariance, semiCovariance } from '../../../../src/core/risk/estimators/sample.ts'
import {
  shrinkToConstantCorrelation,
  shrinkToIdentity,
  shrinkToOracle,
} from '../../../../src/core/risk/estimators/shrinkage.ts'
import { codesOf, messageOf, plainCovariance, randomReturns, unwrap } from './returns-data.ts'

const ITERATED = { volHalflife: 5, correlationHalflife: 20, clip: 4.2, warmUp: 5 }
const estimators = (n: number): CovarianceEstimator[] => [
  { kind: 'sample', divisor: 'T', mean: 'sample' },
  { kind: 'sample', divisor: 'T-1', mean: 'zero' },
  { kind: 'ewma', halflife: 12 },
  { kind: 'iteratedEwma', ...ITERATED },
  { kind: 'ledoitWolf', target: 'identity' },
  { kind: 'ledoitWolf', target: 'constantCorrelation' },
  { kind: 'oracleApproximating' },
  { kind: 'principalComponents', factors: 1 },
  { kind: 'singleFactor', market: new Float64Array(n).fill(1 / n) },
  { kind: 'randomMatrix' },
  { kind: 'semi', benchmark: 0 },
]
/** Its Cholesky factors depend on the order of the assets. */
const MIX: CovarianceEstimator = {
  kind: 'mixedIteratedEwma',
  pairs: [
    { volHalflife: 5, correlationHalflife: 15 },
    { volHalflife: 20, correlationHalflife: 40 },
  ],
  clip: 4.2,
  warmUp: 10,
  window: 10,
}

const estimate = (returns: Returns, estimator: CovarianceEstimator): Float64Array =>
  unwrap(estimateCovariance(returns, estimator)).covariance
const largest = (a: Float64Array): number => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const shapes = fc.record({
  n: fc.integer({ min: 2, max: 8 }),
  rows: fc.integer({ min: 30, max: 80 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
})

describe('laws of all estimators', () => {
  test('[EST-1] symmetric and positive semidefinite', () => {
    fc.assert(
      fc.property(shapes, ({ n, rows, seed }) => {
        const returns = randomReturns(n, rows, seed)
        for (const estimator of [...estimators(n), MIX]) {
          const covariance = estimate(returns, estimator)
          for (let i = 0; i < n; i++)
            for (let j = 0; j < i; j++) expect(covariance[i * n + j]).toBe(covariance[j * n + i])
          const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(n, n, [...covariance]), {
            assumeSymmetric: true,
          })
          expect(Math.min(...realEigenvalues)).toBeGreaterThan(-1e-14 * largest(covariance))
        }
      }),
      { numRuns: 40, seed: 11 },
    )
  })

  test('[EST-1] positive semidefinite with fewer rows than assets', () => {
    const returns = randomReturns(12, 8, 3)
    for (const estimator of estimators(12).filter(({ kind }) => kind !== 'iteratedEwma')) {
      const covariance = estimate(returns, estimator)
      const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(12, 12, [...covariance]), {
        assumeSymmetric: true,
      })
      expect(Math.min(...realEigenvalues)).toBeGreaterThan(-1e-14 * largest(covariance))
    }
    expect(unwrap(sampleCovariance(returns, { divisor: 'T', mean: 'sample' })).notes[0]).toContain('singular')
  })

  test('[EST-2] returns c times as large have a covariance c² times as large', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.01, max: 100, noNaN: true }), ({ n, rows, seed }, factor) => {
        const returns = randomReturns(n, rows, seed)
        const scaled = { names: returns.names, values: returns.values.map((y) => y * factor) }
        for (const estimator of [...estimators(n), MIX]) {
          const [before, after] = [estimate(returns, estimator), estimate(scaled, estimator)]
          const size = largest(before)
          const loose = estimator === MIX ? 1e-6 : 1e-10
          before.forEach((value, k) => {
            expect(Math.abs(after[k]! / factor ** 2 - value)).toBeLessThan(loose * size)
          })
        }
      }),
      { numRuns: 30, seed: 12 },
    )
  })

  test('[EST-2] permuting the assets permutes the estimate', () => {
    fc.assert(
      fc.property(shapes, ({ n, rows, seed }) => {
        const returns = randomReturns(n, rows, seed)
        const order = Array.from({ length: n }, (_, i) => (i * (n - 1) + 1) % n)
        const turned = {
          names: order.map((i) => returns.names[i]!),
          values: returns.values.map((_, k) => returns.values[Math.floor(k / n) * n + order[k % n]!]!),
        }
        for (const estimator of estimators(n)) {
          const [before, after] = [estimate(returns, estimator), estimate(turned, estimator)]
          after.forEach((value, k) => {
            const was = before[order[Math.floor(k / n)]! * n + order[k % n]!]!
            expect(Math.abs(value - was)).toBeLessThan(1e-11 * largest(before))
          })
        }
      }),
      { numRuns: 30, seed: 13 },
    )
  })

  test('[EST-3] missing and infinite returns are refused by name, and missing ones handled as stated', () => {
    const returns = randomReturns(3, 40, 5)
    const values = returns.values.slice()
    values[7] = Number.NaN
    values[10] = Number.NaN
    const holed = { names: ['BTC', 'ETH', 'SOL'], values }
    for (const estimator of [...estimators(3), MIX]) {
      expect(codesOf(estimateCovariance(holed, estimator))).toContain('risk.return-missing')
      expect(messageOf(estimateCovariance(holed, estimator))).toContain(
        'ETH must be complete, was 2 missing, the first in row 3',
      )
    }
    expect(codesOf(handleMissing(holed, 'refuse'))).toEqual(['risk.return-missing'])
    expect(unwrap(handleMissing(holed, 'dropRow')).values.length).toBe(38 * 3)
    expect(unwrap(handleMissing(holed, 'zero')).values[7]).toBe(0)
    values[7] = Number.POSITIVE_INFINITY
    expect(codesOf(handleMissing(holed, 'refuse'))).toEqual(['risk.return-missing', 'risk.return-range'])
  })

  test('[EST-3] too few rows and dead prices are refused by name', () => {
    for (const estimator of estimators(2))
      expect(codesOf(estimateCovariance({ names: ['A', 'B'], values: new Float64Array(0) }, estimator))).toContain(
        'risk.too-short',
      )
    const { values } = randomReturns(2, 40, 1)
    const dead = { names: ['A', 'B'], values: values.map((y, k) => (k % 2 === 0 ? y : 0)) }
    for (const kind of ['randomMatrix', 'iteratedEwma', 'principalComponents', 'ledoitWolf'] as const) {
      const estimator = estimators(2).findLast((each) => each.kind === kind)!
      expect(messageOf(estimateCovariance(dead, estimator))).toContain('price of B must move')
    }
  })

  test.each([
    [{ kind: 'ewma', halflife: 0 }, 'risk.option'],
    [{ kind: 'iteratedEwma', ...ITERATED, clip: -1 }, 'risk.option'],
    [{ ...MIX, pairs: [] }, 'risk.option'],
    [{ kind: 'principalComponents', factors: 4 }, 'risk.option'],
    [{ kind: 'singleFactor', market: new Float64Array(3) }, 'risk.no-factor'],
  ] as [CovarianceEstimator, string][])('[EST-3] options that mean nothing are refused: %o', (estimator, code) => {
    expect(codesOf(estimateCovariance(randomReturns(3, 60, 1), estimator))).toEqual([code])
  })
})

describe('each estimator against a plain loop', () => {
  const returns = randomReturns(4, 50, 9)
  const rows = 50
  const near = (found: Float64Array, plain: number[][]): void =>
    plain.flat().forEach((value, k) => {
      expect(Math.abs(found[k]! - value)).toBeLessThan(1e-16)
    })

  test('[EST-8] sample covariance by 1/T and 1/(T − 1)', () => {
    near(unwrap(sampleCovariance(returns, { divisor: 'T', mean: 'sample' })).covariance, plainCovariance(returns, rows))
    near(
      unwrap(sampleCovariance(returns, { divisor: 'T-1', mean: 'sample' })).covariance,
      plainCovariance(returns, rows - 1),
    )
  })

  test('[EST-8] the EWMA matrix is the weighted mean of outer products', () => {
    const weight = (t: number): number => 2 ** (-(rows - 1 - t) / 7)
    const whole = Array.from({ length: rows }, (_, t) => weight(t)).reduce((a, b) => a + b)
    const plain = returns.names.map((_, i) =>
      returns.names.map((_u, j) => {
        let total = 0
        for (let t = 0; t < rows; t++) total += weight(t) * returns.values[t * 4 + i]! * returns.values[t * 4 + j]!
        return total / whole
      }),
    )
    near(unwrap(ewmaCovariance(returns, { halflife: 7 })).covariance, plain)
  })

  test('[EST-8] semi-covariance counts what falls short of the benchmark', () => {
    const fall = (t: number, i: number): number => Math.min(returns.values[t * 4 + i]! - 0.001, 0)
    const plain = returns.names.map((_, i) =>
      returns.names.map(
        (_u, j) => Array.from({ length: rows }, (_v, t) => fall(t, i) * fall(t, j)).reduce((a, b) => a + b) / rows,
      ),
    )
    near(unwrap(semiCovariance(returns, { benchmark: 0.001 })).covariance, plain)
    expect(unwrap(semiCovariance(returns, { benchmark: 0.001 })).notes[0]).toContain('volatilities are smaller')
  })

  test('[EST-6] the shrinkage intensities of the papers, summed naively', () => {
    const s = plainCovariance(returns, rows)
    const n = 4
    const mean = s.reduce((total, row, i) => total + row[i]!, 0) / n
    const square = s.flat().reduce((total, value) => total + value * value, 0)
    const distance = square - n * mean * mean
    const average = returns.names.map((_, i) => {
      let total = 0
      for (let t = 0; t < rows; t++) total += returns.values[t * n + i]! / rows
      return total
    })
    const x = (t: number, i: number): number => returns.values[t * n + i]! - average[i]!
    let noise = 0
    const pi = s.map((row) => row.map(() => 0))
    const theta = (i: number, j: number): number => {
      let total = 0
      for (let t = 0; t < rows; t++) total += (x(t, i) ** 2 - s[i]![i]!) * (x(t, i) * x(t, j) - s[i]![j]!)
      return total / rows
    }
    for (let t = 0; t < rows; t++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          noise += (x(t, i) * x(t, j) - s[i]![j]!) ** 2 / rows ** 2
          pi[i]![j]! += (x(t, i) * x(t, j) - s[i]![j]!) ** 2 / rows
        }
    expect(unwrap(shrinkToIdentity(returns)).shrinkage).toBeCloseTo(noise / distance, 12)
    const trace = n * mean
    const oracle = ((1 - 2 / n) * square + trace ** 2) / ((rows + 1 - 2 / n) * (square - trace ** 2 / n))
    expect(unwrap(shrinkToOracle(returns)).shrinkage).toBeCloseTo(oracle, 12)
    const vol = s.map((row, i) => Math.sqrt(row[i]!))
    let bar = 0
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) if (i !== j) bar += s[i]![j]! / (vol[i]! * vol[j]!) / (n * (n - 1))
    let [shared, gamma] = [0, 0]
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const ratio = vol[j]! / vol[i]!
        shared += i === j ? pi[i]![i]! : (bar / 2) * (ratio * theta(i, j) + theta(j, i) / ratio)
        gamma += i === j ? 0 : (bar * vol[i]! * vol[j]! - s[i]![j]!) ** 2
      }
    const kappa = (pi.flat().reduce((a, b) => a + b) - shared) / gamma
    expect(unwrap(shrinkToConstantCorrelation(returns)).shrinkage).toBeCloseTo(
      Math.min(1, Math.max(0, kappa / rows)),
      12,
    )
  })

  test('[EST-7] the matrix and its intensity are different things by type, and a pure target says so', () => {
    const { covariance, shrinkage } = unwrap(shrinkToIdentity(returns))
    expect(covariance).toBeInstanceOf(Float64Array)
    expect(covariance).toHaveLength(16)
    expect(typeof shrinkage).toBe('number')
    const names = ['A', 'B']
    // Of equal variances and no correlation, any difference from mI is noise.
    const noise = { names, values: Float64Array.of(1, 1, -1, 1, 1, -1, -1, -1.01) }
    const pure = unwrap(shrinkToIdentity(noise))
    expect(pure.shrinkage).toBe(1)
    expect(pure.notes[0]).toContain('target of the shrinkage alone')
  })

  test('[EST-9] factor models keep every sample variance; all components give the sample, one stated factor its betas', () => {
    const s = plainCovariance(returns, rows)
    near(unwrap(principalCovariance(returns, { factors: 4 })).covariance, s)
    const one = unwrap(principalCovariance(returns, { factors: 1 })).covariance
    const market = Float64Array.of(0.4, 0.3, 0.2, 0.1)
    const single = unwrap(singleFactorCovariance(returns, { market })).covariance
    const beta = s.map((row) => row.reduce((total, value, j) => total + value * market[j]!, 0))
    const variance = beta.reduce((total, value, i) => total + value * market[i]!, 0)
    for (let i = 0; i < 4; i++) {
      expect(one[5 * i]).toBeCloseTo(s[i]![i]!, 16)
      for (let j = 0; j < 4; j++)
        expect(single[4 * i + j]).toBeCloseTo(i === j ? s[i]![i]! : (beta[i]! * beta[j]!) / variance, 16)
    }
    // The best rank-one part of the correlations, by another library.
    const rho = Matrix.zeros(4, 4)
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) rho.set(i, j, s[i]![j]! / Math.sqrt(s[i]![i]! * s[j]![j]!))
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(rho, { assumeSymmetric: true })
    const top = realEigenvalues.indexOf(Math.max(...realEigenvalues))
    const kept = realEigenvalues[top]! * eigenvectorMatrix.get(0, top) * eigenvectorMatrix.get(1, top)
    expect(one[1]! / Math.sqrt(s[0]![0]! * s[1]![1]!)).toBeCloseTo(kept, 12)
  })

  test('[EST-10] eigenvalues below the Marchenko-Pastur edge become one, variances and the market stay', () => {
    const wide = randomReturns(20, 200, 4)
    const { covariance, kept } = unwrap(denoisedCovariance(wide))
    expect(kept).toBe(1)
    const s = plainCovariance(wide, 200)
    const rho = Matrix.zeros(20, 20)
    for (let i = 0; i < 20; i++) {
      expect(covariance[21 * i]! / s[i]![i]!).toBeCloseTo(1, 12)
      for (let j = 0; j < 20; j++) rho.set(i, j, s[i]![j]! / Math.sqrt(s[i]![i]! * s[j]![j]!))
    }
    const { realEigenvalues, eigenvectorMatrix: v } = new EigenvalueDecomposition(rho, { assumeSymmetric: true })
    const edge = (1 + Math.sqrt(0.1)) ** 2
    const noise = realEigenvalues.filter((value) => value <= edge)
    const mean = noise.reduce((a, b) => a + b) / noise.length
    const cleaned = (i: number, j: number): number =>
      realEigenvalues.reduce((sum, value, k) => sum + (value <= edge ? mean : value) * v.get(i, k) * v.get(j, k), 0)
    const expected = cleaned(0, 7) / Math.sqrt(cleaned(0, 0) * cleaned(7, 7))
    expect(covariance[7]! / Math.sqrt(covariance[0]! * covariance[21 * 7]!)).toBeCloseTo(expected, 12)
    const independent = { names: wide.names, values: wide.values.map((_, k) => Math.sin(k * k * 0.7 + k)) }
    const none = unwrap(denoisedCovariance(independent))
    expect(none.kept).toBe(0)
    expect(none.notes).toHaveLength(1)
  })

  test('[EST-4] a jump enters the variance whole while it warms up, and clipped from the next return on', () => {
    const beta = 2 ** (-1 / 5)
    const variance = (y: readonly number[]): number => {
      const options = { volHalflife: 5, correlationHalflife: 20, clip: 3, warmUp: 2 }
      return estimate({ names: ['A'], values: Float64Array.from(y) }, { kind: 'iteratedEwma', ...options })[0]!
    }
    const mean = (squares: readonly number[]): number => {
      const weight = squares.map((_, k) => beta ** (squares.length - 1 - k))
      return squares.reduce((sum, square, k) => sum + square * weight[k]!, 0) / weight.reduce((a, b) => a + b)
    }
    expect(variance([0.01, -0.01, 0.5])).toBeCloseTo(mean([1e-4, 1e-4, 0.25]), 15)
    expect(variance([0.01, -0.01, 0.01, 0.5])).toBeCloseTo(mean([1e-4, 1e-4, 1e-4, 9e-4]), 15)
  })

  test('[EST-5] the mix of equal experts is that expert, and its weights are on the simplex', () => {
    const pair = { volHalflife: 5, correlationHalflife: 20 }
    const options = { clip: 4.2, warmUp: 5, window: 10 }
    const alone = estimate(returns, { kind: 'mixedIteratedEwma', pairs: [pair], ...options })
    const direct = estimate(returns, { kind: 'iteratedEwma', ...pair, clip: 4.2, warmUp: 5 })
    const twice = estimate(returns, { kind: 'mixedIteratedEwma', pairs: [pair, pair], ...options })
    direct.forEach((value, k) => {
      expect(Math.abs(alone[k]! / value - 1)).toBeLessThan(1e-10)
      expect(Math.abs(twice[k]! / value - 1)).toBeLessThan(1e-10)
    })
  })
})
