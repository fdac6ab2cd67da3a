/** The shape of `market.estimate`: how volatilities and correlations are estimated from candles, by the names of estimators. */
import { choice, duration, fraction, kind, number } from './leaf.ts'
import { keyed, listOf, optional, section, underlyings, variants } from './shape.ts'

const halflife = (what: string) => duration({ what: `the half-life of ${what}`, example: '30d' })
const ewma = (what: string) => section(what, { ewma: halflife('the weights') })

const vol = keyed('volatilities: {ewma: 30d}, or another estimator by its kind', 'kind', {
  marked: variants(
    {
      form: 'write such as { ewma: 30d }, or { kind: garch, horizon: 1d }',
      kind: 'write `kind: garch` or another, or `{ ewma: 30d }`',
    },
    [
      section('from the range of candles', {
        kind: kind('range'),
        formula: choice('which range estimator', ['parkinson', 'garmanKlass', 'rogersSatchell', 'yangZhang']),
        over: duration({ what: 'the time before asOf whose candles are read', example: '30d' }),
      }),
      section('GARCH(1,1)', {
        kind: kind('garch'),
        horizon: duration({ what: 'the coming time whose mean variance is forecast', example: '7d' }),
      }),
      section('GARCH in which falls count more (Glosten, Jagannathan and Runkle)', {
        kind: kind('gjr'),
        horizon: duration({ what: 'the coming time whose mean variance is forecast', example: '7d' }),
      }),
      section('realised variances of the last day, week and month (Corsi)', { kind: kind('har') }),
    ],
  ),
  plain: ewma('exponentially weighted'),
})

const clip = optional(
  number('clip', 'positive', {
    what: 'the multiple of its volatility that a return counts as at most (no clipping unless given)',
    example: '4.2',
  }),
)

const pair = {
  vol: halflife('volatilities'),
  correlation: halflife('correlations'),
}

const covariance = variants(
  {
    form: 'write such as { kind: ledoitWolf, target: constantCorrelation }',
    kind: 'write `kind: ledoitWolf` or another',
  },
  [
    section('sample covariance', {
      kind: kind('sample'),
      mean: choice('sample: the mean return is removed; zero: it is taken as 0', ['sample', 'zero']),
      divisor: choice('what sums are divided by', ['T', 'T-1']),
    }),
    section('exponentially weighted, one half-life for all', { kind: kind('ewma'), halflife: halflife('the weights') }),
    section('iterated EWMA: fast volatilities, clipping, slow correlations', { kind: kind('iewma'), ...pair, clip }),
    section('the mix of iterated EWMAs that was most likely lately', {
      kind: kind('cmIewma'),
      pairs: listOf('half-lives of each', section('half-lives', pair)),
      clip,
      over: duration({ what: 'the time before asOf that the mix is chosen by', example: '10d' }),
    }),
    section('shrinkage of Ledoit and Wolf', {
      kind: kind('ledoitWolf'),
      target: choice('what the sample is shrunk towards', ['identity', 'constantCorrelation']),
    }),
    section('oracle approximating shrinkage', { kind: kind('oas') }),
    section('principal components of the correlations', {
      kind: kind('principalComponents'),
      factors: number('factors', 'positive', { what: 'how many, 1 to the number of underlyings', example: '2' }),
    }),
    section('one factor: a market of stated weights', {
      kind: kind('singleFactor'),
      market: underlyings('weights of the market', fraction('weight', 'any', { what: 'a weight', example: '50%' })),
    }),
    section('correlations without what random returns have too (Marchenko and Pastur)', { kind: kind('denoised') }),
    section('returns below a benchmark only', {
      kind: kind('semi'),
      benchmark: fraction('benchmark', 'any', { what: 'the annual return that counts as none', example: '0%' }),
    }),
  ],
)

const estimator = {
  vol: optional(vol),
  correlation: optional(ewma('correlations pair by pair, exponentially weighted')),
  covariance: optional(covariance),
  missing: optional(choice('what a missing close means to a covariance', ['refuse', 'hold', 'leaveOut'])),
}

export const estimatorShape = section('an estimator of risk, judged by `equipoise risk --score`', estimator)

export const estimateShape = section('how vols and correlations are estimated from the candles', {
  ...estimator,
  window: duration({ what: 'how far back candles are read', example: '1y' }),
})
