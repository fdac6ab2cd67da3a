import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, toNumber } from '../../src/core/base/decimal.ts'
import { hashOf } from '../../src/core/base/hash.ts'
import { formatInstant } from '../../src/core/base/instant.ts'
import { makeRandom } from '../../src/core/base/random.ts'
import { ratioToNumber } from '../../src/core/base/ratio.ts'
import type { RiskModel } from '../../src/core/domain/market.ts'
import type { Mandated, OutlookChanged } from '../../src/core/session/session-event.ts'
import { closedAt } from '../../src/core/sim/history.ts'
import { draftBook, finishBook, NOTHING_LOADED } from '../../src/wire/book.ts'
import type { LoadedCandles } from '../../src/wire/book-candles.ts'
import {
  backtestOf,
  day,
  PAID,
  PARITY,
  PARITY_FILES,
  PERP,
  PERP_FILES,
  replaced,
  soundBacktest,
  walk,
} from './backtests.ts'
import { edit } from './books.ts'

type Event = Mandated | OutlookChanged
/** Events up to an instant; what cannot be computed ends them. */
function eventsOf(schedule: Iterable<{ ok: boolean }>, until = Number.POSITIVE_INFINITY): Event[] {
  const events: Event[] = []
  for (const each of schedule as Iterable<{ ok: true; value: Event } | { ok: false; error: unknown }>) {
    if (!each.ok || each.value.at > until) break
    events.push(each.value)
  }
  return events
}
const mandates = (events: readonly Event[]): Mandated[] => events.filter((each) => each.kind === 'mandated')

