/** Refusals of judgements about results; each changes one thing of sound returns or settings. */
import { measureDrawdown } from '../../src/core/evidence/drawdown.ts'
import { backtestOverfitting } from '../../src/core/evidence/overfitting.ts'
import { checkSpace } from '../../src/core/evidence/search/space.ts'
import { measureSharpe, sharpeScale } from '../../src/core/evidence/sharpe.ts'
import { walkForward } from '../../src/core/evidence/splits.ts'
import { expectedLargestSharpe } from '../../src/core/evidence/trials.ts'
import { issuesOf, type LibraryCase } from './library-case.ts'

const returns = Float64Array.of(0.01, -0.02, 0.03, 0.01)
const flipping = Float64Array.from({ length: 40 }, (_, t) => (t % 2 === 0 ? 0.01 : -0.01))

export const EVIDENCE_LIBRARY: Readonly<Record<string, LibraryCase>> = {
  'evidence.too-short': {
    refused: () => issuesOf(measureSharpe(returns.subarray(0, 2))),
    reads: 'returns: the series must have at least 3 numbers, was 2; use a longer history or shorter periods',
  },
  'evidence.number': {
    refused: () => issuesOf(measureSharpe(Float64Array.of(0.01, Number.NaN, 0.03))),
    reads:
      'returns.1: the series must be finite numbers up to 1e+100 in size, was NaN; find where the number comes from; leave out the period only where it did not happen',
  },
  'evidence.flat': {
    refused: () => issuesOf(measureSharpe(new Float64Array(5).fill(0.01))),
    reads:
      'returns: the series must vary, was 0.01 throughout; a ratio to its deviation says nothing about it: judge it by its mean, or leave it out',
  },
  'evidence.shape': {
    refused: () => issuesOf(backtestOverfitting([returns], { blocks: 2, measure: 'mean' })),
    reads:
      'trials: there must be at least 2 series, was 1; give every series that was tried, also those that were not chosen',
  },
  'evidence.range': {
    refused: () => issuesOf(expectedLargestSharpe({ count: 10, variance: -1 })),
    reads:
      'trials: the variance of their ratios must be 0 or more, was -1; correct the setting: nothing is guessed in its place',
  },
  'evidence.parameter': {
    refused: () => checkSpace([{ kind: 'log', name: 'aversion', from: 0, to: 10 }]),
    reads:
      'parameters.aversion: from must be above 0 on a logarithmic scale, was 0; correct the range: nothing is guessed in its place',
  },
  'evidence.equity': {
    refused: () => issuesOf(measureDrawdown(Float64Array.of(0, 1, 2))),
    reads: 'equity.0: equity must start above 0, was 0; give equity itself, not profit, from the first period on',
  },
  'evidence.aggregate': {
    refused: () => issuesOf(sharpeScale(flipping, { periods: 5, lags: 1 })),
    reads:
      'returns: the variance of 5 periods must be above 0 by the autocorrelations, was -2.8 times that of one; count fewer lags: autocorrelations at long lags are mostly noise',
  },
  'evidence.observations': {
    refused: () =>
      issuesOf(
        walkForward(
          { from: Float64Array.of(1, 0, 2), until: Float64Array.of(2, 2, 3) },
          { kind: 'anchored', train: 1, test: 1, step: 1, embargo: 0 },
        ),
      ),
    reads:
      'observations: from must ascend, was 0 after 1 at 1; sort observations by the time they are made, each with the time at which its outcome is known',
  },
}
