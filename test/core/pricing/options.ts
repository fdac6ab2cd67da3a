/** Random options for properties, and derivatives by differences. */
import fc from 'fast-check'
import type { OptionRight } from '../../../src/core/pricing/black76.ts'
import type { OptionWithVol } from '../../../src/core/pricing/option-terms.ts'

const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

/** Strikes within `reach` deviations of the forward. */
export const optionArbitrary = (reach: number): fc.Arbitrary<OptionWithVol> =>
  fc
    .record({
      right: fc.constantFrom<OptionRight>('call', 'put'),
      forward: between(1, 1e5),
      distance: between(-reach, reach),
      years: between(0.002, 3),
      rate: between(-0.1, 0.2),
      vol: between(0.05, 2.5),
    })
    .map(({ distance, ...option }) => ({
      ...option,
      strike: option.forward * Math.exp(distance * option.vol * Math.sqrt(option.years)),
    }))

/** The first derivative by central differences of order 6. */
export function slopeOf(f: (x: number) => number, x: number, step: number): number {
  const pair = (k: number): number => f(x + k * step) - f(x - k * step)
  return (45 * pair(1) - 9 * pair(2) + pair(3)) / (60 * step)
}

/** The second, of order 6. */
export function bendOf(f: (x: number) => number, x: number, step: number): number {
  const pair = (k: number): number => f(x + k * step) + f(x - k * step)
  return (270 * pair(1) - 27 * pair(2) + 2 * pair(3) - 490 * f(x)) / (180 * step * step)
}
