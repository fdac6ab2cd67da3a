/** Evidence for and against parameters: splits of a history, the judgement of results that were chosen among many. */
export { automaticBlockLength, type BlockLength } from './block-length.ts'
export {
  type BlockScheme,
  type BootstrapEstimate,
  type BootstrapTerms,
  bootstrapInterval,
  differenceOf,
  type Interval,
  type RowStatistic,
  statisticOf,
} from './bootstrap.ts'
export { backtestOverfitting, type Overfitting, type OverfittingTerms } from './overfitting.ts'
export { checkReality, type RealityCheck, type RealityCheckTerms } from './reality-check.ts'
export {
  dependentErrorOfSharpe,
  leastTrackRecord,
  measureSharpe,
  probabilisticSharpe,
  type SharpeRatio,
  sharpeScale,
  standardErrorOfSharpe,
} from './sharpe.ts'
export {
  type Combinatorial,
  type CombinatorialFolds,
  combinatorialPurged,
  type Fold,
  type Observations,
  type WalkForward,
  walkForward,
} from './splits.ts'
export { type DeflatedSharpe, deflatedSharpe, effectiveTrials, expectedLargestSharpe, type Trials } from './trials.ts'
