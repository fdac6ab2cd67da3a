import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decimal } from '../../../src/core/base/decimal.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/base/instant.ts'
import { ratioToNumber } from '../../../src/core/base/ratio.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import { checkFunding } from '../../../src/core/sim/history-funding.ts'
import { datesKnown } from '../../../src/core/sim/membership.ts'
import { openBacktest } from '../../../src/shell/files/backtest.ts'
import { readFunding } from '../../../src/shell/files/funding.ts'
import { readMembers } from '../../../src/shell/files/members.ts'
import { absent } from '../../core/cost/reference.ts'
import { ROOT } from '../../repository/source.ts'
import { issueLine } from '../../wire/books.ts'
import { folderOf } from '../book/files.ts'

const DATA = join(ROOT, '../shared/data')
const real = test.skipIf(absent)

/** 2026-01-01T00:00:00Z */
const NOW = 1_767_225_600_000
const open = (files: Readonly<Record<string, string>>) =>
  openBacktest(join(folderOf(files), 'book.yaml'), { from: null, to: null, now: NOW, shared: false, onFile: () => {} })

const BOOK = `book: 1
currency: USD
asOf: 2026-01-01T00:00:00Z
cash: { USD: 1000 }
targets: { BTC: 50% }
policy: { kind: full }
instruments:
  BTC: { kind: spot, lot: 0.001, fee: 5bp, spread: 2bp }
market: { interval: 1d, markAgeMax: 1d, vols: { BTC: 50% }, correlations: {} }
backtest: { from: 2025-12-28T00:00:00Z, to: 2025-12-31T00:00:00Z, every: 1d, refresh: 1d, warmup: none, latency: none, start: book, history: { BTC: BTC.csv } }
`
const HEADER = 'time,open,high,low,close,volume'
const rows = (days: readonly number[]): string =>
  [HEADER, ...days.map((day) => `2025-12-${day}T00:00:00Z,10,11,9,10,1`)].join('\n')

describe('files of a run', () => {
  test('[HIST-15] a bar that repeats the one before is dropped and said; bars before and after the run are not in it', () => {
    const made = open({ 'book.yaml': BOOK, 'BTC.csv': rows([24, 25, 26, 27, 28, 28, 29, 30, 31]) })
    if (!made.ok) throw new Error(made.error.map(issueLine).join('\n'))
    const { history, from, to } = made.value.inputs
    expect([history.time.length, from, to]).toEqual([4, 0, 4])
    expect(history.notes).toEqual([
      'BTC: 1 row repeats the one before and was dropped.',
      'Volatilities and correlations are those that the book states, all the time.',
    ])
  })

  test.each([
    ['another bar at a time', `${rows([27, 28, 29, 30])}\n2025-12-30T00:00:00Z,10,12,9,11,1`, 'candles.conflict'],
    ['rows out of order', rows([27, 29, 28, 30]), 'candles.unsorted'],
    ['a close that is NaN', `${rows([27, 28, 29])}\n2025-12-30T00:00:00Z,10,12,9,NaN,1`, 'candles.number'],
    ['an empty close', `${rows([27, 28, 29])}\n2025-12-30T00:00:00Z,10,12,9,,1`, 'candles.number'],
    ['a price of 0', `${rows([27, 28, 29])}\n2025-12-30T00:00:00Z,10,12,0,11,1`, 'candles.price'],
    ['a bar from the future', `${rows([27, 28, 29, 30])}\n2026-01-01T00:00:00Z,10,12,9,11,1`, 'candles.future'],
    [
      'an hour between bars',
      `${HEADER}\n2025-12-30T00:00:00Z,10,12,9,11,1\n2025-12-30T01:00:00Z,10,12,9,11,1`,
      'candles.interval',
    ],
  ])('[HIST-15] %s is refused, at the line of the book', (_, csv, code) => {
    const made = open({ 'book.yaml': BOOK, 'BTC.csv': csv })
    expect(made.ok ? [] : made.error.map(issueLine)).toEqual([
      expect.stringMatching(new RegExp(`^10 ${code.replace('.', '\\.')} backtest\\.history\\.BTC: .*BTC\\.csv`)),
    ])
  })
})

