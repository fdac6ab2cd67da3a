/** Estimators of risk as a book names them, and what they forecast from its candles. */
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/core/base/instant.ts'
import { makeRandom } from '../../src/core/base/random.ts'
import { forecastRisk, type RiskEstimator } from '../../src/core/risk/forecast.ts'
import { type Book, draftBook, finishBook, NOTHING_LOADED } from '../../src/wire/book.ts'
import type { LoadedCandles } from '../../src/wire/book-candles.ts'
import { readText } from '../repository/source.ts'
import { edit, issueLine } from './books.ts'

const ASOF = Date.UTC(2026, 2, 1)
const HOURS = 40 * 24
const BOOK = `book: 1
currency: USD
asOf: 2026-03-01T00:00:00Z
cash: { USD: 10000 }
positions: { BTC: 1, ETH: 6.25 }
targets: { BTC: 50%, ETH: 30% }
policy: { kind: full }
instruments:
  BTC: { kind: spot, lot: 0.00001, fee: 5bp, spread: 2bp }
  ETH: { kind: spot, lot: 0.0001, fee: 5bp, spread: 2bp }
market:
  candles: { BTC: BTC.csv, ETH: ETH.csv }
  interval: 1h
  markAgeMax: 2h
  estimate: ESTIMATE
`

function candlesOf(name: string): LoadedCandles {
  const [own, common] = [makeRandom(name), makeRandom('common')]
  const time = Float64Array.from({ length: HOURS }, (_, k) => ASOF - (HOURS - k) * HOUR_MS)
  let price = 100
  const close = time.map(() => {
    price *= 1 + 0.005 * (common.normal() + own.normal())
    return price
  })
  const open = close.map((last, k) => (k === 0 ? last : close[k - 1]!))
  const high = open.map((first, k) => 1.001 * Math.max(first, close[k]!))
  const low = open.map((first, k) => 0.999 * Math.min(first, close[k]!))
  return { time, open, high, low, close, lastCloseText: '100', lastCloseAt: ASOF, notes: [] }
}
const CANDLES = new Map(['BTC', 'ETH'].map((name) => [name, candlesOf(name)]))

function read(estimate: string, edits: readonly (readonly [string, string])[] = []) {
  const drafted = draftBook(edit(BOOK, [['ESTIMATE', estimate], ...edits]))
  return drafted.ok ? finishBook(drafted.value, { ...NOTHING_LOADED, candles: CANDLES }) : drafted
}
function bookWith(estimate: string, edits: readonly (readonly [string, string])[] = []): Book {
  const book = read(estimate, edits)
  if (!book.ok) throw new Error(book.error.map(issueLine).join('\n'))
  return book.value
}
const issuesWith = (estimate: string, edits: readonly (readonly [string, string])[] = []): string[] => {
  const book = read(estimate, edits)
  return book.ok ? [] : book.error.map(issueLine)
}

const PAIRS = { kind: 'pairwise', halflifeMs: 20 * DAY_MS } as const
const joint = (covariance: Extract<RiskEstimator['correlation'], { kind: 'joint' }>['covariance']) =>
  ({ vol: null, correlation: { kind: 'joint', covariance, missing: 'hold' } }) as const

