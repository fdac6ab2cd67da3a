import { describe, expect, test } from 'vitest'
import { makeRandom, type Random } from '../../../src/core/base/random.ts'
import { type LeastCost, minimiseCost } from '../../../src/core/maths/least-cost.ts'
import { multiplyVector, quadraticForm, symmetrise } from '../../../src/core/maths/matrix.ts'
import { largestGap } from './draws.ts'
import { solveWithHighs } from './highs-oracle.ts'

const VOL = [0.55, 0.7, 0.95]
const CORRELATION = [1, 0.8, 0.6, 0.8, 1, 0.65, 0.6, 0.65, 1]
const GOLDEN = {
  n: 3,
  deviation: Float64Array.of(0.2, -0.1, -0.1),
  covariance: Float64Array.from(CORRELATION, (rho, k) => rho * VOL[Math.floor(k / 3)]! * VOL[k % 3]!),
  cost: new Float64Array(3).fill(6e-4),
}

const leftOf = ({ deviation }: LeastCost, trade: Float64Array): Float64Array => deviation.map((d, i) => d + trade[i]!)
const riskOf = (problem: LeastCost, trade: Float64Array): number =>
  Math.sqrt(Math.max(0, quadraticForm(leftOf(problem, trade), problem.covariance, problem.n)))
const costOf = ({ cost }: LeastCost, trade: Float64Array): number =>
  trade.reduce((total, z, i) => total + cost[i]! * Math.abs(z), 0)

/** Rounding of a risk² at this point: of the quadratic form, and of d + z. */
function roundingAt({ n, deviation, covariance, cap }: LeastCost, left: Float64Array): number {
  const absolute = covariance.map(Math.abs)
  const stored = 1e-15 * Math.sqrt(quadraticForm(deviation.map(Math.abs), absolute, n))
  return 1e-14 * quadraticForm(left.map(Math.abs), absolute, n) + 2 * cap * stored + stored * stored
}

/**
 * A lower bound on the cost of every way to the cap: for each v with |(Σv)_i| ≤ a_i wherever trading is allowed,
 * Σ a|z| ≥ −z'Σv ≥ d'Σv − cap·sqrt(v'Σv), by Cauchy and Schwarz. v = y/t, shrunk until it qualifies.
 */
function costBound({ n, deviation, covariance, cost, cap, fixed }: LeastCost, trade: Float64Array): number {
  const left = deviation.map((d, i) => d + trade[i]!)
  const pull = multiplyVector(covariance, left, n)
  let price = 0
  for (let i = 0; i < n; i++)
    if (fixed?.[i] !== 1 && cost[i]! > 0) price = Math.max(price, Math.abs(pull[i]!) / cost[i]!)
  if (price === 0) return 0
  const gain = pull.reduce((total, each, i) => total + (each * deviation[i]!) / price, 0)
  return gain - (cap * Math.sqrt(Math.max(0, quadraticForm(left, covariance, n)))) / price
}

interface Shape {
  /** All costs positive and within a factor of this. */
  readonly costRange: number
  readonly singular: boolean
  readonly fixed: boolean
  readonly grid: boolean
}

function drawBook(random: Random, n: number, shape: Shape): LeastCost {
  const factors = shape.singular ? Math.max(1, Math.ceil(n / 2)) : n + 2
  const number = (): number => (shape.grid ? random.integer(5) - 2 : random.normal())
  const loadings = Array.from({ length: n }, () => Array.from({ length: factors }, number))
  for (let i = 1; shape.singular && i < n; i++) {
    // Identical, perfectly opposite, and riskless ones.
    const kind = random.uniform()
    const twin = loadings[random.integer(i)]!
    if (kind < 0.1) loadings[i] = twin.slice()
    else if (kind < 0.2) loadings[i] = twin.map((each) => -2 * each)
    else if (kind < 0.25) loadings[i] = twin.map(() => 0)
  }
  const covariance = Float64Array.from({ length: n * n }, (_, k) =>
    loadings[Math.floor(k / n)]!.reduce((total, each, f) => total + each * loadings[k % n]![f]!, 0),
  )
  const book = {
    n,
    covariance: symmetrise(covariance, n),
    deviation: Float64Array.from({ length: n }, number),
    cost: Float64Array.from({ length: n }, () => shape.costRange ** random.uniform()),
    fixed: Uint8Array.from({ length: n }, () => (shape.fixed && random.uniform() < 0.25 ? 1 : 0)),
  }
  const part = [0.9, 0.5, 0.1, 1e-3][random.integer(4)]!
  return { ...book, cap: part * Math.sqrt(quadraticForm(book.deviation, book.covariance, n)) }
}

