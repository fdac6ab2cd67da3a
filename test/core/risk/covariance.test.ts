import fc from 'fast-check'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { checkCorrelation, covarianceOf, repairCorrelation } from '../../../src/core/risk/covariance.ts'

const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF']

/** The symmetric matrix with unit diagonal and these correlations above it, row by row. */
function symmetric(n: number, above: readonly number[]): Float64Array {
  const matrix = new Float64Array(n * n)
  let next = 0
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 1
    for (let j = i + 1; j < n; j++) matrix[i * n + j] = matrix[j * n + i] = above[next++]!
  }
  return matrix
}

const toMatrix = (a: Float64Array, n: number): Matrix => Matrix.from1DArray(n, n, [...a])
const eigenvalues = (a: Float64Array, n: number): number[] =>
  new EigenvalueDecomposition(toMatrix(a, n), { assumeSymmetric: true }).realEigenvalues.sort((x, y) => x - y)

const anyCorrelation = fc.integer({ min: 2, max: 6 }).chain((n) =>
  fc
    .array(
      fc.integer({ min: -10_000, max: 10_000 }).map((rho) => rho / 10_000),
      {
        minLength: (n * (n - 1)) / 2,
        maxLength: (n * (n - 1)) / 2,
      },
    )
    .map((above) => ({ n, matrix: symmetric(n, above), names: NAMES.slice(0, n) })),
)

describe('covarianceOf', () => {
  test('[RISK-1] golden no. 1: the tracking error of +20 %, -10 %, -10 % is 9.905 %', () => {
    const covariance = covarianceOf(Float64Array.of(0.55, 0.7, 0.95), symmetric(3, [0.8, 0.6, 0.65]), 3)
    const d = [0.2, -0.1, -0.1]
    let variance = 0
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) variance += d[i]! * covariance[3 * i + j]! * d[j]!
    expect(Math.sqrt(variance)).toBeCloseTo(0.09905, 5)
    expect(covariance[0]).toBeCloseTo(0.3025, 15)
    expect(covariance[5]).toBe(covariance[7])
  })
})