describe('estimators by name', () => {
  const REST = 'missing: hold, window: 30d'

  test.each<[string, RiskEstimator]>([
    [
      '{ vol: { ewma: 10d }, correlation: { ewma: 20d }, window: 30d }',
      { vol: { kind: 'ewma', halflifeMs: 10 * DAY_MS }, correlation: PAIRS },
    ],
    [
      '{ vol: { kind: range, formula: yangZhang, over: 14d }, correlation: { ewma: 20d }, window: 30d }',
      { vol: { kind: 'range', formula: 'yangZhang', overMs: 14 * DAY_MS }, correlation: PAIRS },
    ],
    [
      '{ vol: { kind: garch, horizon: 7d }, correlation: { ewma: 20d }, window: 30d }',
      { vol: { kind: 'garch', asymmetric: false, horizonMs: 7 * DAY_MS }, correlation: PAIRS },
    ],
    [
      `{ vol: { kind: gjr, horizon: 12h }, covariance: { kind: oas }, ${REST} }`,
      { ...joint({ kind: 'oracleApproximating' }), vol: { kind: 'garch', asymmetric: true, horizonMs: 12 * HOUR_MS } },
    ],
    [
      `{ covariance: { kind: sample, mean: zero, divisor: T-1 }, ${REST} }`,
      joint({ kind: 'sample', mean: 'zero', divisor: 'T-1' }),
    ],
    [`{ covariance: { kind: ewma, halflife: 5d }, ${REST} }`, joint({ kind: 'ewma', halflife: 120 })],
    [
      `{ covariance: { kind: iewma, vol: 5d, correlation: 15d, clip: 4.2 }, ${REST} }`,
      joint({ kind: 'iteratedEwma', volHalflife: 120, correlationHalflife: 360, clip: 4.2, warmUp: 20 }),
    ],
    [
      `{ covariance: { kind: cmIewma, pairs: [{ vol: 2d, correlation: 5d }, { vol: 5d, correlation: 15d }], over: 3d }, ${REST} }`,
      joint({
        kind: 'mixedIteratedEwma',
        pairs: [
          { volHalflife: 48, correlationHalflife: 120 },
          { volHalflife: 120, correlationHalflife: 360 },
        ],
        clip: null,
        warmUp: 20,
        window: 72,
      }),
    ],
    [
      `{ covariance: { kind: ledoitWolf, target: identity }, ${REST} }`,
      joint({ kind: 'ledoitWolf', target: 'identity' }),
    ],
    [
      `{ covariance: { kind: principalComponents, factors: 1 }, ${REST} }`,
      joint({ kind: 'principalComponents', factors: 1 }),
    ],
    [
      `{ covariance: { kind: singleFactor, market: { ETH: 25% } }, ${REST} }`,
      joint({ kind: 'singleFactor', market: Float64Array.of(0, 0.25) }),
    ],
    [`{ covariance: { kind: denoised }, ${REST} }`, joint({ kind: 'randomMatrix' })],
    [`{ covariance: { kind: semi, benchmark: 87.6% }, ${REST} }`, joint({ kind: 'semi', benchmark: 0.0001 })],
  ])('[BOOK-25] %s', (text, estimator) => {
    const book = bookWith(text)
    expect(book.history!.estimator).toEqual(estimator)
    const histories = [...CANDLES].map(([name, { time, close, open, high, low }]) => ({
      name,
      time,
      close,
      range: { open, high, low },
    }))
    const window = { asOf: ASOF, from: ASOF - 30 * DAY_MS, intervalMs: HOUR_MS }
    const direct = forecastRisk(histories, window, estimator)
    expect(direct.ok && direct.value).toEqual(book.risk)
  })

  test("[BOOK-25] estimators to compare with are read like the book's own, and change no forecast", () => {
    const own = '{ vol: { ewma: 10d }, correlation: { ewma: 20d }, window: 30d }'
    const listed = bookWith(
      `${own}\n  compare: [{ covariance: { kind: oas }, missing: leaveOut }, { vol: { kind: har }, correlation: { ewma: 9d } }]`,
    )
    expect(listed.history!.compare.map(({ correlation }) => correlation.kind)).toEqual(['joint', 'pairwise'])
    expect(listed.risk).toEqual(bookWith(own).risk)
  })

  test.each([
    ['{ window: 30d }', 'estimate.together market.estimate: must have one of correlation and covariance, was none'],
    [
      `{ vol: { ewma: 9d }, correlation: { ewma: 9d }, covariance: { kind: oas }, ${REST} }`,
      'estimate.together market.estimate: must have one of correlation and covariance, was both',
    ],
    [
      '{ correlation: { ewma: 9d }, window: 30d }',
      'estimate.together market.estimate.vol: must be given beside correlation',
    ],
    [
      '{ covariance: { kind: oas }, window: 30d }',
      'estimate.together market.estimate.missing: what a missing close means must be given',
    ],
    [
      '{ vol: { ewma: 9d }, correlation: { ewma: 9d }, missing: hold, window: 30d }',
      'estimate.together market.estimate.missing: must only be given beside covariance',
    ],
    [`{ covariance: { kind: oass }, ${REST} }`, 'value.invalid market.estimate.covariance.kind: must be sample, ewma'],
    [
      `{ covariance: { kind: principalComponents, factors: 3 }, ${REST} }`,
      'risk.option market.estimate.covariance.factors: factors must be from 1 to 2, was 3',
    ],
    [
      `{ covariance: { kind: singleFactor, market: { DOGE: 1 } }, ${REST} }`,
      'underlying.unknown market.estimate.covariance.market.DOGE',
    ],
    [
      '{ vol: { kind: garch, horizon: 1d }, correlation: { ewma: 9d }, window: 2d }',
      'risk.too-short market.candles.BTC',
    ],
    [
      '{ vol: { kind: range, formula: parkinson, over: 10h }, correlation: { ewma: 9d }, window: 30d }',
      'risk.too-short market.candles.BTC',
    ],
    [
      `{ covariance: { kind: iewma, vol: 5d, correlation: 15d, clip: 0 }, ${REST} }`,
      'clip.not-positive market.estimate.covariance.clip',
    ],
    [
      '{ vol: { ewma: 9d }, correlation: { ewma: 9d }, window: 30d }\n  compare: [{ covariance: { kind: oas } }]',
      'estimate.together market.compare[0].missing',
    ],
  ])('[BOOK-25] %s is refused: %s', (text, message) => {
    expect(issuesWith(text).filter((line) => line.includes(message))).toHaveLength(1)
  })

  const documented = [...readText('docs/estimators.md').matchAll(/^\| `(\{.*\})` \|/gm)].map(([, text]) => text!)

  test.each(documented)('[BOOK-25] docs/estimators.md: %s', (text) => {
    // The history of these books is 40 days long.
    expect(issuesWith(text).filter((line) => !line.includes('risk.too-short'))).toEqual([])
  })

  test('[BOOK-25] docs/estimators.md names every kind', () => {
    const kinds = (text: string): string[] => [...text.matchAll(/kind: (\w+)/g)].map(([, kind]) => kind!)
    const shape = [...readText('src/wire/estimate-shape.ts').matchAll(/kind\('(\w+)'\)/g)].map(([, kind]) => kind!)
    expect([...new Set(documented.flatMap(kinds))].sort()).toEqual([...new Set(shape)].sort())
  })

  test('[BOOK-25] estimators to compare with need candles', () => {
    const stated: readonly (readonly [string, string])[] = [
      [
        '  candles: { BTC: BTC.csv, ETH: ETH.csv }\n  interval: 1h\n  markAgeMax: 2h\n  estimate: ',
        '  prices: { BTC: 1, ETH: 1 }\n  vols: { BTC: 50%, ETH: 50% }\n  correlations: { BTC/ETH: 0.5 }\n  compare: ',
      ],
    ]
    expect(issuesWith('[{ covariance: { kind: oas }, missing: hold }]', stated).join('\n')).toContain(
      'candles.missing market.candles',
    )
  })
})
