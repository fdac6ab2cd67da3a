/** Margin, as programs see it: profiles of venues, what positions need, and where they are liquidated. */
export { excessAlong, type LiquidationMoves, liquidationMoves, type MarginAccount } from './liquidation-moves.ts'
export { type LiquidationPrice, liquidationPrice, type PriceReached, type TieredPosition } from './liquidation-price.ts'
export type { MarginMarks, MarginModel, Requirement } from './margin-model.ts'
export {
  type HeldOption,
  type OptionMargin,
  type OptionMarginTerms,
  optionMargin,
  type ShortOptionTerms,
} from './option-margin.ts'
export { checkProfile, type MarginProfile, optionTermsOf, profileAt, tiersOf } from './profile.ts'
export { type MarginRate, rateMargin } from './rate-margin.ts'
export {
  type MatrixAccount,
  type MatrixExpiry,
  type MatrixOption,
  type RiskMatrix,
  type RiskMatrixTerms,
  riskMatrix,
} from './risk-matrix.ts'
export { type StandardMargin, standardMargin } from './standard-account.ts'
export type { ExpiryPrice, HeldPerp, StandardAccount, StandardMarket, StandardTerms } from './standard-types.ts'
export { tierModel } from './tier-model.ts'
export { type Tier, type TierMargin, type TierTerms, tierMargin } from './tiers.ts'
export { movesInDeviations, type Touching, touchingProbability } from './touching.ts'
