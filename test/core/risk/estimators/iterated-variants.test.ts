/** Iterated EWMA and its mix away from the published settings, against their definition written out in sums. */
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../../src/core/base/random.ts'
import { type IteratedEwmaOptions, iteratedEwma } from '../../../../src/core/risk/estimators/iterated-ewma.ts'
import { type MixOptions, mixedIteratedEwma } from '../../../../src/core/risk/estimators/precision-mix.ts'
import { handleMissing, type Returns } from '../../../../src/core/risk/estimators/returns.ts'
import { codesOf, unwrap } from './returns-data.ts'

/** Returns with a common move, bursts a clip has something to do with, and of different sizes. */
function drawReturns(seed: string, n: number, rows: number): Returns {
  const random = makeRandom(seed)
  const values = new Float64Array(n * rows)
  for (let t = 0; t < rows; t++) {
    const [common, burst] = [random.normal(), random.uniform() < 0.05 ? 8 : 1]
    for (let i = 0; i < n; i++) values[t * n + i] = 0.01 * (1 + i) * burst * (0.7 * common + random.normal())
  }
  return { names: Array.from({ length: n }, (_, i) => `A${i}`), values }
}

/** Σ_j β^(k−j) v_j ÷ Σ_j β^(k−j), summed anew. */
function weighted(values: readonly number[], halflife: number): number {
  let [sum, weights] = [0, 0]
  values.forEach((value, j) => {
    const weight = 2 ** (-(values.length - 1 - j) / halflife)
    sum += weight * value
    weights += weight
  })
  return sum / weights
}

/** The forecasts after each row that has one: variances, clipped scores, moments, as the paper defines them. */
function writtenOut({ names, values }: Returns, options: IteratedEwmaOptions): Matrix[] {
  const { volHalflife, correlationHalflife, clip, warmUp, removesMean = false } = options
  const n = names.length
  const rows = values.length / n
  const first = Math.max(0, warmUp - 1)
  const limit = clip ?? Number.POSITIVE_INFINITY
  /** A column less its own weighted mean at each row. */
  const centred = (column: number[], halflife: number): number[] =>
    removesMean ? column.map((y, t) => y - weighted(column.slice(0, t + 1), halflife)) : column
  const moves = names.map((_, i) =>
    centred(
      Array.from({ length: rows }, (_u, t) => values[t * n + i]!),
      volHalflife,
    ),
  )
  const deviation = moves.map((move) => {
    const squares: number[] = []
    const running: number[] = []
    for (const [t, y] of move.entries()) {
      const clips = t > warmUp && clip !== null && running[t - 1]! > 0
      squares.push(clips ? Math.min(y * y, clip ** 2 * running[t - 1]!) : y * y)
      running.push(weighted(squares, volHalflife))
    }
    return running.map(Math.sqrt)
  })
  const scores = moves.map((move, i) => {
    const scaled = move.map((y, t) => (y === 0 ? 0 : Math.max(-limit, Math.min(limit, y / deviation[i]![t]!))))
    return centred(scaled.slice(first), correlationHalflife)
  })
  return Array.from({ length: Math.max(0, rows - 2 * first) }, (_, k) => {
    const last = 2 * first + k
    const moment = (i: number, j: number): number =>
      weighted(
        scores[i]!.slice(0, last - first + 1).map((score, t) => score * scores[j]![t]!),
        correlationHalflife,
      )
    const own = names.map((_u, i) => moment(i, i))
    return new Matrix(
      names.map((_u, i) =>
        names.map(
          (_v, j) => (deviation[i]![last]! * deviation[j]![last]! * moment(i, j)) / Math.sqrt(own[i]! * own[j]!),
        ),
      ),
    )
  })
}

const gap = (found: Float64Array, expected: Matrix): number => {
  const plain = expected.to1DArray()
  const n = expected.rows
  return plain.reduce(
    (most, value, k) =>
      Math.max(
        most,
        Math.abs(found[k]! - value) / Math.sqrt(plain[Math.floor(k / n) * (n + 1)]! * plain[(k % n) * (n + 1)]!),
      ),
    0,
  )
}