describe('least cost to a cap on risk', () => {
  test('[MATH-14] golden no. 1 with equal costs and a cap of 7 %: only SOL is bought, .05178', () => {
    const { trade, reached } = minimiseCost({ ...GOLDEN, cap: 0.07 })
    expect(reached).toBe(true)
    expect([trade[0], trade[1]]).toEqual([0, 0])
    // Along z_SOL alone the cap is a quadratic equation.
    const pull = multiplyVector(GOLDEN.covariance, GOLDEN.deviation, 3)[2]!
    const excess = quadraticForm(GOLDEN.deviation, GOLDEN.covariance, 3) - 0.07 ** 2
    const variance = 0.95 ** 2
    expect(trade[2]).toBeCloseTo((-pull - Math.sqrt(pull * pull - variance * excess)) / variance, 14)
    expect(trade[2]!.toFixed(5)).toBe('0.05179')
    expect(riskOf({ ...GOLDEN, cap: 0.07 }, trade) / 0.07).toBeCloseTo(1, 13)
  })

  test('[MATH-14] no cheaper way exists, by a bound that holds for every way; the cap is met', () => {
    let reachedCount = 0
    for (let seed = 0; seed < 800; seed++) {
      const random = makeRandom(`least ${seed}`)
      const n = 1 + random.integer(seed % 20 === 0 ? 50 : 9)
      const problem = drawBook(random, n, {
        costRange: [1, 10, 1e6][seed % 3]!,
        singular: seed % 4 === 1,
        fixed: seed % 5 === 0,
        grid: seed % 7 === 0,
      })
      const { trade, reached } = minimiseCost(problem)
      expect(
        trade.every((z, i) => Number.isFinite(z) && !Object.is(z, -0) && (problem.fixed![i] === 0 || z === 0)),
      ).toBe(true)
      if (!reached) {
        expect(problem.fixed).toContain(1)
        continue
      }
      reachedCount++
      const slack = roundingAt(problem, leftOf(problem, trade))
      expect(Math.abs(riskOf(problem, trade) ** 2 - problem.cap ** 2)).toBeLessThanOrEqual(
        2e-12 * problem.cap ** 2 + slack,
      )
      const cost = costOf(problem, trade)
      expect(costBound(problem, trade)).toBeGreaterThanOrEqual(cost * (1 - 1e-7))
      // Every coordinate that trades pulls exactly what it costs, every other one no more.
      const left = leftOf(problem, trade)
      const pull = multiplyVector(problem.covariance, left, n)
      const terms = multiplyVector(problem.covariance.map(Math.abs), problem.deviation.map(Math.abs), n)
      const prices = Array.from(trade.keys()).filter((i) => trade[i] !== 0)
      // A book without risk is inside every cap.
      if (prices.length === 0) {
        expect(quadraticForm(problem.deviation, problem.covariance, n)).toBe(0)
        continue
      }
      const price = Math.max(...prices.map((i) => Math.abs(pull[i]!) / problem.cost[i]!))
      for (let i = 0; i < n; i++) {
        if (problem.fixed![i] === 1) continue
        const due = price * problem.cost[i]!
        const gap = trade[i] === 0 ? Math.abs(pull[i]!) - due : Math.abs(pull[i]! + due * Math.sign(trade[i]!))
        expect(gap).toBeLessThanOrEqual(1e-9 * terms[i]!)
      }
    }
    expect(reachedCount).toBeGreaterThan(600)
  })

  test('[MATH-14] at the price of the cap an independent solver finds no better point of the Lagrangian', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = makeRandom(`lagrangian ${seed}`)
      const n = 1 + random.integer(8)
      const problem = drawBook(random, n, { costRange: 10, singular: false, fixed: false, grid: seed % 3 === 0 })
      if (problem.cap === 0) continue
      const { trade } = minimiseCost(problem)
      const left = leftOf(problem, trade)
      const pull = multiplyVector(problem.covariance, left, n)
      const first = trade.findIndex((z) => z !== 0)
      const price = Math.abs(pull[first]!) / problem.cost[first]!
      // z = b − s with b, s ≥ 0.
      const quadratic = Float64Array.from({ length: 4 * n * n }, (_, k) => {
        const [row, column] = [Math.floor(k / (2 * n)), k % (2 * n)]
        return (row < n === column < n ? 1 : -1) * problem.covariance[(row % n) * n + (column % n)]!
      })
      const start = multiplyVector(problem.covariance, problem.deviation, n)
      const linear = Float64Array.from(
        { length: 2 * n },
        (_, k) => price * problem.cost[k % n]! + (k < n ? 1 : -1) * start[k % n]!,
      )
      const [lower, upper] = [new Float64Array(2 * n), new Float64Array(2 * n).fill(Number.POSITIVE_INFINITY)]
      const least = solveWithHighs({ quadratic, linear, lower, upper, rows: [] })!
      const constant = 0.5 * quadraticForm(problem.deviation, problem.covariance, n)
      const ours = 0.5 * quadraticForm(left, problem.covariance, n) + price * costOf(problem, trade) - constant
      expect(ours - least).toBeLessThan(1e-6 * (1 + Math.abs(least)))
      expect(ours - least).toBeGreaterThan(-1e-5 * (1 + Math.abs(least)))
    }
  })
})