describe('funding', () => {
  const read = (csv: string, zone: string | null) =>
    readFunding(join(folderOf({ 'paid.csv': csv }), 'paid.csv'), { path: 'paid.csv', zone })

  test('[HIST-16] times are numbers, dates with their zone, or dates in the zone that is stated', () => {
    const at = Date.UTC(2025, 0, 1, 8)
    for (const [csv, zone] of [
      [`time,rate\n${at},0.0001\n`, null],
      [`fundingTime,symbol,fundingRate\n${at / 1000},BTC,0.0001\n`, null],
      ['Symbol,Date,Funding Rate\nBTC,2025-01-01 11:00:00.000,0.0001\n', '+03:00'],
      ['Date,Rate\n2025-01-01 08:00:00,0.0001\n', 'Z'],
      ['Date,Rate\n2025-01-01 08:00:00 UTC,1e-4\n', null],
      ['Date,Rate\n2025-01-01T09:00:00+01:00,1e-4\n', '+03:00'],
    ] as const)
      expect(read(csv, zone)).toEqual({ ok: true, value: { time: Float64Array.of(at), rate: Float64Array.of(1e-4) } })
  })

  real(
    '[HIST-16] payments of six venues, three hours apart where their clocks are, agree with the history of the venue',
    () => {
      const perp = readFunding(join(DATA, 'perps_1h/BTC_funding.csv.gz'), { path: 'perp', zone: null })
      const venue = (name: string, years: string, zone: string | null) =>
        readFunding(join(DATA, `funding_multivenue/BTC-USDT_${name}_${years}_funding_history.csv.gz`), {
          path: name,
          zone,
        })
      const binance = venue('binance', '2020-01-01_2024-01-01', '+03:00')
      if (!perp.ok || !binance.ok) throw new Error('the files are there')
      const known = new Map(Array.from(perp.value.time, (at, k) => [at, perp.value.rate[k]!]))
      const minute = (at: number): number => Math.round(at / 60_000) * 60_000
      const common = Array.from(
        binance.value.time,
        (at, k) => [known.get(minute(at)), binance.value.rate[k]!] as const,
      ).filter(([rate]) => rate !== undefined)
      expect(common).toHaveLength(4383)
      expect(common.every(([a, b]) => Math.abs(a! - b) < 1e-8)).toBe(true)
      const told = (history: ReturnType<typeof venue>, hours: number) =>
        history.ok ? checkFunding(history.value, { name: 'BTC', path: 'p', intervalMs: hours * HOUR_MS }) : history
      expect(told(perp, 8)).toEqual({ issues: [], notes: [] })
      expect(told(venue('gate', '2020-01-01_2024-01-01', 'Z'), 8)).toEqual({
        issues: [],
        notes: [expect.stringContaining('payments of BTC missing')],
      })
      expect(told(venue('dydx', '2022-01-01_2024-01-01', 'Z'), 8)).toMatchObject({
        issues: [{ code: 'funding.interval' }],
      })
      expect(venue('dydx', '2022-01-01_2024-01-01', null)).toMatchObject({
        ok: false,
        error: [{ code: 'funding.zone' }],
      })
    },
  )
})

