/** Values and Greeks of options, implied volatility, conventions of delta. */
export { type OptionRight, undiscountedValue } from './black76.ts'
export { type CoinOptionValue, valueCoinOption } from './coin-option.ts'
export { type DeltaConvention, type DeltaTerms, deltaAt, strikeOfDelta } from './delta-convention.ts'
export { IMPLIED_STATUS, type ImpliedStatus, type ImpliedVol, impliedVol, impliedVolColumns } from './implied-vol.ts'
export type { OptionTerms, OptionWithVol } from './option-terms.ts'
export { type OptionValue, valueOption } from './option-value.ts'
export { type SpotOption, type SpotOptionValue, valueSpotOption } from './spot-option.ts'
export { makeValueColumns, type OptionColumns, type ValueColumns, valueColumns } from './value-columns.ts'