describe('edges of the least cost', () => {
  test('[MATH-15] inside the cap nothing trades, exactly', () => {
    const risk = Math.sqrt(quadraticForm(GOLDEN.deviation, GOLDEN.covariance, 3))
    for (const cap of [risk * (1 + 1e-15), 1, 1e6])
      expect(minimiseCost({ ...GOLDEN, cap })).toEqual({ trade: new Float64Array(3), reached: true })
    expect(minimiseCost({ ...GOLDEN, cost: new Float64Array(3), cap: 1 }).trade).toEqual(new Float64Array(3))
    expect(minimiseCost({ ...GOLDEN, deviation: new Float64Array(3), cap: 0 }).trade).toEqual(new Float64Array(3))
  })

  test('[MATH-15] a cap of 0 closes every deviation, exactly', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = makeRandom(`zero ${seed}`)
      const problem = drawBook(random, 1 + random.integer(12), {
        costRange: 1e3,
        singular: false,
        fixed: false,
        grid: seed % 2 === 0,
      })
      const { trade, reached } = minimiseCost({ ...problem, cap: 0 })
      expect(reached).toBe(true)
      expect(
        largestGap(
          trade,
          problem.deviation.map((d) => -d),
        ),
      ).toBe(0)
    }
  })

  test('[MATH-15] with a singular covariance a cap of 0 is reached too, to the rounding of the risk', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(`singular ${seed}`)
      const shape = { costRange: 10, singular: true, fixed: false, grid: seed % 2 === 0 }
      const problem = { ...drawBook(random, 2 + random.integer(10), shape), cap: 0 }
      const { trade, reached } = minimiseCost(problem)
      expect(reached).toBe(true)
      expect(riskOf(problem, trade) ** 2).toBeLessThanOrEqual(roundingAt(problem, leftOf(problem, trade)))
    }
  })

  test('[MATH-15] without risk of its own a deviation stays, and twins are closed through the cheaper one', () => {
    const riskless = { n: 2, deviation: Float64Array.of(1, 1), covariance: Float64Array.of(1, 0, 0, 0), cap: 0 }
    expect(minimiseCost({ ...riskless, cost: Float64Array.of(1, 1) }).trade).toEqual(Float64Array.of(-1, 0))
    expect(minimiseCost({ ...riskless, cost: Float64Array.of(0, 0) }).trade).toEqual(Float64Array.of(-1, 0))
    // Next to no risk, perfectly correlated, free: it is no hedge, which would take 10²⁰ of it.
    const hollow = { ...riskless, covariance: Float64Array.of(1, 1e-20, 1e-20, 1e-40), cap: 0.5 }
    expect(minimiseCost({ ...hollow, cost: Float64Array.of(1, 0) }).trade).toEqual(Float64Array.of(-0.5, 0))
    const twins = { n: 2, deviation: Float64Array.of(1, 0.5), covariance: new Float64Array(4).fill(1), cap: 0.5 }
    expect(minimiseCost({ ...twins, cost: Float64Array.of(2, 1) }).trade).toEqual(Float64Array.of(0, -1))
    expect(minimiseCost({ ...twins, cost: Float64Array.of(1, 2) }).trade).toEqual(Float64Array.of(-1, 0))
    const { trade } = minimiseCost({ ...twins, cost: Float64Array.of(1, 1) })
    expect(trade[0]! + trade[1]!).toBeCloseTo(-1, 14)
    expect(costOf({ ...twins, cost: Float64Array.of(1, 1) }, trade)).toBeCloseTo(1, 14)
  })

  test('[MATH-16] what costs nothing goes to where risk is least', () => {
    const problem = { ...GOLDEN, cost: Float64Array.of(1, 0, 0), cap: 0.09 }
    const { trade, reached } = minimiseCost(problem)
    expect(reached).toBe(true)
    const pull = multiplyVector(GOLDEN.covariance, leftOf(problem, trade), 3)
    expect(Math.abs(pull[1]!) + Math.abs(pull[2]!)).toBeLessThan(1e-15)
    const all = minimiseCost({ ...GOLDEN, cost: new Float64Array(3), cap: 0.07 })
    expect(
      largestGap(
        all.trade,
        GOLDEN.deviation.map((d) => -d),
      ),
    ).toBeLessThan(1e-15)
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(`free ${seed}`)
      const book = drawBook(random, 2 + random.integer(8), {
        costRange: 5,
        singular: seed % 2 === 0,
        fixed: false,
        grid: false,
      })
      const some = { ...book, cost: book.cost.map((a) => (random.uniform() < 0.4 ? 0 : a)) }
      const answer = minimiseCost(some)
      expect(answer.reached).toBe(true)
      const left = leftOf(some, answer.trade)
      expect(riskOf(some, answer.trade) ** 2).toBeLessThanOrEqual(some.cap ** 2 * (1 + 2e-12) + roundingAt(some, left))
      const slopes = multiplyVector(some.covariance, left, some.n)
      const terms = multiplyVector(some.covariance.map(Math.abs), some.deviation.map(Math.abs), some.n)
      slopes.forEach((slope, i) => {
        if (some.cost[i] === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(1e-9 * terms[i]!)
      })
    }
  })

  test('[MATH-17] a cap that what may be traded cannot reach is approached as near as it can be', () => {
    const fixed = Uint8Array.of(1, 0, 0)
    const { trade, reached } = minimiseCost({ ...GOLDEN, cap: 0.01, fixed })
    expect(reached).toBe(false)
    expect(trade[0]).toBe(0)
    // Least risk over ETH and SOL: their covariances with what is left vanish.
    const pull = multiplyVector(GOLDEN.covariance, leftOf({ ...GOLDEN, cap: 0.01 }, trade), 3)
    expect(Math.abs(pull[1]!) + Math.abs(pull[2]!)).toBeLessThan(1e-15)
    const least = riskOf({ ...GOLDEN, cap: 0.01 }, trade)
    for (const [cap, answer] of [
      [least * (1 - 1e-9), false],
      [least * (1 + 1e-9), true],
    ] as const)
      expect(minimiseCost({ ...GOLDEN, cap, fixed }).reached).toBe(answer)
    const frozen = minimiseCost({ ...GOLDEN, cap: 0.07, fixed: Uint8Array.of(1, 1, 1) })
    expect(frozen).toEqual({ trade: new Float64Array(3), reached: false })
    for (let seed = 0; seed < 200; seed++) {
      const random = makeRandom(`fixed ${seed}`)
      const book = drawBook(random, 2 + random.integer(10), {
        costRange: 100,
        singular: seed % 2 === 0,
        fixed: true,
        grid: false,
      })
      const problem = { ...book, cap: 0.01 * book.cap }
      const answer = minimiseCost(problem)
      if (answer.reached) continue
      expect(riskOf(problem, answer.trade)).toBeGreaterThan(problem.cap)
      const slopes = multiplyVector(problem.covariance, leftOf(problem, answer.trade), problem.n)
      const terms = multiplyVector(problem.covariance.map(Math.abs), problem.deviation.map(Math.abs), problem.n)
      slopes.forEach((slope, i) => {
        if (problem.fixed![i] === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(1e-9 * terms[i]!)
      })
    }
  })

  test('[MATH-14] the same problem gives the same bits, is left as it was, and nonsense is refused', () => {
    const problem = drawBook(makeRandom('same'), 30, { costRange: 10, singular: true, fixed: true, grid: false })
    const copy = structuredClone(problem)
    expect(minimiseCost(problem)).toEqual(minimiseCost(copy))
    expect(problem).toEqual(copy)
    expect(() => minimiseCost({ ...GOLDEN, cap: -1 })).toThrow('cap must be')
    expect(() => minimiseCost({ ...GOLDEN, cap: Number.NaN })).toThrow('cap must be')
    expect(() => minimiseCost({ ...GOLDEN, cap: 1, cost: Float64Array.of(1, -1, 1) })).toThrow('cost must be')
    expect(() => minimiseCost({ ...GOLDEN, cap: 1, deviation: Float64Array.of(1, 2) })).toThrow('size 3')
  })
})