describe('checkCorrelation', () => {
  test.each([
    [
      'a diagonal that is not 1',
      Float64Array.of(0.9, 0, 0, 1),
      ['risk.correlation-diagonal'],
      'market.correlations.AAA/AAA',
    ],
    [
      'a correlation above 1',
      Float64Array.of(1, 1.2, 1.2, 1),
      ['risk.correlation-range'],
      'market.correlations.AAA/BBB',
    ],
    [
      'a correlation below -1',
      Float64Array.of(1, -80, -80, 1),
      ['risk.correlation-range'],
      'market.correlations.AAA/BBB',
    ],
    ['NaN', Float64Array.of(1, Number.NaN, Number.NaN, 1), ['risk.correlation-range'], 'market.correlations.AAA/BBB'],
    [
      'two directions that differ',
      Float64Array.of(1, 0.5, 0.4, 1),
      ['risk.correlation-asymmetric'],
      'market.correlations.AAA/BBB',
    ],
    [
      'everything at once',
      Float64Array.of(2, 0.5, 0.4, 0),
      ['risk.correlation-diagonal', 'risk.correlation-asymmetric', 'risk.correlation-diagonal'],
      'market.correlations.AAA/AAA',
    ],
  ])('[RISK-2] refuses %s', (_, matrix, codes, path) => {
    const issues = checkCorrelation(matrix, 2, ['AAA', 'BBB'])
    expect(issues.map((each) => each.code)).toEqual(codes)
    expect(issues[0]!.path).toBe(path)
  })

  test('[RISK-3] accepts a matrix exactly where its smallest eigenvalue is -1e-10 or more', () => {
    fc.assert(
      fc.property(anyCorrelation, ({ n, matrix, names }) => {
        const smallest = eigenvalues(matrix, n)[0]!
        fc.pre(Math.abs(smallest + 1e-10) > 1e-13)
        expect(checkCorrelation(matrix, n, names).map((each) => each.code)).toEqual(
          smallest < -1e-10 ? ['risk.not-psd'] : [],
        )
      }),
      { seed: 3 },
    )
    expect(checkCorrelation(symmetric(3, [1, 1, 1]), 3, ['AAA', 'BBB', 'CCC'])).toEqual([])
    expect(checkCorrelation(new Float64Array(), 0, [])).toEqual([])
  })

  test('[RISK-3] says the eigenvalue, the pair and which way to change it', () => {
    const [issue] = checkCorrelation(symmetric(3, [0.9, 0.9, -0.9]), 3, ['BTC', 'ETH', 'SOL'])
    expect(issue).toEqual({
      code: 'risk.not-psd',
      path: 'market.correlations.BTC/ETH',
      message:
        'the correlations must be positive semidefinite, was a smallest eigenvalue of -0.800: they contradict each other, BTC/ETH 0.9000 most',
      hint: 'lower BTC/ETH (repairing the whole matrix would make it 0.5000) or take all correlations from one history',
    })
  })

  test('[RISK-3] blames a pair whose change moves the smallest eigenvalue most', () => {
    fc.assert(
      fc.property(anyCorrelation, ({ n, matrix, names }) => {
        const [smallest, second] = eigenvalues(matrix, n)
        // The derivative is that of a simple eigenvalue.
        fc.pre(smallest! < -1e-3 && second! - smallest! > 1e-2)
        const gain = (i: number, j: number): number => {
          const up = matrix.slice()
          const down = matrix.slice()
          up[i * n + j] = up[j * n + i] = matrix[i * n + j]! + 1e-5
          down[i * n + j] = down[j * n + i] = matrix[i * n + j]! - 1e-5
          return Math.abs(eigenvalues(up, n)[0]! - eigenvalues(down, n)[0]!) / 2e-5
        }
        const pair = checkCorrelation(matrix, n, names)[0]!.path.replace('market.correlations.', '').split('/')
        const blamed = gain(names.indexOf(pair[0]!), names.indexOf(pair[1]!))
        for (let i = 0; i < n; i++)
          for (let j = i + 1; j < n; j++) expect(gain(i, j)).toBeLessThanOrEqual(blamed + 1e-5)
      }),
      { seed: 4 },
    )
  })
})

describe('repairCorrelation', () => {
  test('[RISK-4] clips the negative eigenvalues and restores the diagonal, and the result is a correlation matrix', () => {
    fc.assert(
      fc.property(anyCorrelation, ({ n, matrix, names }) => {
        fc.pre(eigenvalues(matrix, n)[0]! < -1e-9)
        const { correlation, note } = repairCorrelation(matrix, n, names)
        const { eigenvectorMatrix: v, realEigenvalues } = new EigenvalueDecomposition(toMatrix(matrix, n), {
          assumeSymmetric: true,
        })
        const clipped = v.mmul(Matrix.diag(realEigenvalues.map((value) => Math.max(0, value)))).mmul(v.transpose())
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            expect(correlation[i * n + j]).toBeCloseTo(
              clipped.get(i, j) / Math.sqrt(clipped.get(i, i) * clipped.get(j, j)),
              10,
            )
        expect(checkCorrelation(correlation, n, names)).toEqual([])
        expect(repairCorrelation(correlation, n, names)).toEqual({ correlation, note: null })
        expect(note).toMatch(/^The correlations were not positive semidefinite \(smallest eigenvalue -\d/)
      }),
      { seed: 5 },
    )
  })

  test('[RISK-4] leaves a sound matrix as it is and says nothing', () => {
    const matrix = symmetric(3, [0.8, 0.6, 0.65])
    expect(repairCorrelation(matrix, 3, ['BTC', 'ETH', 'SOL'])).toEqual({ correlation: matrix, note: null })
  })

  test('[RISK-4] the note names the largest change', () => {
    // Closed form: eigenvalues 1.9, 1.9, −0.8; clipping leaves 19/15 on the diagonal and 19/30 off it.
    expect(repairCorrelation(symmetric(3, [0.9, 0.9, -0.9]), 3, ['BTC', 'ETH', 'SOL']).note).toBe(
      'The correlations were not positive semidefinite (smallest eigenvalue -0.800) and were repaired; the largest change is BTC/ETH from 0.9000 to 0.5000.',
    )
  })
})
