/** The guard of a policy in a book, and the trends that it asks the book's candles for. */
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/core/base/instant.ts'
import { makeRandom } from '../../src/core/base/random.ts'
import { ratioToNumber } from '../../src/core/base/ratio.ts'
import { measureTrend } from '../../src/core/risk/trend.ts'
import { guardOf } from '../../src/core/sizing/guard.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { type Book, draftBook, finishBook, NOTHING_LOADED, planInputs } from '../../src/wire/book.ts'
import type { LoadedCandles } from '../../src/wire/book-candles.ts'
import { day, PARITY, PARITY_FILES, soundBacktest } from './backtests.ts'
import { edit, issueLine } from './books.ts'

const ASOF = Date.UTC(2026, 2, 1)
const HOURS = 60 * 24
const BOOK = `book: 1
currency: USD
asOf: 2026-03-01T00:00:00Z
cash: { USD: 100 }
positions: { BTC: 6, ETH: 2 }
targets: { BTC: 50%, ETH: 25% }
policy: POLICY
compare: []
instruments:
  BTC: { kind: spot, lot: 0.0000001, fee: 5bp, spread: 2bp }
  ETH: { kind: spot, lot: 0.0000001, fee: 5bp, spread: 2bp }
market:
  candles: { BTC: BTC.csv, ETH: ETH.csv }
  interval: 1h
  markAgeMax: 2h
  estimate: { vol: { ewma: 10d }, correlation: { ewma: 20d }, window: 20d }
`
const GUARD = 'guard: { measure: drift, window: 30d, confidence: 90%, widen: 100%, slow: 50% }'
const BAND = `{ kind: band, unit: weight, width: 2%, to: edge, ${GUARD} }`

function candlesOf(name: string, drift: number): LoadedCandles {
  const random = makeRandom(name)
  const time = Float64Array.from({ length: HOURS }, (_, k) => ASOF - (HOURS - k) * HOUR_MS)
  let price = 100
  const close = time.map(() => {
    price *= 1 + drift + 0.003 * random.normal()
    return price
  })
  const lastCloseText = close.at(-1)!.toFixed(6)
  return { time, open: close, high: close, low: close, close, lastCloseText, lastCloseAt: ASOF, notes: [] }
}
const CANDLES = new Map([
  ['BTC', candlesOf('BTC', 0.0005)],
  ['ETH', candlesOf('ETH', 0)],
])

function read(policy: string, edits: readonly (readonly [string, string])[] = []) {
  const drafted = draftBook(edit(BOOK, [['POLICY', policy], ...edits]))
  return drafted.ok ? finishBook(drafted.value, { ...NOTHING_LOADED, candles: CANDLES }) : drafted
}
function bookWith(policy: string, edits: readonly (readonly [string, string])[] = []): Book {
  const book = read(policy, edits)
  if (!book.ok) throw new Error(book.error.map(issueLine).join('\n'))
  return book.value
}
const issuesWith = (policy: string, edits: readonly (readonly [string, string])[] = []): string[] => {
  const book = read(policy, edits)
  return book.ok ? [] : book.error.map(issueLine)
}

