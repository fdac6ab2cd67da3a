/** Targets beyond stated weights: built from risk, and moving over time. */
export {
  type GlidePath,
  glidePathWeights,
  groupWidths,
  hybridWidths,
} from './moving-target.ts'
export { type RiskTarget, riskTargetWeights } from './risk-target.ts'
export { type Bounds, longOnly, type TargetInputs, type TargetWeights } from './target-inputs.ts'
