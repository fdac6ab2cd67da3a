/** Imbalance-based position sizing: `plan()` for a book, `sizeTrade()` for one proposal, `quotes()` for two sides. */
export {
  absolute,
  add,
  compare,
  type Decimal,
  decimal,
  divide,
  multiply,
  negate,
  parseDecimal,
  type Rounding,
  roundTo,
  subtract,
  toNumber,
  toText,
} from './base/decimal.ts'
export { hashOf } from './base/hash.ts'
export { formatInstant, type Instant, parseInstant } from './base/instant.ts'
export { type Ratio, ratio, ratioOfText, ratioToNumber } from './base/ratio.ts'
export type { Issue, Result } from './base/result.ts'
export * from './cost/index.ts'
export type { Contract, Fee, Future, Grid, Instrument, Money, Option, Perp, Spot } from './domain/instrument.ts'
export type { Liquidity, MarketState, RiskModel, Rungs, Trend, TrendMeasure } from './domain/market.ts'
export type { OpenOrder, Portfolio, Side } from './domain/portfolio.ts'
export { makeUniverse, type Universe } from './domain/universe.ts'
export * from './evidence/index.ts'
export * from './flow/index.ts'
export * from './ledger/index.ts'
export * from './margin/index.ts'
export * from './pricing/index.ts'
export * from './risk/index.ts'
export type { Effect, Published } from './session/effect.ts'
export type { Intent, Order, OrderState } from './session/order.ts'
export { openSession, type Session, type SessionConfig } from './session/session.ts'
export type { SessionEvent } from './session/session-event.ts'
export { step } from './session/step.ts'
export { attributeRun, type RunAttribution } from './sim/attribution.ts'
export type { Attribution, AttributionLine, Part, Parts } from './sim/attribution-window.ts'
export { runBacktest } from './sim/backtest.ts'
export type { BacktestInputs, Holdings } from './sim/backtest-types.ts'
export { closedAt, type History } from './sim/history.ts'
export type { Accepted, Bars } from './sim/history-bars.ts'
export { type HistoryParts, type InstrumentHistory, makeHistory } from './sim/history-columns.ts'
export type { RateSource } from './sim/history-rates.ts'
export type { Membership } from './sim/membership.ts'
export { type BenchmarkRun, type Measured, type Metrics, measureRun } from './sim/metrics.ts'
export { METRICS } from './sim/metrics-definitions.ts'
export { isMissing, type Measure } from './sim/metrics-growth.ts'
export type { RunRecord } from './sim/run-record.ts'
export { type RunReport, reportRun } from './sim/run-report.ts'
export { withTargetRate } from './sim/target-rate.ts'
export { assessTargetRisk, type TargetRisk, type TargetRiskTerms } from './sim/target-risk.ts'
export type { Onlooker } from './sim/traffic.ts'
export { type Moved, moveVenue, openVenue, type Venue } from './sim/venue.ts'
export { type Audit, auditVenue } from './sim/venue-audit.ts'
export type { FillDetail, MarginTerms, VenueInput, VenueMessage, VenueTerms } from './sim/venue-types.ts'
export { type Curvature, computeCurvature, proportionalCosts } from './sizing/curvature.ts'
export { explainBook, explainLines, explainRelaxations, sentence } from './sizing/explain.ts'
export { type FlipWords, flipWords } from './sizing/explain-flip.ts'
export { type CostFlip, type Flip, findFlips, findPriceFlips, type LimitFlip, type PriceFlip } from './sizing/flip.ts'
export { type Glance, glanceAt, type Moment, openGlance, updateGlance } from './sizing/glance.ts'
export { measureImbalance } from './sizing/imbalance.ts'
export type { Relaxation } from './sizing/limit-names.ts'
export type { Constraints, Mandate, Policy, Target, Unit } from './sizing/mandate.ts'
export { plan } from './sizing/plan.ts'
export type {
  Balance,
  Cost,
  Imbalance,
  Leg,
  Line,
  PlanInputs,
  Reason,
  SizePlan,
} from './sizing/plan-types.ts'
export { prepare } from './sizing/prepare.ts'
export { type QuoteRequest, type Quotes, quotes } from './sizing/quotes.ts'
export { skewSizes } from './sizing/quotes-skew.ts'
export * from './sizing/targets/index.ts'
export { sizeTrade } from './sizing/trade.ts'
export type { Proposal, SizedTrade } from './sizing/trade-types.ts'
