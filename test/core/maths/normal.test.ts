import { describe, expect, it } from 'vitest'
import {
  distributionOfNormal,
  millsRatio,
  millsSlope,
  quantileOfNormal,
  shortfallOfNormal,
} from '../../../src/core/maths/normal.ts'

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

  // By 40-digit arithmetic (mpmath).
  it.each([
    [-37, 5.725571222524577e-300],
    [-20, 2.7536241186062337e-89],
    [-8.5, 9.479534822203318e-18],
    [-5.7, 5.990371401063528e-9],
    [-3, 0.0013498980316300946],
    [-1, 0.15865525393145705],
    [-0.66, 0.25462691467133614],
    [-0.1, 0.460172162722971],
    [0, 0.5],
    [0.3, 0.6179114221889527],
    [0.67, 0.7485711049046899],
    [1.5, 0.9331927987311419],
    [6, 0.9999999990134123],
  ])('[MATH-18] the share below %f is %f', (x, share) => {
    expect(Math.abs(distributionOfNormal(x) / share - 1)).toBeLessThanOrEqual(6e-16 * Math.max(1, Math.abs(x)))
  })

  // By 80-digit arithmetic (mpmath).
  it.each([
    [0, 1.2533141373155003, 1.0],
    [0.3, 1.0018374009921558, 0.6994487797023533],
    [0.66, 0.7935669641718954, 0.47624580364654895],
    [0.67, 0.7888283627629858, 0.4714849969487994],
    [2.5, 0.35426511132979366, 0.11433722167551583],
    [5.6, 0.17335028501302024, 0.029238403927086678],
    [5.7, 0.17047376074592785, 0.028299563748211208],
    [12, 0.08276628650136918, 0.006804561983569873],
    [40, 0.02498440420572057, 0.0006238317711771541],
    [1000.0, 0.0009999990000029999, 9.99997000015e-7],
    [100000000.0, 9.999999999999999e-9, 9.999999999999997e-17],
  ])('[MATH-18] the ratio of the tail beyond %f to the density, and its slope', (z, ratio, slope) => {
    expect(Math.abs(millsRatio(z) / ratio - 1)).toBeLessThanOrEqual(6e-16)
    expect(Math.abs(millsSlope(z) / slope - 1)).toBeLessThanOrEqual(z < 5.66 ? 6e-16 * (1 + z * z) : 5e-15)
  })

  it('[MATH-18] the share below a quantile is its probability, and beyond all numbers 0 or 1', () => {
    for (let p = 0.001; p < 1; p += 0.001) expect(distributionOfNormal(quantileOfNormal(p))).toBeCloseTo(p, 14)
    expect([Number.NEGATIVE_INFINITY, -40, 40, Number.POSITIVE_INFINITY].map(distributionOfNormal)).toEqual([
      0, 0, 1, 1,
    ])
    expect(() => distributionOfNormal(Number.NaN)).toThrow('must be a number')
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
