/** Targets against published values, which lie beside the project and never in it. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sampleCovariance } from '../../../../src/core/risk/estimators/sample.ts'
import { minimumVarianceWeights } from '../../../../src/core/sizing/targets/minimum-variance.ts'
import { riskBudgetWeights } from '../../../../src/core/sizing/targets/risk-budget.ts'
import { minimiseSpinu } from '../../../../src/core/sizing/targets/spinu.ts'
import { longOnly } from '../../../../src/core/sizing/targets/target-inputs.ts'
import { absent, codesOf, contributions, inputsOf, REFERENCE, readJson, sumOf, unwrap, varianceOf } from './markets.ts'

interface BudgetCase {
  readonly id: string
  readonly cov: readonly (readonly number[])[]
  readonly budget: 'equal' | readonly number[]
  readonly min?: readonly number[]
  readonly max?: readonly number[]
  readonly expected: readonly number[] | null
  readonly expectedVol?: number
  readonly tol: number
}

describe.skipIf(absent)('published risk budgets', () => {
  test('[TARGET-2] twelve of four papers, with and without bounds', () => {
    const { cases } = readJson('portfolio_allocation_js/risk_budgeting.json') as { cases: BudgetCase[] }
    const solved = cases.filter(({ expected }) => expected != null)
    expect(solved.length).toBeGreaterThanOrEqual(11)
    for (const { id, cov, budget, min, max, expected, expectedVol, tol } of solved) {
      const inputs = inputsOf(cov)
      const n = cov.length
      const bounded = min !== undefined || max !== undefined
      const bounds = {
        lower: Float64Array.from(min ?? new Array<number>(n).fill(0)),
        upper: Float64Array.from(max ?? new Array<number>(n).fill(1)),
      }
      const { weight } = unwrap(
        riskBudgetWeights({
          ...inputs,
          budget: budget === 'equal' ? null : Float64Array.from(budget),
          bounds: bounded ? bounds : null,
        }),
      )
      expected!.forEach((value, i) => {
        expect(Math.abs(weight[i]! - value), `${id} ${i}`).toBeLessThan(tol)
      })
      expect(sumOf(weight)).toBeCloseTo(1, 13)
      // The published figure belongs to weights that balance to 1e-8 only.
      if (expectedVol !== undefined) expect(Math.sqrt(varianceOf(inputs, weight))).toBeCloseTo(expectedVol, 7)
      if (!bounded) {
        const wanted = budget === 'equal' ? new Array<number>(n).fill(1 / n) : budget
        contributions(inputs, weight).forEach((share, i) => {
          expect(Math.abs(share - wanted[i]!)).toBeLessThan(1e-12)
        })
      }
    }
  })

  test('[TARGET-3] published bounds that no price of risk can meet are refused', () => {
    const { cases } = readJson('portfolio_allocation_js/risk_budgeting.json') as { cases: BudgetCase[] }
    const { cov, min, max } = cases.find(({ expected }) => expected === null)!
    const bounds = { lower: Float64Array.from(min!), upper: Float64Array.from(max!) }
    expect(codesOf(riskBudgetWeights({ ...inputsOf(cov), budget: null, bounds }))).toEqual(['target.budget-bounds'])
  })

  test('[TARGET-2] eight published minimisers of ½x’Σx − Σ b log x', () => {
    const { cases } = readJson('lean/risk_parity.json') as { cases: { cov: number[][]; b: number[]; x: number[] }[] }
    expect(cases).toHaveLength(8)
    for (const { cov, b, x } of cases) {
      const found = minimiseSpinu({
        n: b.length,
        covariance: Float64Array.from(cov.flat()),
        budget: Float64Array.from(b),
      })
      x.forEach((value, i) => {
        expect(Math.abs(found!.x[i]! - value)).toBeLessThan(6e-7)
      })
    }
  })
})

describe.skipIf(absent)('published weights of ten stocks', () => {
  const read = (name: string): string[][] =>
    readFileSync(`${REFERENCE}riskfolio/${name}`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
  const market = () => {
    const [header, ...rows] = read('stock_prices.csv')
    const table = read('Classic_RP.csv').slice(1)
    const names = table.map((row) => row[0]!)
    const price = (t: number, name: string): number => Number(rows[t]![header!.indexOf(name)])
    const from = rows.length - 200
    const values = Float64Array.from(
      Array.from({ length: 200 }, (_, k) =>
        names.map((name) => price(from + k, name) / price(from + k - 1, name) - 1),
      ).flat(),
    )
    const { covariance } = unwrap(sampleCovariance({ names, values }, { divisor: 'T-1', mean: 'sample' }))
    return { names, covariance, total: 1 }
  }

  test('[TARGET-2] risk parity', () => {
    const { weight } = unwrap(riskBudgetWeights({ ...market(), budget: null, bounds: null }))
    read('Classic_RP.csv')
      .slice(1)
      .forEach((row, i) => {
        expect(Math.abs(weight[i]! - Number(row[1]))).toBeLessThan(1e-5)
      })
  })

  test('[TARGET-4] minimum variance', () => {
    const { weight } = unwrap(minimumVarianceWeights({ ...market(), bounds: longOnly(10) }))
    read('Classic_MinRisk.csv')
      .slice(1)
      .forEach((row, i) => {
        expect(Math.abs(weight[i]! - Number(row[1]))).toBeLessThan(1e-5)
      })
  })
})
