/**
 * Risk budgets: long-only weights whose shares of the book's risk, w_i(Σw)_i/w'Σw, are the budgets stated; equal budgets
 * are risk parity. Without bounds the solution of `spinu.ts`, scaled to the total. With bounds (Richard and Roncalli,
 * Constrained Risk Budgeting Portfolios, arXiv:1902.05710): `bounded-risk-budget.ts`.
 */
import { type Result, refuse, succeed } from '../../base/result.ts'
import { solveBoundedBudget } from './bounded-risk-budget.ts'
import { minimiseSpinu } from './spinu.ts'
import { type Bounds, checkBounds, checkInputs, type TargetInputs, type TargetWeights } from './target-inputs.ts'

export interface RiskBudgetInputs extends TargetInputs {
  /** Shares of the risk, > 0; only their proportions count. Null: equal. */
  readonly budget: Float64Array | null
  /** Null: none but w > 0. */
  readonly bounds: Bounds | null
}

/**
 * Codes: those of `checkInputs` and `checkBounds`; target.budget (an asset without one, named); target.no-risk (some
 * long-only book has no risk, so nothing can have a share of it); target.budget-bounds (no point of the bounds balances).
 */
export function riskBudgetWeights(inputs: RiskBudgetInputs): Result<TargetWeights> {
  const { names, covariance, total, bounds } = inputs
  const n = names.length
  const issues = checkInputs(inputs, 'covariance')
  if (inputs.budget !== null) issues.push(...budgetIssues(names, inputs.budget))
  if (bounds !== null) issues.push(...checkBounds(inputs, bounds, 0))
  if (issues.length > 0) return { ok: false, error: issues }
  const given = inputs.budget ?? new Float64Array(n).fill(1)
  let whole = 0
  for (let i = 0; i < n; i++) whole += given[i]!
  const budget = given.map((share) => share / whole)
  const solution = minimiseSpinu({ n, covariance, budget })
  if (solution === null && bounds === null)
    return refuse(
      'target.no-risk',
      'market.covariance',
      'every book without shorts must have risk, was one that has none',
      'the covariance is singular or not positive semidefinite: shrink it, or take out one of two assets that offset each other',
    )
  // A book without risk may lie outside the bounds; the search inside them can start anywhere.
  const x = solution?.x ?? Float64Array.from(names, (_, i) => 1 / Math.sqrt(covariance[i * n + i]!))
  let gross = 0
  for (let i = 0; i < n; i++) gross += x[i]!
  for (let i = 0; i < n; i++) x[i]! *= total / gross
  const needed = ['vol', 'correlation', ...(inputs.budget === null ? [] : ['budget' as const])] as const
  if (bounds === null) return succeed({ weight: x, needed: [...needed] })
  const bounded = solveBoundedBudget({ names, covariance, budget, bounds, total, start: x })
  return bounded.ok ? succeed({ weight: bounded.value, needed: [...needed, 'bounds'] }) : bounded
}

const budgetIssues = (names: readonly string[], budget: Float64Array) =>
  names.flatMap((name, i) => {
    const share = budget[i] ?? Number.NaN
    if (share > 0 && share < Number.POSITIVE_INFINITY) return []
    return [
      {
        code: 'target.budget',
        path: `targets.budget.${name}`,
        message: `the risk budget of ${name} must be above 0, was ${share}`,
        hint: 'give it a share of the risk, or take it out of the target',
      },
    ]
  })