describe('iterated EWMA', () => {
  const settings: IteratedEwmaOptions[] = [0.7, 5, 21, 400].flatMap((volHalflife) =>
    [3, 63].flatMap((correlationHalflife) =>
      [null, 1, 2.5, 4.2].flatMap((clip) =>
        [0, 1, 2, 20].map((warmUp) => ({ volHalflife, correlationHalflife, clip, warmUp })),
      ),
    ),
  )

  test('[EST-15] at every half-life, clip and warm-up it is its definition to 1e-12', () => {
    for (const [k, options] of settings.entries()) {
      const returns = drawReturns(`iterated ${k}`, 2 + (k % 3), 60)
      const { covariance } = unwrap(iteratedEwma(returns, options))
      expect([options, gap(covariance, writtenOut(returns, options).at(-1)!) < 1e-12]).toEqual([options, true])
    }
  })

  test('[EST-17] with running means removed twice it is its definition to 1e-12 as well', () => {
    for (const [k, each] of settings.filter(({ volHalflife }) => volHalflife > 1).entries()) {
      const options = { ...each, removesMean: true }
      const returns = drawReturns(`means ${k}`, 2 + (k % 3), 60)
      const { covariance } = unwrap(iteratedEwma(returns, options))
      expect([options, gap(covariance, writtenOut(returns, options).at(-1)!) < 1e-12]).toEqual([options, true])
    }
  })

  test('[EST-15] the clip does something, and without bursts does nothing', () => {
    const options = { volHalflife: 10, correlationHalflife: 21, warmUp: 5 }
    const returns = drawReturns('clip', 3, 200)
    const at = (clip: number | null): Float64Array => unwrap(iteratedEwma(returns, { ...options, clip })).covariance
    expect(gap(at(2), new Matrix(writtenOut(returns, { ...options, clip: null }).at(-1)!))).toBeGreaterThan(1e-3)
    expect([...at(1e6)]).toEqual([...at(null)])
  })

  test('[EST-15] missing returns taken as 0, of any share and with any settings, are returns of 0', () => {
    for (const [k, share] of [0.02, 0.1, 0.3].entries()) {
      const full = drawReturns(`missing ${k}`, 4, 90)
      const random = makeRandom(`mask ${k}`)
      const values = full.values.map((y) => (random.uniform() < share ? Number.NaN : y))
      for (const options of settings.filter(({ volHalflife }) => volHalflife > 1).slice(0, 40)) {
        // A first row without a move leaves nothing to divide by until the first one that has.
        const zeroed = unwrap(handleMissing({ names: full.names, values }, 'zero'))
        expect(codesOf(iteratedEwma({ names: full.names, values }, options))).toContain('risk.return-missing')
        expect(gap(unwrap(iteratedEwma(zeroed, options)).covariance, writtenOut(zeroed, options).at(-1)!)).toBeLessThan(
          1e-12,
        )
      }
    }
  })
})

describe('mix of iterated EWMAs', () => {
  /** Lower L with LL' = Σ⁻¹. */
  const factor = (covariance: Matrix): Matrix => {
    const precision = inverse(covariance)
    return new CholeskyDecomposition(Matrix.add(precision, precision.transpose()).mul(0.5)).lowerTriangularMatrix
  }

  /** Log-likelihood of the judged rows at weights w, from the experts' factors. */
  function likelihood(experts: readonly (readonly Matrix[])[], judged: readonly Matrix[]) {
    return (w: readonly number[]): number =>
      judged.reduce((total, row, t) => {
        const mixed = experts.reduce(
          (sum, expert, k) => Matrix.add(sum, Matrix.mul(expert[t]!, w[k]!)),
          Matrix.zeros(row.rows, row.rows),
        )
        const image = mixed.transpose().mmul(row)
        const logs = mixed.diagonal().reduce((sum, each) => sum + Math.log(each), 0)
        return total + logs - 0.5 * image.dot(image)
      }, 0)
  }

  test('[EST-16] no other weights make the judged rows likelier, for any pairs, clip and window; the covariance is theirs', () => {
    const random = makeRandom('mix')
    for (let trial = 0; trial < 24; trial++) {
      const n = 2 + (trial % 3)
      const returns = drawReturns(`mix ${trial}`, n, 90)
      const pairs = Array.from({ length: 2 + (trial % 3) }, (_, k) => ({
        volHalflife: 4 + 12 * k + 5 * random.uniform(),
        correlationHalflife: 12 + 20 * k + 10 * random.uniform(),
      }))
      const options: MixOptions = {
        pairs,
        clip: trial % 2 === 0 ? 4.2 : null,
        warmUp: 12,
        window: [5, 10, 25, null][trial % 4]!,
      }
      const { weights, covariance } = unwrap(mixedIteratedEwma(returns, options))
      const paths = pairs.map((pair) => writtenOut(returns, { ...pair, clip: options.clip, warmUp: 12 }))
      const forecasts = paths[0]!.length
      const count = Math.min(options.window ?? forecasts - 1, forecasts - 1)
      const experts = paths.map((path) => path.slice(forecasts - 1 - count, -1).map(factor))
      const judged = Array.from({ length: count }, (_, t) =>
        Matrix.columnVector([...returns.values.subarray((90 - count + t) * n, (90 - count + t + 1) * n)]),
      )
      const value = likelihood(experts, judged)
      const best = value([...weights])
      expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12)
      expect(weights.every((w) => w >= 0)).toBe(true)
      for (let other = 0; other < 60; other++) {
        const draws = pairs.map(() => -Math.log(1 - random.uniform()))
        const whole = draws.reduce((a, b) => a + b)
        const step = other % 3 === 0 ? 1 : 10 ** (-4 * random.uniform())
        const away = draws.map((draw, k) => (1 - step) * weights[k]! + (step * draw) / whole)
        expect(value(away)).toBeLessThanOrEqual(best + 1e-9)
      }
      const mixed = paths.reduce(
        (sum, path, k) => Matrix.add(sum, Matrix.mul(factor(path.at(-1)!), weights[k]!)),
        Matrix.zeros(n, n),
      )
      expect(gap(covariance, inverse(mixed.mmul(mixed.transpose())))).toBeLessThan(1e-9)
    }
  })

  test('[EST-16] one pair is its own iterated EWMA; the same pair twice changes nothing', () => {
    const returns = drawReturns('one', 3, 80)
    const pair = { volHalflife: 10, correlationHalflife: 30 }
    const alone = unwrap(iteratedEwma(returns, { ...pair, clip: 4.2, warmUp: 10 })).covariance
    for (const pairs of [[pair], [pair, pair]]) {
      const { covariance } = unwrap(mixedIteratedEwma(returns, { pairs, clip: 4.2, warmUp: 10, window: 10 }))
      covariance.forEach((each, k) => {
        expect(Math.abs(each / alone[k]! - 1)).toBeLessThan(1e-11)
      })
    }
  })
})
