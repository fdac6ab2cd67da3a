/** Rounding on a lattice against every place counted, HiGHS on tangents, and its own laws. */
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../../src/core/base/random.ts'
import { optimiseOnLattice } from '../../../src/core/maths/lattice.ts'
import type { LatticeOptimum, LatticeProgram } from '../../../src/core/maths/lattice-types.ts'
import { leastByHighs } from './lattice-oracle.ts'
import { countEveryPlace, drawCase, isChoice, listChoices, obeysAt, objectiveAt } from './lattice-problems.ts'

const fill = (n: number, value: number): Float64Array => new Float64Array(n).fill(value)

/** Trades in whole lots of `step` from `least` on, without costs and limits unless given. */
const lots = (
  part: Partial<LatticeProgram> & Pick<LatticeProgram, 'n' | 'quadratic' | 'deviation'>,
  { step, least = 1, most = 100 }: { step: readonly number[]; least?: number; most?: number },
): LatticeProgram => ({
  linear: fill(part.n, 0),
  proportional: fill(part.n, 0),
  power: fill(part.n, 0),
  exponent: 0.5,
  felt: null,
  fixed: fill(part.n, 0),
  walk: null,
  rows: [],
  caps: [],
  choices: step.map((each) => ({
    origin: 0,
    step: each,
    ranges: [
      { from: -most, to: -least },
      { from: least, to: most },
    ],
    points: [0],
  })),
  group: Int32Array.from({ length: part.n }, (_, i) => i),
  kept: new Uint8Array(part.n),
  ...part,
})

const fromNothing = (program: LatticeProgram): LatticeOptimum =>
  optimiseOnLattice(program, {
    lots: fill(program.n, 0),
    point: Int8Array.from(program.choices, ({ points }) => points.indexOf(0)),
  })

describe('one trade', () => {
  const one = (part: Partial<LatticeProgram>, grid: { least?: number; most?: number } = {}): number =>
    fromNothing(
      lots(
        { n: 1, quadratic: Float64Array.of(2), deviation: Float64Array.of(-0.37), ...part },
        { step: [0.1], ...grid },
      ),
    ).trade[0]!

  test.each([
    ['to the nearest lot', {}, {}, 0.4],
    ['of what its cost leaves, which is .27', { proportional: Float64Array.of(0.2) }, {}, 0.3],
    ['to the least order where that is nearer than nothing', {}, { least: 7 }, 0.7],
    ['nothing where it is not', {}, { least: 8 }, 0],
    ['nothing where an order costs more than it is worth, .136', { fixed: Float64Array.of(0.137) }, {}, 0],
    ['the nearest lot where an order costs less', { fixed: Float64Array.of(0.135) }, {}, 0.4],
    ['less where the order book ends', { walk: bookOf(0.2, 1) }, {}, 0.2],
    ['less where a limit says so', { rows: [turnover(1, 0.35)] }, {}, 0.3],
  ] as const)('[LATTICE-1] goes %s', (_, part, grid, expected) => {
    expect(one(part, grid)).toBeCloseTo(expected, 14)
  })

  test('[LATTICE-1] closes what is held off the grid, and leaves no remainder below the least order', () => {
    const program = lots({ n: 1, quadratic: Float64Array.of(1), deviation: Float64Array.of(0.53) }, { step: [0.1] })
    // Held .537 with a least order of two lots: what may be sold is all of it, or at most three lots.
    const closing: LatticeProgram = {
      ...program,
      choices: [{ origin: 0, step: 0.1, ranges: [{ from: -3, to: -2 }], points: [-0.537, 0] }],
    }
    expect(fromNothing(closing).trade[0]).toBe(-0.537)
    expect(fromNothing({ ...closing, deviation: Float64Array.of(0.4) }).trade[0]).toBeCloseTo(-0.3, 14)
  })
})

/** Beyond `reach` each unit costs `more`. */
const bookOf = (reach: number, more: number): LatticeProgram['walk'] => ({
  cost: (_, x) => more * Math.max(0, Math.abs(x) - reach),
  rungs: [1, -1].map((side) => ({
    slope: Float64Array.of(side),
    bend: null,
    kink: null,
    bound: reach,
    price: more,
    weight: 1,
  })),
})

function turnover(n: number, bound: number): LatticeProgram['rows'][number] {
  const [slope, bend] = [fill(n, 0), fill(n, 1)]
  return { slope, bend, kink: null, bound, price: Number.POSITIVE_INFINITY, weight: 1, groupKink: null, spends: null }
}