describe('members', () => {
  const read = (csv: string, value: 'weight' | 'capitalisation' = 'weight', except: readonly string[] = []) =>
    readMembers(join(folderOf({ 'm.csv': csv }), 'm.csv'), { path: 'm.csv', line: 1, value, except })

  test('[HIST-17] rows by date and name in any order become dates with their members by name', () => {
    const dates = read('date,name,weight\n2025-02-01,ETH,30%\n20250101,BTC,0.5\n2025-02-01T00:00:00Z,BTC,60%\n')
    expect(
      dates.ok &&
        dates.value.map(({ at, members }) => [
          (at - Date.UTC(2025, 0, 1)) / DAY_MS,
          members.map(({ name, value }) => `${name} ${ratioToNumber({ n: value, d: 10n ** 18n })}`),
        ]),
    ).toEqual([
      [0, ['BTC 0.5']],
      [31, ['BTC 0.6', 'ETH 0.3']],
    ])
    const twice =
      'Rank,Name,Symbol,Market Cap,snapshot_date\n1,Old,BNX,2,20250101\n2,New,BNX,1,20250101\n3,Bitcoin,BTC,9,20250101\n'
    expect(read(twice, 'capitalisation')).toMatchObject({
      ok: false,
      error: [{ code: 'members.twice', path: 'm.csv:3' }],
    })
    expect(read(twice, 'capitalisation', ['BNX'])).toMatchObject({ ok: true, value: [{ members: [{ name: 'BTC' }] }] })
  })

  real('[HIST-17] daily shares of an index are read, until two coins have one ticker', () => {
    const path = join(DATA, 'index_lci_weights/df_index.csv.gz')
    const twice = readMembers(path, { path: 'index', line: 1, value: 'weight', except: [] })
    expect(twice).toMatchObject({
      ok: false,
      error: [{ code: 'members.twice', path: 'index:5424' }, ...Array(19).fill({})],
    })
    const [header, ...lines] = gunzipSync(readFileSync(path)).toString().trim().split('\n')
    const dates = read([header, ...lines.filter((line) => line.split(',')[1]! < '2017-07')].join('\n'))
    if (!dates.ok) throw new Error(dates.error[0]!.message)
    expect(dates.value.length).toBeGreaterThan(200)
    for (const { members } of dates.value)
      expect(members.reduce((total, { value }) => total + Number(value) / 1e18, 0)).toBeCloseTo(1, 12)
  })

  real('[HIST-17] the monthly capitalisations of 200 coins are read whole', () => {
    const path = join(DATA, 'index_marketcap_monthly/coinmarketcap_monthly_all_snapshots.csv.gz')
    const dates = readMembers(path, { path: 'index', line: 1, value: 'capitalisation', except: ['BNX'] })
    if (!dates.ok) throw new Error(dates.error[0]!.message)
    expect(dates.value).toHaveLength(70)
    expect(dates.value.reduce((sum, { members }) => sum + members.length, 0)).toBeGreaterThan(13_900)
    const known = datesKnown(
      { dates: dates.value, lagMs: DAY_MS, weighting: { kind: 'stated' }, untraded: 'cash' },
      Date.UTC(2020, 1, 1),
    )
    expect(known!.at).toBe(Date.UTC(2020, 0, 1))
  })
})

const INDEX = `book: 1
currency: USDT
asOf: 2021-02-01T00:00:00Z
cash: { USDT: 100000 }
targets: { BTC: 0% }
policy: { kind: band, unit: weight, width: 1%, to: edge }
limits: { gross: 100% }
instruments:
  BTC: { kind: spot, lot: 0.00001, fee: 5bp, spread: 2bp }
  ETH: { kind: spot, lot: 0.0001, fee: 5bp, spread: 2bp }
  DOT: { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }
  ADA: { kind: spot, lot: 0.01, fee: 5bp, spread: 2bp }
  BTC-PERP: { kind: perp, underlying: BTC, contract: linear, multiplier: 1, lot: 0.001, fee: 5bp, spread: 1bp }
costs: { impact: { scale: 1, exponent: 0.5, join: 1d, decay: 1d } }
market:
  interval: 1h
  markAgeMax: 2h
  estimate: { vol: { ewma: 10d }, correlation: { ewma: 20d }, window: 60d }
backtest:
  from: 2020-08-01T00:00:00Z
  to: 2021-02-01T00:00:00Z
  every: 1h
  refresh: 7d
  warmup: 30d
  latency: none
  start: book
  volume: 30d
  margin: { mode: cross, leverage: 10, maintenance: 0.5%, liquidationFee: 50bp }
  funding: { BTC-PERP: { file: DATA/perps_1h/BTC_funding.csv.gz, every: 8h } }
  marks: { BTC-PERP: DATA/perps_1h/BTC_mark.csv.gz }
  members:
    kind: capitalisation
    file: DATA/index_marketcap_monthly/coinmarketcap_monthly_all_snapshots.csv.gz
    lag: 1d
    untraded: cash
    top: 10
    total: 95%
    max: 40%
    except: [USDT, USDC, BNX]
  history:
    BTC: DATA/candles_1h_spot/BTC.csv.gz
    ETH: DATA/candles_1h_spot/ETH.csv.gz
    DOT: DATA/candles_1h_spot/DOT.csv.gz
    ADA: DATA/candles_1h_spot/ADA.csv.gz
    BTC-PERP: DATA/perps_1h/BTC_price.csv.gz
`

