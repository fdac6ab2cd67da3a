/** Values and Greeks of options, implied volatility, conventions of delta. */
export { type OptionRight, undiscountedValue } from './black76.ts'
export { type CoinOptionValue, valueCoinOption } from './coin-option.ts'
export { type DeltaConvention, type DeltaTerms, deltaAt, strikeOfDelta } from './delta-convention.ts'
export {
  type ForwardCurve,
  type ForwardNode,
  forwardAt,
  makeForwardCurve,
  type ParityForward,
  type ParityQuote,
  parityForward,
} from './forward-curve.ts'
export { IMPLIED_STATUS, type ImpliedStatus, type ImpliedVol, impliedVol, impliedVolColumns } from './implied-vol.ts'
export type { OptionTerms, OptionWithVol } from './option-terms.ts'
export { type OptionValue, valueOption } from './option-value.ts'
export { butterflyMarginOfSabr, type Sabr, type SabrExpiry, sabrVol } from './sabr.ts'
export { butterflyMargin, calendarMargin, type Margin } from './smile-arbitrage.ts'
export { fitSabr } from './smile-fit.ts'
export {
  type ExpiryQuotes,
  type FitError,
  fitErrorOf,
  type OptionQuote,
  type SmilePoints,
  smilePoints,
} from './smile-quotes.ts'
export { type SpotOption, type SpotOptionValue, valueSpotOption } from './spot-option.ts'
export {
  isSsviSound,
  type NaturalSvi,
  naturalOfRaw,
  type RawSvi,
  rawOfNatural,
  rawOfSsvi,
  type SsviSlice,
  totalVarianceAt,
} from './svi.ts'
export { makeValueColumns, type OptionColumns, type ValueColumns, valueColumns } from './value-columns.ts'
export { fitSurface, type SurfaceModel, type SurfaceSlice, surfaceVol, type VolSurface } from './vol-surface.ts'
