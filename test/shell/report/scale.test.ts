import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInstant } from '../../../src/core/base/instant.ts'
import { linearScale, logScale, roundStep, timeTicks } from '../../../src/shell/report/scale.ts'
import { pointsOf } from '../../../src/shell/report/series.ts'

const at = (text: string): number => {
  const parsed = parseInstant(text)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}
const labels = (from: string, to: string, most = 6): string[] =>
  timeTicks(at(from), at(to), most).map(({ label }) => label)

describe('scales of plots', () => {
  test.each([
    [0, 1, [0, 0.25, 0.5, 0.75, 1]],
    [-0.7, 0, [-0.6, -0.4, -0.2, 0]],
    [0, 0, [0]],
  ])('[REPORT-9] ticks from %f to %f are round', (low, high, ticks) => {
    expect(linearScale(low, high).ticks.map((each) => Number(each.toFixed(9)) + 0)).toEqual(ticks)
  })

  test.each([
    [0.78, 2.85, [0.8, 1, 1.2, 1.5, 2, 2.5]],
    [0.5, 40, [1, 3, 10, 30]],
    [0.98, 1.07, [0.98, 1, 1.02, 1.04, 1.06]],
    [0.001, 1000, [0.001, 0.01, 0.1, 1, 10, 100, 1000]],
  ])('[REPORT-9] logarithmic ticks from %f to %f', (low, high, ticks) => {
    expect(logScale(low, high).ticks.map((each) => Number(each.toPrecision(9)))).toEqual(ticks)
  })

  test('[REPORT-9] places go from 0 to 1 and keep their order', () => {
    const numbers = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(numbers, numbers, numbers, (a, b, c) => {
        const [low, middle, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
        for (const scale of [linearScale(low, high), logScale(low, high)]) {
          expect(scale.place(low)).toBeCloseTo(0, 6)
          expect(scale.place(middle)).toBeGreaterThanOrEqual(scale.place(low))
          expect(scale.ticks.length).toBeLessThan(16)
        }
        expect(Math.abs(Math.log(roundStep(high) / high))).toBeLessThan(Math.log(1.5))
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  test.each([
    ['2026-01-01', '2027-05-02', ['Jan 2026', 'Apr', 'Jul', 'Oct', '2027', 'Apr']],
    ['2020-06-15', '2026-01-01', ['Jan 2021', '2022', '2023', '2024', '2025', '2026']],
    ['2026-01-30', '2026-02-05', ['30 Jan', '31 Jan', '1 Feb', '2 Feb', '3 Feb', '4 Feb', '5 Feb']],
    ['2026-01-01', '2026-02-20', ['1 Jan', '10 Jan', '19 Jan', '28 Jan', '6 Feb', '15 Feb']],
  ])('[REPORT-9] times from %s to %s', (from, to, expected) => {
    expect(labels(from, to)).toEqual(expected)
  })

  test('[REPORT-8] a line keeps its ends, its peaks and its holes', () => {
    const values = fc.array(fc.option(fc.integer({ min: -9, max: 9 }), { nil: Number.NaN, freq: 8 }), {
      minLength: 1,
      maxLength: 3000,
    })
    fc.assert(
      fc.property(values, (column) => {
        const runs = pointsOf(Float64Array.from(column), 100)
        const drawn = runs.flat()
        const finite = column.filter((each) => !Number.isNaN(each))
        expect(drawn.every(({ row, value }) => column[row] === value)).toBe(true)
        expect(drawn.map(({ row }) => row)).toEqual([...drawn.map(({ row }) => row)].sort((a, b) => a - b))
        if (finite.length > 0) {
          expect(Math.max(...drawn.map(({ value }) => value))).toBe(Math.max(...finite))
          expect(Math.min(...drawn.map(({ value }) => value))).toBe(Math.min(...finite))
        } else expect(drawn).toEqual([])
        expect(drawn.length).toBeLessThanOrEqual(5 * 100)
      }),
      { numRuns: 100, seed: 9 },
    )
  })
})
