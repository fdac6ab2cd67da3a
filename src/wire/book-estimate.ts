/**
 * Estimators of risk as a book names them, in the terms of `core/risk/forecast.ts`: half-lives in bars of the book's
 * interval, benchmarks per bar, weights of a market in order of id.
 */
import { toNumber } from '../core/base/decimal.ts'
import { YEAR_MS } from '../core/base/instant.ts'
import { ratioToNumber } from '../core/base/ratio.ts'
import { assertNever } from '../core/base/result.ts'
import { byId } from '../core/domain/universe.ts'
import type { CovarianceEstimator } from '../core/risk/estimators/estimate.ts'
import type { RiskEstimator } from '../core/risk/forecast.ts'
import type { VolEstimator } from '../core/risk/vol-estimate.ts'
import { type BookContext, checkUnderlying } from './book-names.ts'
import type { estimatorShape } from './estimate-shape.ts'
import { accepted, fractionOf, readDuration, readNumber } from './scalar.ts'
import type { DraftOf } from './shape.ts'
import type { Path } from './tree.ts'

export type EstimatorDraft = DraftOf<typeof estimatorShape>
type VolDraft = NonNullable<EstimatorDraft['vol']>
type CovarianceDraft = NonNullable<EstimatorDraft['covariance']>

/** Rows before the first volatility and before the first correlation of an iterated EWMA, as in its paper's code. */
const WARM_UP = 20

const durationOf = (text: string): number => accepted(readDuration(text))

/** null where something of it is missing or wrong, and an issue says so. */
export function readEstimator(
  context: BookContext,
  text: EstimatorDraft,
  { intervalMs, path }: { readonly intervalMs: number; readonly path: Path },
): RiskEstimator | null {
  if (!checkTogether(context, text, path)) return null
  const vol = text.vol === undefined ? null : readVol(text.vol)
  if (text.correlation !== undefined) {
    const { ewma } = text.correlation
    return vol === null || ewma === undefined
      ? null
      : { vol, correlation: { kind: 'pairwise', halflifeMs: durationOf(ewma) } }
  }
  if (text.covariance === undefined || text.missing === undefined || ('vol' in text && vol === null)) return null
  const covariance = readCovariance(context, text.covariance, { intervalMs, path: [...path, 'covariance'] })
  return covariance === null ? null : { vol, correlation: { kind: 'joint', covariance, missing: text.missing } }
}

/** Which keys ask for others and which exclude each other. */
function checkTogether({ report }: BookContext, text: EstimatorDraft, path: Path): boolean {
  const before = report.issues.length
  const add = (key: string, message: string, hint: string): void =>
    report.add('estimate.together', key === '' ? path : [...path, key], message, hint)
  const [pairs, joint] = ['correlation' in text, 'covariance' in text]
  if (pairs === joint)
    add(
      '',
      `must have one of correlation and covariance, was ${pairs ? 'both' : 'none'}`,
      'correlation: { ewma: 90d } takes them pair by pair; covariance names an estimator of complete returns',
    )
  else if (pairs && !('vol' in text))
    add('vol', 'must be given beside correlation, was missing', 'write such as `vol: { ewma: 30d }`')
  if (joint && !('missing' in text))
    add(
      'missing',
      'what a missing close means must be given beside covariance, was missing',
      'write `missing: refuse`, `hold` (the last close) or `leaveOut` (its returns, for every underlying)',
    )
  if (!joint && 'missing' in text)
    add('missing', 'must only be given beside covariance, was given', 'pairs use the bars that both have: remove it')
  return report.issues.length === before
}

function readVol(text: VolDraft): VolEstimator | null {
  if (!('kind' in text)) {
    const { ewma } = text as { readonly ewma?: string | undefined }
    return ewma === undefined ? null : { kind: 'ewma', halflifeMs: durationOf(ewma) }
  }
  switch (text.kind) {
    case undefined:
      return null
    case 'range':
      return text.formula === undefined || text.over === undefined
        ? null
        : { kind: 'range', formula: text.formula, overMs: durationOf(text.over) }
    case 'garch':
    case 'gjr':
      return text.horizon === undefined
        ? null
        : { kind: 'garch', asymmetric: text.kind === 'gjr', horizonMs: durationOf(text.horizon) }
    case 'har':
      return { kind: 'har' }
    default:
      return assertNever(text)
  }
}

function readCovariance(
  context: BookContext,
  text: CovarianceDraft,
  { intervalMs, path }: { readonly intervalMs: number; readonly path: Path },
): CovarianceEstimator | null {
  const bars = (duration: string): number => durationOf(duration) / intervalMs
  switch (text.kind) {
    case undefined:
      return null
    case 'sample':
      return text.mean === undefined || text.divisor === undefined
        ? null
        : { kind: 'sample', mean: text.mean, divisor: text.divisor }
    case 'ewma':
      return text.halflife === undefined ? null : { kind: 'ewma', halflife: bars(text.halflife) }
    case 'iewma': {
      const pair = readPair(text, bars)
      const clip = readClip(text)
      return pair === null || clip === undefined ? null : { kind: 'iteratedEwma', ...pair, clip, warmUp: WARM_UP }
    }
    case 'cmIewma': {
      const pairs = (text.pairs ?? []).map((each) => (each === undefined ? null : readPair(each, bars)))
      const clip = readClip(text)
      if (text.pairs === undefined || text.over === undefined || clip === undefined) return null
      const complete = pairs.filter((each) => each !== null)
      const window = Math.max(1, Math.round(bars(text.over)))
      return complete.length < pairs.length
        ? null
        : { kind: 'mixedIteratedEwma', pairs: complete, clip, warmUp: WARM_UP, window }
    }
    case 'ledoitWolf':
      return text.target === undefined ? null : { kind: 'ledoitWolf', target: text.target }
    case 'oas':
      return { kind: 'oracleApproximating' }
    case 'principalComponents':
      return text.factors === undefined
        ? null
        : { kind: 'principalComponents', factors: toNumber(accepted(readNumber(text.factors, 'factors', 'positive'))) }
    case 'singleFactor':
      return text.market === undefined ? null : { kind: 'singleFactor', market: readMarket(context, text.market, path) }
    case 'denoised':
      return { kind: 'randomMatrix' }
    case 'semi':
      return text.benchmark === undefined
        ? null
        : { kind: 'semi', benchmark: (ratioToNumber(fractionOf(text.benchmark)) * intervalMs) / YEAR_MS }
    default:
      return assertNever(text)
  }
}

function readPair(
  { vol, correlation }: { readonly vol?: string | undefined; readonly correlation?: string | undefined },
  bars: (duration: string) => number,
): { readonly volHalflife: number; readonly correlationHalflife: number } | null {
  if (vol === undefined || correlation === undefined) return null
  return { volHalflife: bars(vol), correlationHalflife: bars(correlation) }
}

/** null: no clipping; undefined where what was written is wrong. */
function readClip(text: { readonly clip?: string | undefined }): number | null | undefined {
  if (text.clip !== undefined) return toNumber(accepted(readNumber(text.clip, 'clip', 'positive')))
  return 'clip' in text ? undefined : null
}

function readMarket(
  { names, report }: BookContext,
  text: Readonly<Record<string, string | undefined>>,
  path: Path,
): Float64Array {
  for (const name of Object.keys(text)) checkUnderlying({ names, report }, [...path, 'market', name], name)
  return Float64Array.from([...names.underlyings].sort(byId), (name) => {
    const weight = text[name]
    return weight === undefined ? 0 : ratioToNumber(fractionOf(weight))
  })
}