describe('guards in a book', () => {
  test.each([
    ['drift', '{ kind: full, guard: { measure: drift, window: 30d, confidence: 90%, slow: 50% } }', {}],
    [
      'efficiencyRatio',
      '{ kind: proportional, rate: 50%, guard: { measure: efficiencyRatio, window: 30d, confidence: 0.9, slow: 50% } }',
      {},
    ],
    [
      'varianceRatio',
      '{ kind: costAware, aversion: 10, interval: 1h, guard: { measure: varianceRatio, window: 30d, period: 12h, confidence: 90%, widen: 0%, slow: 50% } }',
      { periodMs: 12 * HOUR_MS },
    ],
    ['drift', BAND, {}],
  ])('[GUARD-10] %s is read as it is written, and its trends are those of the candles', (kind, policy, more) => {
    const book = bookWith(policy)
    const guard = guardOf(book.policy!)!
    const measure = { kind, windowMs: 30 * DAY_MS, ...more }
    expect(guard.measure).toEqual(measure)
    expect([guard.confidence, guard.slow].map(ratioToNumber)).toEqual([0.9, 0.5])
    const histories = ['BTC', 'ETH'].map((name) => ({ name, ...CANDLES.get(name)! }))
    const measured = measureTrend(histories, { asOf: ASOF, intervalMs: HOUR_MS }, guard.measure)
    if (!measured.ok) throw new Error(JSON.stringify(measured.error))
    expect(book.risk.trends).toEqual([measured.value.trend])
  })

  test('[GUARD-10] a rise that made a surplus is sold less, and the plan says so', () => {
    const answer = plan(planInputs(bookWith(BAND), bookWith(BAND).policy!))
    const plain = bookWith('{ kind: band, unit: weight, width: 2%, to: edge }')
    const free = plan(planInputs(plain, plain.policy!))
    if (!answer.ok || !free.ok) throw new Error('both are planned')
    const [btc] = answer.value.lines
    expect(btc!.because.map(({ kind }) => kind)).toContain('guarded')
    expect(btc!.wanted).toBeGreaterThan(free.value.lines[0]!.wanted)
    expect(btc!.wanted).toBeLessThan(0)
    expect(plain.risk).not.toHaveProperty('trends')
  })

  test('[GUARD-10] candles are read from the longest window on, and the forecast sees its own alone', () => {
    const drafted = draftBook(edit(BOOK, [['POLICY', BAND]]))
    if (!drafted.ok) throw new Error('a book')
    expect(drafted.value.needs.candles.map(({ from }) => ASOF - from)).toEqual([30 * DAY_MS, 30 * DAY_MS])
    const { vol, covariance } = bookWith(BAND).risk
    const plain = bookWith('{ kind: full }').risk
    expect([vol, covariance]).toEqual([plain.vol, plain.covariance])
  })

  test('[GUARD-10] the guards of compared policies have their trends too, each measure once', () => {
    const other = `{ kind: full, guard: { measure: efficiencyRatio, window: 10d, confidence: 50%, slow: 10% } }`
    const same = `{ kind: full, guard: { measure: drift, window: 30d, confidence: 50%, slow: 10% } }`
    const book = bookWith(BAND, [['compare: []', `compare: [${other}, ${same}]`]])
    expect(book.risk.trends!.map(({ measure }) => measure.kind)).toEqual(['drift', 'efficiencyRatio'])
    for (const policy of book.compare) expect(plan(planInputs(book, policy)).ok).toBe(true)
  })

  test.each([
    ['no slowing', BAND.replace(', slow: 50%', ''), 'policy.guard.slow'],
    ['no confidence', BAND.replace(' confidence: 90%,', ''), 'policy.guard.confidence'],
    ['no window', BAND.replace(' window: 30d,', ''), 'policy.guard.window'],
    ['no measure', BAND.replace(' measure: drift,', ''), 'policy.guard.measure'],
    ['no widening of a band', BAND.replace(' widen: 100%,', ''), 'policy.guard.widen'],
    ['widening without a band', `{ kind: full, ${GUARD} }`, 'policy.guard.widen'],
    ['a period that is not asked for', BAND.replace('30d', '30d, period: 1d'), 'policy.guard.period'],
    ['no period', BAND.replace('drift', 'varianceRatio'), 'policy.guard.period'],
    ['a cap', `{ kind: riskCap, trackingErrorMax: 7%, ${GUARD} }`, 'policy.guard'],
    ['a band in risk', `{ kind: band, unit: risk, width: 7%, to: edge, ${GUARD} }`, 'policy.guard'],
    ['another key', BAND.replace('slow', 'fast: 1, slow'), 'policy.guard.fast'],
    ['a window of few candles', BAND.replace('30d', '10h'), 'market.candles.BTC'],
  ])('[GUARD-9] %s is refused where it stands', (_, policy, path) => {
    const issues = issuesWith(policy)
    expect(issues.join('\n')).toContain(path)
    expect(issues.length).toBe(path === 'market.candles.BTC' ? 2 : 1)
  })

  test('[GUARD-9] a compared policy is refused where it stands', () => {
    const guard = `{ kind: full, guard: { measure: varianceRatio, window: 30d, period: 90m, confidence: 50%, slow: 10% } }`
    expect(issuesWith('{ kind: full }', [['compare: []', `compare: [${guard}]`]]).join('\n')).toContain(
      'compare.0.guard.period',
    )
  })

  test('[GUARD-9] numbers out of range are refused where they stand once the book is planned', () => {
    const book = bookWith(BAND.replace('slow: 50%', 'slow: 100%'))
    const answer = plan(planInputs(book, book.policy!))
    expect(answer.ok ? [] : answer.error.map(({ path }) => path)).toEqual(['policy.guard.slow'])
  })
})

describe('guards in a run over history', () => {
  const run = (window: string) =>
    soundBacktest(
      edit(PARITY, [
        ['width: { large: 5%, late: 2% }, to: edge', `width: 5%, to: edge, ${GUARD.replace('30d', window)}`],
        ['window: 60d', 'window: 30d'],
      ]),
      PARITY_FILES,
    ).inputs

  test.each(['25d', '44d'])('[GUARD-10] at each refresh trends are measured over the whole %s known then', (window) => {
    const { close } = PARITY_FILES.history.AAA!
    const days = Number.parseInt(window, 10)
    let refreshes = 0
    for (const each of run(window).schedule) {
      if (!each.ok) throw new Error(JSON.stringify(each.error))
      const { at, outlook } = each.value
      const [trend] = outlook.risk.trends!
      const closed = Math.round((at - day(0)) / DAY_MS)
      expect(trend!.measure).toEqual({ kind: 'drift', windowMs: days * DAY_MS })
      expect(trend!.change[0]).toBeCloseTo(Math.log(close[closed - 1]! / close[closed - days]!), 9)
      refreshes++
    }
    expect(refreshes).toBeGreaterThan(10)
  })
})
