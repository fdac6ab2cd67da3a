/** Refusals of the target builders: two coins of 100 % and 50 % volatility, with one thing changed. */
import type { Issue } from '../../src/core/base/result.ts'
import { minimumVarianceWeights } from '../../src/core/sizing/targets/minimum-variance.ts'
import { glidePathWeights } from '../../src/core/sizing/targets/moving-target.ts'
import { type RiskBudgetInputs, riskBudgetWeights } from '../../src/core/sizing/targets/risk-budget.ts'
import { r } from '../core/sizing/book.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

/** Negatively correlated, so that a least weight of BTC calls for more of ETH. */
const hedged: RiskBudgetInputs = {
  names: ['BTC', 'ETH'],
  covariance: Float64Array.of(1, -0.375, -0.375, 0.25),
  total: 1,
  budget: null,
  bounds: null,
}
const budgeted = (change: Partial<RiskBudgetInputs>): readonly Issue[] =>
  issuesOf(riskBudgetWeights({ ...hedged, ...change }))
/** The least variance, where each weight lies between these. */
const bounded = (lower: readonly [number, number], upper: readonly [number, number]): readonly Issue[] =>
  issuesOf(
    minimumVarianceWeights({ ...hedged, bounds: { lower: Float64Array.from(lower), upper: Float64Array.from(upper) } }),
  )

export const TARGET_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'target.bounds': {
    refused: () => bounded([0.5, 0], [0.4, 1]),
    reads:
      'targets.bounds.BTC: the bounds of BTC must be a number and in order, was 0.5 to 0.4; give the lower bound first, as fractions of equity',
  },
  'target.bounds-total': {
    refused: () => bounded([0, 0], [0.25, 0.5]),
    reads: 'targets.bounds: the upper bounds must sum to at least 1, was 0.75 (BTC the smallest); raise some of them',
  },
  'target.budget': {
    refused: () => budgeted({ budget: Float64Array.of(1, 0) }),
    reads:
      'targets.budget.ETH: the risk budget of ETH must be above 0, was 0; give it a share of the risk, or take it out of the target',
  },
  'target.budget-bounds': {
    // Half in BTC: what ETH offsets of it is 0.5·0.375/0.25 = 0.75, however little risk is wanted.
    refused: () => budgeted({ bounds: { lower: Float64Array.of(0.5, 0), upper: Float64Array.of(1, 1) } }),
    reads:
      'targets.bounds: the bounds must leave room for the risk budgets, was a sum of 1.25 instead of 1 with BTC at the bound; lower the lower bounds',
  },
  'target.glide': {
    refused: () => issuesOf(glidePathWeights({ from: [r('0')], to: [r('1')], start: 1000, end: 1000 }, 0)),
    reads: 'targets.glide: a glide path must end after it starts, was 0 ms long; state the end after the start',
  },
  'target.no-covariance': {
    refused: () => budgeted({ covariance: Float64Array.of(1, Number.NaN, Number.NaN, 0.25) }),
    reads:
      'market.correlations.BTC/ETH: the covariance of BTC and ETH must be a finite number, was NaN; state their correlation or give both a history, or take one out of the target',
  },
  'target.no-risk': {
    refused: () => budgeted({ covariance: Float64Array.of(1, -0.5, -0.5, 0.25) }),
    reads:
      'market.covariance: every book without shorts must have risk, was one that has none; the covariance is singular or not positive semidefinite: shrink it, or take out one of two assets that offset each other',
  },
  'target.no-vol': {
    refused: () => budgeted({ covariance: Float64Array.of(1, 0, 0, 0) }),
    reads:
      'market.vols.ETH: the variance of ETH must be a number above 0, was 0; state its volatility or give it a history, or take it out of the target',
  },
  'target.total': {
    refused: () => budgeted({ total: 0 }),
    reads: 'targets.total: the sum of the weights must be above 0 and finite, was 0; use 1 for the whole of equity',
  },
}