real(
  '[BACK-7] an index that is rebuilt monthly over hourly bars, with marks and payments of the venue, is read and told',
  () => {
    const path = join(folderOf({ 'book.yaml': INDEX.replaceAll('DATA', DATA) }), 'book.yaml')
    const made = openBacktest(path, { from: null, to: null, now: Date.UTC(2026, 11), shared: false, onFile: () => {} })
    if (!made.ok) throw new Error(made.error.map(issueLine).join('\n'))
    const { history, schedule, from, to } = made.value.inputs
    expect([history.time.length, from, to]).toEqual([(60 + 184) * 24, 60 * 24 - 1, (60 + 184) * 24])
    expect(history.notes).toContain('DOT begins at 2020-08-18 23:00 UTC.')
    expect(history.funding.map((each) => each?.time.length ?? 0)).toEqual([0, 0, 1 + (60 + 184) * 3, 0, 0])
    const told = [...schedule].map((each) => {
      if (!each.ok) throw new Error(JSON.stringify(each.error))
      return each.value
    })
    expect(told).toHaveLength(27)
    const joined = told.flatMap((each) => (each.kind === 'mandated' ? [each.mandate.universe.underlyings.join()] : []))
    expect([...new Set(joined)]).toEqual(['ADA,BTC,ETH', 'ADA,BTC,DOT,ETH'])
    for (const each of told) {
      if (each.kind !== 'mandated') continue
      const sum = each.mandate.target.weight.reduce((total, weight) => total + ratioToNumber(weight), 0)
      expect(sum).toBeGreaterThan(0.5)
      expect(sum).toBeLessThanOrEqual(0.95)
    }
  },
)

/** Fixed weights, traded back every week at the close, 5 bp of what is traded, as peers' backtests do it. */
const WEEKLY = `book: 1
currency: USDT
asOf: 2026-01-01T00:00:00Z
cash: { USDT: 1000000 }
targets: { BTC: 40%, ETH: 35%, SOL: 15% }
policy: { kind: full }
instruments:
  BTC: { kind: spot, lot: 0.000000000001, fee: 5bp, spread: 0% }
  ETH: { kind: spot, lot: 0.000000000001, fee: 5bp, spread: 0% }
  SOL: { kind: spot, lot: 0.000000000001, fee: 5bp, spread: 0% }
market:
  interval: 1h
  markAgeMax: 1h
  vols: { BTC: 50%, ETH: 60%, SOL: 90% }
  correlations: { BTC/ETH: 0.8, BTC/SOL: 0.6, ETH/SOL: 0.6 }
backtest:
  from: 2022-01-01T00:00:00Z
  to: 2024-01-01T00:00:00Z
  every: 7d
  refresh: 30d
  warmup: none
  latency: none
  start: book
  history:
    BTC: DATA/candles_1h_spot/BTC.csv.gz
    ETH: DATA/candles_1h_spot/ETH.csv.gz
    SOL: DATA/candles_1h_spot/SOL.csv.gz
`