describe('the backtest section', () => {
  const missing = (line: string): string[] | string => {
    const made = backtestOf(edit(PERP, [[line, '']]), PERP_FILES)
    return Array.isArray(made) ? made : 'nothing'
  }
  test.each([
    ['  from: 2025-01-11T00:00:00Z\n', 'key.missing', 'backtest.from'],
    ['  to: 2025-01-21T00:00:00Z\n', 'key.missing', 'backtest.to'],
    ['  every: 1d\n', 'key.missing', 'backtest.every'],
    ['  refresh: 1d\n', 'key.missing', 'backtest.refresh'],
    ['  warmup: none\n', 'key.missing', 'backtest.warmup'],
    ['  latency: 250ms\n', 'key.missing', 'backtest.latency'],
    ['  start: book\n', 'key.missing', 'backtest.start'],
    [
      '  margin: { mode: isolated, leverage: { BTC-PERP: 5 }, maintenance: 1%, liquidationFee: 50bp }\n',
      'backtest.margin',
      'backtest.margin',
    ],
    ['mode: isolated, ', 'key.missing', 'backtest.margin.mode'],
    ['leverage: { BTC-PERP: 5 }, ', 'key.missing', 'backtest.margin.leverage'],
    [' BTC-PERP: 5 ', 'backtest.margin', 'backtest.margin.leverage.BTC-PERP'],
    ['maintenance: 1%, ', 'key.missing', 'backtest.margin.maintenance'],
    [', liquidationFee: 50bp', 'key.missing', 'backtest.margin.liquidationFee'],
    ['  funding: { BTC-PERP: { file: paid.csv, every: 8h } }\n', 'backtest.funding', 'backtest.funding.BTC-PERP'],
    [', every: 8h }', 'key.missing', 'backtest.funding.BTC-PERP.every'],
    ['  history: { BTC-PERP: p }\n', 'key.missing', 'backtest.history'],
    [', markAgeMax: 1d', 'market.mark-age-missing', 'market.markAgeMax'],
    ['policy: { kind: full }\n', 'policy.missing', 'policy'],
  ])('[BACK-1] without %j it is refused: nothing that changes money has a default', (line, code, path) => {
    const text = line === ', every: 8h }' ? edit(PERP, [[line, ' }']]) : null
    const lines = text === null ? missing(line) : backtestOf(text, PERP_FILES)
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^\\d+ ${code.replace('.', '\\.')} ${path.replaceAll('.', '\\.')}: `)),
      ]),
    )
  })

  test('[BACK-2] terms of the venue, times of the session and the account at its start are as they are written', () => {
    const { inputs } = soundBacktest(PERP, PERP_FILES)
    expect(inputs.venue.margin).toMatchObject({
      mode: 'isolated',
      maintenance: [{ n: 1n, d: 100n }],
      liquidationFee: { n: 1n, d: 200n },
    })
    expect(ratioToNumber(inputs.venue.margin.leverageMax[0]!)).toBe(5)
    expect([inputs.orderMs, inputs.messageMs]).toEqual([250, 250])
    expect(inputs.config).toMatchObject({
      everyMs: 86_400_000,
      anchor: day(10),
      markAgeMaxMs: 86_400_000,
      curvatureMs: 0,
    })
    expect(closedAt(inputs.history, inputs.from)).toBe(day(10))
    expect(closedAt(inputs.history, inputs.to - 1)).toBe(day(20))
    expect(inputs.start).toEqual({ cash: [decimal('10000')], quantity: [decimal('5')], entry: [decimal('90')] })
    const other = soundBacktest(
      edit(PERP, [
        ['start: book', 'start: { cash: { USDT: 7 }, positions: { BTC-PERP: { quantity: -1, entry: 80 } } }'],
        ['latency: 250ms', 'latency: { order: 1s, message: none }'],
      ]),
      PERP_FILES,
    )
    expect(other.inputs.start).toEqual({ cash: [decimal('7')], quantity: [decimal('-1')], entry: [decimal('80')] })
    expect([other.inputs.orderMs, other.inputs.messageMs]).toEqual([1000, 0])
  })

  test('[BACK-2] stated equity is cash and what is held, at the close at which the run begins', () => {
    const { inputs } = soundBacktest(PARITY, PARITY_FILES)
    const close = inputs.history.close[inputs.from * 4]!
    expect(inputs.start.quantity[0]).toBe(decimal('100'))
    expect(toNumber(inputs.start.cash[0]!)).toBeCloseTo(100_000 - 100 * close, 9)
  })
})

describe('what a run is told', () => {
  const { inputs } = soundBacktest(PARITY, PARITY_FILES)
  const events = eventsOf(inputs.schedule)

  test('[BACK-3] at each refresh a forecast; instruments join at one, after their warm-up and 20 returns, and leave when they end', () => {
    const traded = mandates(events).map(({ at, mandate }) => [
      formatInstant(at).slice(0, 10),
      mandate.universe.underlyings.join(),
    ])
    const changes = traded.filter(([, names], k) => names !== traded[k - 1]?.[1])
    expect(changes).toEqual([
      ['2025-02-15', 'AAA,BBB,DDD'],
      // Listed on 10 February: 10 days of warm-up are over on the 20th, 20 returns are there on 3 March.
      ['2025-03-07', 'AAA,BBB,CCC,DDD'],
      // The last bar of DDD closes on 13 April, which is between two refreshes.
      ['2025-04-13', 'AAA,BBB,CCC'],
    ])
    const refreshes = events.filter(({ at }) => (at - day(45)) % (5 * 86_400_000) === 0)
    expect(refreshes).toHaveLength(22)
    expect(events).toHaveLength(23)
  })

  test('[BACK-4] each mandate and forecast is what the book file gives at that time with candles up to it', () => {
    const drafted = (asOf: number, names: readonly string[]) => {
      const kept = (text: string) =>
        text
          .split('\n')
          .filter((line) => !/^ {2}(CCC|DDD): \{ kind/.test(line) || names.includes(line.trim().slice(0, 3)))
          .join('\n')
      const text = edit(kept(PARITY.slice(0, PARITY.indexOf('backtest:'))), [
        ['asOf: 2026-01-01T00:00:00Z', `asOf: ${formatInstant(asOf)}`],
        [
          '  interval: 1d',
          `  candles: { ${names.map((name) => `${name}: ${name}`).join(', ')} }\n  interval: 1d\n  volumes: { ${names.map((name) => `${name}: 1e6 USD`).join(', ')} }`,
        ],
        ['late: [CCC, DDD]', `late: [${['CCC', 'DDD'].filter((name) => names.includes(name)).join()}]`],
        ['of: [AAA, BBB, CCC, DDD]', `of: [${names.join()}]`],
        [', weight: { CCC: { max: 50% } }', names.includes('CCC') ? ', weight: { CCC: { max: 50% } }' : ''],
        [
          'trade: { AAA: AAA, CCC: [CCC] }',
          names.includes('CCC') ? 'trade: { AAA: AAA, CCC: [CCC] }' : 'trade: { AAA: AAA }',
        ],
      ])
      const candles = new Map(
        names.map((name): [string, LoadedCandles] => {
          const bars = PARITY_FILES.history[name]!
          const to = bars.time.findLastIndex((open) => open < asOf) + 1
          const from = bars.time.findIndex((open) => open >= asOf - 60 * 86_400_000)
          const cut = (column: Float64Array) => column.slice(from, to)
          return [
            name,
            {
              time: cut(bars.time),
              open: cut(bars.open),
              high: cut(bars.high),
              low: cut(bars.low),
              close: cut(bars.close),
              lastCloseText: String(bars.close[to - 1]),
              lastCloseAt: bars.time[to - 1]! + 86_400_000,
              notes: [],
            },
          ]
        }),
      )
      const draft = draftBook(text)
      if (!draft.ok) throw new Error(JSON.stringify(draft.error))
      const book = finishBook(draft.value, { ...NOTHING_LOADED, candles })
      if (!book.ok) throw new Error(JSON.stringify(book.error))
      return book.value
    }
    for (const { at, mandate, outlook } of mandates(events)) {
      const book = drafted(at, mandate.universe.underlyings)
      expect(mandate).toEqual({ ...book.terms, policy: book.policy })
      expect(outlook.risk).toEqual(book.risk)
      const { metaorders: _, ...costs } = book.costs
      expect(outlook.costs).toEqual(costs)
    }
    expect(mandates(events).length).toBeGreaterThan(12)
  })

  test('[BACK-5] what changes expectations alone is an outlook, and hashes name what they are of', () => {
    const stated = soundBacktest(
      edit(PARITY, [
        [
          '  kind: riskParity\n  of: [AAA, BBB, CCC, DDD]\n  total: 90%\n  glide: { from: 2025-03-01T00:00:00Z, to: 2025-05-01T00:00:00Z, start: { AAA: 50%, BBB: 20% } }',
          '  { AAA: 40%, BBB: 30%, CCC: 10%, DDD: 10% }',
        ],
      ]),
      PARITY_FILES,
    )
    const told = eventsOf(stated.inputs.schedule)
    expect(told.filter(({ kind }) => kind === 'mandated')).toHaveLength(3)
    expect(told.filter(({ kind }) => kind === 'outlook')).toHaveLength(20)
    for (const each of told) {
      const { hash, ...outlook } = each.outlook
      expect(hash).toBe(hashOf(outlook))
      if (each.kind === 'mandated') expect(each.hash).toBe(hashOf(each.mandate))
    }
    expect(eventsOf(stated.inputs.schedule)).toEqual(told)
  })

  test('[BACK-6] volume per day is measured over the time that is stated, and the expected payment is the last one made', () => {
    const { outlook } = events[0]!
    const bars = PARITY_FILES.history.AAA!
    const mean =
      [...bars.time]
        .flatMap((open, k) => (open >= day(25) && open < day(45) ? [bars.volume![k]! * bars.close[k]!] : []))
        .reduce((a, b) => a + b) / 20
    expect(outlook.volumePerDay[0]).toBeCloseTo(mean, 6)
    const perp = soundBacktest(PERP, PERP_FILES)
    for (const each of eventsOf(perp.inputs.schedule)) {
      const [carry] = each.outlook.costs.carry
      const last = PAID.findLast(({ at }) => at <= each.at)!
      expect(carry).toMatchObject({ kind: 'perp', funding: { next: last.rate, intervalMs: 8 * 3_600_000 } })
    }
  })

  test('[BACK-7] members by date stand for the targets, from their lag on', () => {
    const members = [
      {
        at: day(30),
        members: [
          { name: 'AAA', value: decimal('0.5') },
          { name: 'XXX', value: decimal('0.2') },
        ],
      },
      { at: day(63), members: [{ name: 'BBB', value: decimal('0.6') }] },
    ]
    const text = edit(PARITY, [
      [
        '  start: book',
        '  start: { cash: { USD: 1000 } }\n  members: { kind: weights, file: m, lag: 3d, untraded: cash }',
      ],
    ])
    const told = mandates(eventsOf(soundBacktest(text, { ...PARITY_FILES, members }).inputs.schedule))
    const weights = told.map(({ at, mandate }) => [
      formatInstant(at).slice(5, 10),
      mandate.target.weight.map(ratioToNumber).join(),
    ])
    expect(weights.filter(([, each], k) => each !== weights[k - 1]?.[1])).toEqual([
      ['02-15', '0.5'],
      ['03-12', '0,0.6'],
    ])
    expect(told[0]!.mandate.target.notes).toEqual([
      'Members of 2025-01-31 00:00 UTC: AAA.',
      'XXX is not traded yet or not listed: their 20.0 % stay in cash.',
    ])
  })
})

describe('no look-ahead', () => {
  const seen = (made: ReturnType<typeof soundBacktest>, until: number): string =>
    hashOf(eventsOf(made.inputs.schedule, until))

  test.each([
    ['the parity book', PARITY, PARITY_FILES],
    ['a perpetual with payments', PERP, PERP_FILES],
    [
      'volatility from ranges',
      edit(PARITY, [['vol: { ewma: 10d }', 'vol: { kind: range, formula: garmanKlass, over: 20d }']]),
      PARITY_FILES,
    ],
  ] as const)(
    '[BACK-8] whatever comes after a time, all that was told until then is the same, byte for byte: %s',
    (_, text, files) => {
      const made = soundBacktest(text, files)
      const { from, to, history } = made.inputs
      const full = eventsOf(made.inputs.schedule)
      const upTo = (until: number): string => hashOf(full.filter(({ at }) => at <= until))
      fc.assert(
        fc.property(fc.integer({ min: from, max: to - 1 }), fc.integer(), (row, seed) => {
          const until = closedAt(history, row)
          const random = makeRandom(seed)
          for (const put of [() => Number.NaN, () => 1e6 * random.uniform(), () => 0])
            replaced(made, row, put, () => expect(seen(made, until)).toBe(upTo(until)))
        }),
        { seed: 7, numRuns: 15 },
      )
    },
  )

  test('[BACK-8] the replacement does change what comes later', () => {
    const made = soundBacktest(PARITY, PARITY_FILES)
    const before = seen(made, Number.POSITIVE_INFINITY)
    replaced(
      made,
      made.inputs.from + 20,
      (value) => value * 1.5,
      () => expect(seen(made, Number.POSITIVE_INFINITY)).not.toBe(before),
    )
    expect(seen(made, Number.POSITIVE_INFINITY)).toBe(before)
  })
})

test('[BACK-19] what of the book means something else in a run is said', () => {
  expect(soundBacktest(PERP, PERP_FILES).inputs.history.notes).toEqual([
    'Volatilities and correlations are those that the book states, all the time.',
    'The marks of BTC-PERP are the closes.',
    'The next payment of BTC-PERP is expected to be the last one made.',
  ])
  const text = edit(PARITY, [
    ['costs: { impact', 'costs: { traded: { AAA: { buy: 1%, at: 2025-12-31T00:00:00Z } }, impact'],
    [
      '  interval: 1d',
      '  pools: { AAA: { base: 10, quote: 1000, fee: 30bp } }\n  depths: { AAA: 1000 USD }\n  interval: 1d',
    ],
    [
      '  start: book',
      '  start: { cash: { USD: 1000 } }\n  members: { kind: weights, file: m, lag: none, untraded: cash }',
    ],
  ])
  const members = [{ at: day(30), members: [{ name: 'AAA', value: decimal('0.5') }] }]
  expect(soundBacktest(text, { ...PARITY_FILES, members }).inputs.history.notes.slice(-4)).toEqual([
    'Order books and pools of the book are of one moment and not used.',
    'What was traded before the book was taken is not counted.',
    'Depths are those that the book states, all the time.',
    'Members by date stand for the targets of the book.',
  ])
})

test('[BACK-18] forecasts that are kept are made once for all policies of a book, and change nothing', () => {
  const forecasts = new Map<string, RiskModel>()
  const plainRun = soundBacktest(PARITY, PARITY_FILES)
  const kept = soundBacktest(PARITY, PARITY_FILES, { shared: false, history: plainRun.inputs.history, forecasts })
  expect(kept.inputs.history).toBe(plainRun.inputs.history)
  expect(eventsOf(kept.inputs.schedule)).toEqual(eventsOf(plainRun.inputs.schedule))
  const made = [...forecasts.values()]
  expect(made).toHaveLength(23)
  const other = edit(PARITY, [
    ['policy: { kind: band, unit: weight, width: { large: 5%, late: 2% }, to: edge }', 'policy: { kind: full }'],
  ])
  const again = soundBacktest(other, PARITY_FILES, { shared: false, history: plainRun.inputs.history, forecasts })
  const told = eventsOf(again.inputs.schedule)
  expect(told.map(({ outlook }) => outlook.risk)).toEqual(made)
  expect(told.every(({ outlook }, k) => outlook.risk === made[k])).toBe(true)
  const slower = edit(PARITY, [['vol: { ewma: 10d }', 'vol: { ewma: 20d }']])
  eventsOf(
    soundBacktest(slower, PARITY_FILES, { shared: false, history: plainRun.inputs.history, forecasts }).inputs.schedule,
  )
  expect(forecasts.size).toBe(46)
})

test('[BACK-9] what cannot be computed at its time ends the schedule with its issues and the time', () => {
  const flat = { ...walk('BBB', 0, 150) }
  const still = (column: Float64Array): Float64Array => column.map((value, k) => (k > 20 ? flat.close[20]! : value))
  const bars = {
    ...flat,
    open: still(flat.open),
    high: still(flat.high),
    low: still(flat.low),
    close: still(flat.close),
  }
  const text = edit(PARITY, [['window: 60d', 'window: 30d']])
  const made = soundBacktest(text, { history: { ...PARITY_FILES.history, BBB: bars } })
  const all = [...made.inputs.schedule]
  expect(all.at(-1)).toEqual({
    ok: false,
    error: [
      {
        code: 'risk.no-movement',
        path: 'market.candles.BBB',
        line: expect.any(Number),
        message:
          'the price of BBB must move in its history, was the same at every close, when the run had come to 2025-02-20 00:00 UTC',
        hint: 'check that its feed is alive, or state market.vols.BBB and its correlations',
      },
    ],
  })
  expect(all.slice(0, -1).map((each) => each.ok)).toEqual([true])
})
