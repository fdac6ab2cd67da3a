/** Evidence for and against parameters: splits of a history, searches, the judgement of results that were chosen among many. */
export { type BestOfTrials, type BestOfTrialsTerms, judgeBestOfTrials } from './best-of-trials.ts'
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
export { type Drawdown, measureDrawdown } from './drawdown.ts'
export { backtestOverfitting, type Overfitting, type OverfittingTerms } from './overfitting.ts'
export {
  makePaths,
  measurePathRisk,
  type PathRisk,
  type PathRiskTerms,
  type Paths,
  type PathTerms,
  type QuantileInterval,
  type ShareInterval,
} from './paths.ts'
export { checkReality, type RealityCheck, type RealityCheckTerms } from './reality-check.ts'
export { resumeSearch, runSearch, type Search } from './search/ask-tell.ts'
export { latinHypercube, makeGrid, type ParameterGrid, randomPoint } from './search/designs.ts'
export { type EvolutionMinimum, type EvolutionRun, type EvolutionTerms, evolutionSearch } from './search/evolution.ts'
export type { EvolutionEnd } from './search/evolution-end.ts'
export { simplexSearch } from './search/simplex-search.ts'
export { checkSpace, type Parameter, type ParameterValues, type Space, unitOf, valuesAt } from './search/space.ts'
export {
  assessSensitivity,
  type Neighbourhood,
  type ParameterEffect,
  type ResponsePart,
  type Sensitivity,
  type SensitivityTerms,
} from './sensitivity.ts'
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
export { type VarianceShares, varianceDesign, varianceShares } from './variance-shares.ts'