real(
  '[BACK-14] weekly rebalancing to fixed weights at 5 bp is what a plain loop gives, to 1e-9, at every hour of two years',
  () => {
    const path = join(folderOf({ 'book.yaml': WEEKLY.replaceAll('DATA', DATA) }), 'book.yaml')
    const made = openBacktest(path, { from: null, to: null, now: Date.UTC(2026, 11), shared: false, onFile: () => {} })
    if (!made.ok) throw new Error(made.error.map(issueLine).join('\n'))
    const { inputs } = made.value
    const run = runBacktest(inputs)
    if (!run.ok) throw new Error(JSON.stringify(run.error))
    const { close } = inputs.history
    const [price, held, weight] = [new Float64Array(3), new Float64Array(3), [0.4, 0.35, 0.15]]
    let [cash, worst, weeks] = [1e6, 0, 0]
    const worth = (): number => held.reduce((sum, units, i) => sum + units * price[i]!, cash)
    for (let row = inputs.from; row < inputs.to; row++) {
      // A missing bar leaves its coin at the price before; the rule trades when all have one.
      for (let i = 0; i < 3; i++) if (close[row * 3 + i]! > 0) price[i] = close[row * 3 + i]!
      if ((row - inputs.from) % 168 === 0) {
        weeks++
        const equity = worth()
        for (let i = 0; i < 3; i++) {
          const traded = (weight[i]! * equity) / price[i]! - held[i]!
          held[i]! += traded
          cash -= traded * price[i]! + 0.0005 * Math.abs(traded) * price[i]!
        }
      }
      worst = Math.max(worst, Math.abs(run.value.equity[row - inputs.from]! / worth() - 1))
    }
    expect(weeks).toBe(105)
    expect(run.value.decisions.filter(({ status }) => status !== 'ready')).toEqual([])
    expect(worst).toBeLessThan(1e-9)
  },
)

test.each([
  [
    'the book',
    'cash: { USD: 1000 }',
    'cash: { file: money.json, from: ccxt, unrealised: excluded }\npositions: { file: held.csv }',
    'start: book',
  ],
  [
    'the section',
    'start: book',
    'start: { cash: { file: money.json, from: ccxt, unrealised: excluded }, positions: { file: held.csv } }',
    'start: {',
  ],
])('[BACK-2] what a run begins with is read from files that %s names', (_, before, after, kept) => {
  const text = BOOK.replace(before, after)
  expect(text).toContain(kept)
  const files = { 'book.yaml': text, 'BTC.csv': rows([27, 28, 29, 30]), 'held.csv': 'instrument,quantity\nBTC,1.5\n' }
  const made = open({ ...files, 'money.json': '{"total": {"USD": 250}, "USD": {"total": 250}}' })
  if (!made.ok) throw new Error(made.error.map(issueLine).join('\n'))
  expect(made.value.inputs.start).toEqual({ cash: [decimal('250')], quantity: [decimal('1.5')], entry: [null] })
  const missing = open(files)
  expect(missing.ok ? [] : missing.error.map(({ code, path }) => `${code} ${path}`)).toEqual([
    `file.not-found ${kept === 'start: book' ? '' : 'backtest.start.'}cash.file`,
  ])
})

test('[BACK-10] threads may share the history of a run', () => {
  const folder = folderOf({ 'book.yaml': BOOK, 'BTC.csv': rows([27, 28, 29, 30]) })
  const seen: string[] = []
  const made = openBacktest(join(folder, 'book.yaml'), {
    from: Date.UTC(2025, 11, 29),
    to: null,
    now: NOW,
    shared: true,
    onFile: (share, path) => seen.push(`${share} ${path}`),
  })
  if (!made.ok) throw new Error(made.error.map(issueLine).join('\n'))
  expect(made.value.inputs.history.close.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(made.value.inputs.config.anchor).toBe(Date.UTC(2025, 11, 29))
  expect(seen).toEqual(['0 BTC.csv'])
})
