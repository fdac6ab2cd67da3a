/** Cost-aware programs by hand, from their parts, and what an optimum of one must show. */
import { expect } from 'vitest'
import { makeCostProgram } from '../../../src/core/maths/cost-program.ts'
import type { CostCap, CostOptimum, CostProgram, CostRow } from '../../../src/core/maths/cost-program-types.ts'

export const solve = (each: CostProgram): CostOptimum => makeCostProgram(each.n, each.rows.length).solve(each)
export const fill = (n: number, value: number): Float64Array => new Float64Array(n).fill(value)

/** Without costs, bounds, rows and caps unless given. */
export const program = (
  part: Partial<CostProgram> & Pick<CostProgram, 'n' | 'quadratic' | 'deviation'>,
): CostProgram => ({
  linear: fill(part.n, 0),
  proportional: fill(part.n, 0),
  power: fill(part.n, 0),
  exponent: 0.5,
  felt: null,
  lower: fill(part.n, -Infinity),
  upper: fill(part.n, Infinity),
  rows: [],
  caps: [],
  ...part,
})

/** Hard and without slopes unless given. */
export const row = (n: number, part: Partial<CostRow> & Pick<CostRow, 'bound'>): CostRow => ({
  slope: fill(n, 0),
  bend: null,
  kink: null,
  price: Infinity,
  weight: 1,
  ...part,
})

/** Hard unless given. */
export const cap = (part: Partial<CostCap> & Pick<CostCap, 'matrix' | 'point' | 'radius'>): CostCap => ({
  price: Infinity,
  weight: 1,
  ...part,
})

export const expectOptimal = ({ status, certificate }: CostOptimum): void => {
  expect(status).toBe('optimal')
  expect(certificate.primalResidual).toBeLessThan(1e-9)
  expect(certificate.dualResidual).toBeLessThan(1e-9)
  expect(certificate.gap).toBeLessThan(1e-9)
}
