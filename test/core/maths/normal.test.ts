import { describe, expect, it } from 'vitest'
import { quantileOfNormal, shortfallOfNormal } from '../../../src/core/maths/normal.ts'

describe('normal distribution', () => {
  // Published with the algorithm (Wichura 1988) and, beyond it, by 50-digit arithmetic.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.0902323061678132],
    [1e-20, -9.262340089798409],
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.99, 2.3263478740408408],
  ])('[MATH-18] the quantile of %f is %f', (probability, quantile) => {
    expect(Math.abs(quantileOfNormal(probability) - quantile)).toBeLessThanOrEqual(
      4e-16 * Math.max(1, Math.abs(quantile)),
    )
  })

  it('[MATH-18] quantiles are odd about ½, and there are none at 0 and 1', () => {
    for (const p of [0.01, 0.2, 0.4]) expect(quantileOfNormal(1 - p)).toBeCloseTo(-quantileOfNormal(p), 14)
    for (const p of [0, 1, Number.NaN]) expect(() => quantileOfNormal(p)).toThrow('between 0 and 1')
  })

  it('[MATH-18] expected shortfall is the mean of the quantiles beyond', () => {
    for (const confidence of [0.75, 0.95, 0.99]) {
      const count = 200_000
      let sum = 0
      for (let k = 0; k < count; k++) sum += quantileOfNormal(confidence + ((1 - confidence) * (k + 0.5)) / count)
      expect(shortfallOfNormal(confidence)).toBeCloseTo(sum / count, 4)
    }
  })
})
