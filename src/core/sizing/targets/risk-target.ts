/** The targets that are computed from risk, by name, as a mandate states them: plain data, one function. */
import { assertNever, type Result } from '../../base/result.ts'
import { hierarchicalWeights } from './hierarchical.ts'
import { inverseVolatilityWeights } from './inverse-volatility.ts'
import { maximumDiversificationWeights, minimumVarianceWeights } from './minimum-variance.ts'
import { riskBudgetWeights } from './risk-budget.ts'
import type { Bounds, TargetInputs, TargetWeights } from './target-inputs.ts'

export type RiskTarget =
  | { readonly kind: 'riskBudget'; readonly budget: Float64Array | null; readonly bounds: Bounds | null }
  | { readonly kind: 'minimumVariance'; readonly bounds: Bounds }
  | { readonly kind: 'maximumDiversification'; readonly bounds: Bounds }
  | { readonly kind: 'inverseVolatility' }
  | { readonly kind: 'hierarchical' }

/** Codes: those of the target. */
export function riskTargetWeights(inputs: TargetInputs, target: RiskTarget): Result<TargetWeights> {
  switch (target.kind) {
    case 'riskBudget':
      return riskBudgetWeights({ ...inputs, ...target })
    case 'minimumVariance':
      return minimumVarianceWeights({ ...inputs, ...target })
    case 'maximumDiversification':
      return maximumDiversificationWeights({ ...inputs, ...target })
    case 'inverseVolatility':
      return inverseVolatilityWeights(inputs)
    case 'hierarchical':
      return hierarchicalWeights(inputs)
    default:
      return assertNever(target)
  }
}