describe('several trades', () => {
  const correlated = Float64Array.of(1, 0.9, 0.9, 1)

  test('[LATTICE-2] fine lots make up for what coarse ones leave', () => {
    const program = lots(
      { n: 2, quadratic: correlated, deviation: Float64Array.of(-0.14, -0.2) },
      { step: [0.1, 0.001], most: 1000 },
    )
    // .1 of the first leaves .04 of it, of which the second takes up .9 · .04.
    expect(Array.from(fromNothing(program).trade, (t) => Number(t.toFixed(3)))).toEqual([0.1, 0.236])
  })

  test('[LATTICE-2] trades that share a limit change places', () => {
    const program = lots(
      {
        n: 2,
        quadratic: Float64Array.of(1, 0, 0, 4),
        deviation: Float64Array.of(-0.5, -0.5),
        rows: [turnover(2, 0.5)],
      },
      { step: [0.1, 0.1] },
    )
    const start = { lots: Float64Array.of(5, 0), point: Int8Array.of(-1, 0) }
    expect(Array.from(optimiseOnLattice(program, start).trade, (t) => Number(t.toFixed(2)))).toEqual([0.1, 0.4])
  })

  test('[LATTICE-2] a trade that is kept stays, unless a limit takes it back', () => {
    const program = lots(
      { n: 2, quadratic: correlated, deviation: Float64Array.of(-0.14, -0.2), kept: Uint8Array.of(0, 1) },
      { step: [0.1, 0.001], most: 1000 },
    )
    const start = { lots: Float64Array.of(1, 200), point: Int8Array.of(-1, -1) }
    expect(optimiseOnLattice(program, start).trade[1]).toBeCloseTo(0.2, 14)
    const limited = { ...program, rows: [turnover(2, 0.2)] }
    expect(optimiseOnLattice(limited, start).trade[1]).toBeLessThan(0.2)
  })
})

describe('random books', () => {
  test('[LATTICE-3] what is called proven is what counting every place finds, up to four trades', () => {
    const random = makeRandom('lattice, counted')
    let proven = 0
    for (let run = 0; run < 500; run++) {
      const { program, start } = drawCase(random, { n: 1 + random.integer(4), lots: 5, mixed: false })
      const answer = optimiseOnLattice(program, start)
      const best = countEveryPlace(program)
      expect(answer.objective).toBeGreaterThanOrEqual(best - 1e-12)
      if (!answer.proven) continue
      proven++
      expect(answer.objective, `book ${run}`).toBeLessThanOrEqual(best + 1e-12)
    }
    expect(proven).toBeGreaterThan(480)
  })

  test('[LATTICE-3] what is called proven is what HiGHS finds on tangents, with five trades', () => {
    const random = makeRandom('lattice, tangents')
    let proven = 0
    for (let run = 0; run < 12; run++) {
      const { program, start } = drawCase(random, { n: 5, lots: 2, mixed: false })
      const answer = optimiseOnLattice(program, start)
      const best = leastByHighs(program)
      expect(answer.objective).toBeGreaterThanOrEqual(best - 1e-7)
      if (!answer.proven) continue
      proven++
      expect(answer.objective, `book ${run}`).toBeLessThanOrEqual(best + 1e-7)
    }
    expect(proven).toBeGreaterThan(9)
  }, 120_000)

  test('[LATTICE-4] every answer is a choice of every trade, obeys every limit, and is no worse than start and nothing', () => {
    const random = makeRandom('lattice, laws')
    for (let run = 0; run < 200; run++) {
      const { program, start } = drawCase(random, { n: 1 + random.integer(30), lots: 8, mixed: run % 2 === 1 })
      const answer = optimiseOnLattice(program, start)
      const t = Array.from(answer.trade)
      t.forEach((x, i) => {
        expect(isChoice(program.choices[i]!, { weight: x, lots: answer.lots[i]!, point: answer.point[i]! })).toBe(true)
      })
      expect(obeysAt(program, t)).toBe(true)
      expect(answer.objective).toBeCloseTo(objectiveAt(program, t), 11)
      expect(answer.objective).toBeLessThanOrEqual(answer.objectiveOfNothing)
      expect(answer.objective).toBeLessThanOrEqual(answer.objectiveAtStart + 1e-15)
    }
  })

  test('[LATTICE-5] no allowed step of one trade to a neighbour, or to nothing, is better', () => {
    const random = makeRandom('lattice, steps')
    for (let run = 0; run < 200; run++) {
      const { program, start } = drawCase(random, { n: 2 + random.integer(12), lots: 6, mixed: false })
      const answer = optimiseOnLattice(program, start)
      const t = Array.from(answer.trade)
      program.choices.forEach((choices, i) => {
        const weights = listChoices(choices)
          .map(({ weight }) => weight)
          .sort((a, b) => a - b)
        const above = weights.find((weight) => weight > t[i]! + 1e-12)
        const below = weights.findLast((weight) => weight < t[i]! - 1e-12)
        for (const other of [above, below, 0]) {
          if (other === undefined) continue
          const moved = t.with(i, other)
          if (obeysAt(program, moved)) expect(objectiveAt(program, moved)).toBeGreaterThan(answer.objective - 1e-12)
        }
      })
    }
  })

  test('[LATTICE-6] the same program and start give the same bits', () => {
    const random = makeRandom('lattice, bits')
    for (let run = 0; run < 20; run++) {
      const { program, start } = drawCase(random, { n: 20, lots: 8, mixed: true })
      const kept = { lots: start.lots.slice(), point: start.point.slice() }
      const first = optimiseOnLattice(program, start)
      expect(optimiseOnLattice(program, start)).toEqual(first)
      expect(start).toEqual(kept)
    }
  })
})
