/** Targets beyond stated weights: built from risk, and moving over time. */
export {
  type HybridWidth,
  hybridWidth,
  hybridWidthOfTarget,
  type NamedWidths,
  widthPerUnderlying,
} from './band-widths.ts'
export { type GlidePath, glidePathWeights } from './moving-target.ts'
export { type RiskTarget, riskTargetWeights } from './risk-target.ts'
export { type Bounds, longOnly, type TargetInputs, type TargetWeights } from './target-inputs.ts'
