import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeRandom } from '../../src/core/base/random.ts'
import { plan } from '../../src/core/sizing/plan.ts'
import { costAt, drawWeeks, estimate, pointOf, sumWeeks } from '../../tools/frontier/interval.ts'
import { readAny, readPrices } from '../../tools/frontier/prices.ts'
import { type Decision, type Point, type Rule, replay } from '../../tools/frontier/replay.ts'
import {
  band,
  calendar,
  cheapest,
  costAware,
  onePeriod,
  partial,
  relativeBand,
  trigger,
} from '../../tools/frontier/rules.ts'
import { sweep } from '../../tools/frontier/sweep.ts'
import { judge, printSweeps } from '../../tools/frontier/table.ts'

import { makeInputs, r } from '../core/sizing/book.ts'

const REFERENCE = new URL('../../../shared/reference/frontier/', import.meta.url)
/** Without the prices these tests are skipped, but never where CI runs. */
const absent = !existsSync(REFERENCE) && process.env.CI === undefined
if (absent) console.warn(`skipped: reference data is not in ${REFERENCE.pathname}`)

const table = (name: string): string[][] =>
  readFileSync(new URL(name, REFERENCE), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))

/** How the file names policies: the rule for a value, and tables of what was published. */
const RULES: Readonly<Record<string, (value: number, n: number) => Rule>> = {
  calendar,
  never: () => () => null,
  abs_band_target: (width) => band(width, 'target'),
  abs_band_edge: (width) => band(width, 'edge'),
  abs_band_all_target: (width) => band(width, 'all'),
  rel_band_target: (part, n) => relativeBand(part, 'target', n),
  rel_band_edge: (part, n) => relativeBand(part, 'edge', n),
  rel_band_all_target: (part, n) => relativeBand(part, 'all', n),
  pte_full: trigger,
  te_buffer_partial: partial,
  te_cap_min_cost: cheapest,
  spo_l1: onePeriod,
  spo_l1_4h: (aversion, n) => onePeriod(aversion, n, 4),
}

/** Rows left out because they take long and try nothing that the others do not. */
const SLOW: Readonly<Record<string, (value: number) => boolean>> = {
  te_cap_min_cost: (cap) => ![0.015, 0.03, 0.08].includes(cap),
  spo_l1: (aversion) => ![5, 100, 1_000, 16_000].includes(aversion),
}

/** '1.5%' in parts, '3d' and '4h' in hours, 'gamma=5' as the number. */
function parse(parameter: string): number {
  const number = Number(parameter.replace(/^gamma=|[%hd]$/g, ''))
  return parameter.endsWith('%') ? number / 100 : parameter.endsWith('d') ? number * 24 : number
}

interface Published extends Point {
  readonly policy: string
  readonly parameter: string
}

const published: readonly Published[] = absent
  ? []
  : table('frontier.csv')
      .slice(1)
      .map(([policy = '', parameter = '', te, , , cost]) => ({
        policy,
        parameter,
        trackingError: Number(te),
        cost: Number(cost),
      }))

describe.skipIf(absent)('tracking error against cost on real hourly prices', () => {
  const prices = absent ? { names: [], time: [], close: [] } : readPrices(new URL('prices.csv.gz', REFERENCE).pathname)
  const n = prices.names.length

  test.each(Object.entries(RULES))('[FRONTIER-1] %s gives its published rows', (policy, make) => {
    const rows = published.filter((row) => row.policy === policy && !SLOW[policy]?.(parse(row.parameter)))
    expect(rows.length).toBeGreaterThan(0)
    for (const { parameter, trackingError, cost } of rows) {
      const point = replay(prices, make(parse(parameter), n))
      expect(Math.abs(point.trackingError / trackingError - 1), parameter).toBeLessThan(1e-9)
      expect(Math.abs(point.cost - cost), parameter).toBeLessThanOrEqual(1e-9 * cost)
    }
  })

  test('[FRONTIER-1] no published rule is left out', () => {
    expect(published.length).toBe(115)
    expect(published.filter(({ policy }) => RULES[policy] === undefined)).toEqual([])
  })

  test('[FRONTIER-4] costs between points are those of the published summary', () => {
    const [, ...rows] = table('summary.csv')
    for (const [policy, ...costs] of rows)
      for (const [k, cost] of costs.entries()) {
        const points = published.filter((row) => row.policy === policy)
        const own = costAt(points, (k + 1) / 100)
        if (cost === '') expect(own, policy).toBeNull()
        else expect(Math.abs((100 * own!) / Number(cost) - 1), policy).toBeLessThan(1e-9)
      }
  })

  test('[FRONTIER-2] cost-aware is at least a fifth cheaper at equal error, at most .150, .082 and .060 % a year', () => {
    // Only what is needed from 1 to 6 %.
    const range: Readonly<Record<string, readonly [number, number]>> = {
      'cost-aware': [0.03, 150],
      'one period': [20, 1_000],
      'one period, 4 h': [20, 1_000],
      'cheapest to cap': [0.015, 0.12],
    }
    const take = (rule: string, value: number): boolean => {
      const [from, to] = range[rule] ?? [0, Number.POSITIVE_INFINITY]
      if (rule === 'cost-aware' && [0.1, 1, 10].includes(Number(value.toPrecision(3)))) return false
      return value >= from && value <= to
    }
    const sweeps = sweep(prices, { draws: 200, seed: 1, take })
    const verdict = judge(sweeps)
    expect(verdict.dearer).toEqual([])
    expect(verdict.unknown).toEqual([])
    expect(verdict.below).toEqual([])
    expect(verdict.compared).toBeGreaterThan(60)
    const ours = sweeps.find(({ rule }) => rule === 'cost-aware')!.draws[0]!
    expect(costAt(ours, 0.01)).toBeLessThanOrEqual(0.0015)
    expect(costAt(ours, 0.02)).toBeLessThanOrEqual(0.00082)
    expect(costAt(ours, 0.03)).toBeLessThanOrEqual(0.0006)
    for (const line of printSweeps(prices, sweeps)) expect(line.length).toBeLessThanOrEqual(80)
  }, 300_000)

  test('[FRONTIER-3] a decision does not depend on prices that come after it', () => {
    const hours = 720 + 400
    const decided = (future: number): string[] => {
      const close = prices.close
        .slice(0, hours + 50)
        .map((row, bar) => (bar <= hours ? row : row.map((price) => price * future)))
      const shifted = { names: prices.names, time: prices.time.slice(0, hours + 50), close }
      const seen: string[] = []
      for (const make of [() => costAware(10, n), () => cheapest(0.02), () => onePeriod(200, n)]) {
        const rule = make()
        replay(shifted, (decision: Decision) => {
          const trade = rule(decision)
          if (decision.hour <= hours - 720) seen.push(`${decision.hour} ${trade?.join(' ') ?? '-'}`)
          return trade
        })
      }
      return seen
    }
    expect(decided(3)).toEqual(decided(1))
  })
})

test('[FRONTIER-7] cost-aware is what plan() trades', () => {
  const names = ['AAA', 'BBB', 'CCC', 'DDD']
  const vols = [0.5, 0.8, 1.1, 1.4]
  const n = names.length
  const correlation = (a: string, b: string): number =>
    a === b ? 1 : 0.5 + 0.1 * Math.abs(names.indexOf(a) - names.indexOf(b))
  for (const aversion of ['0.3', '10'])
    for (const weights of [
      [0.2, 0.2, 0.2, 0.2],
      [0.26, 0.17, 0.21, 0.14],
      [0.1, 0.2, 0.35, 0.05],
    ]) {
      const planned = plan(
        makeInputs({
          spot: Object.fromEntries(names.map((name) => [name, { price: '1', lot: '0.000001', spread: '0' }])),
          held: Object.fromEntries(names.map((name, i) => [name, String(weights[i]! * 1e6)])),
          cash: { USD: String(Math.round(1e6 * (1 - weights.reduce((sum, each) => sum + each, 0)))) },
          targets: Object.fromEntries(names.map((name) => [name, '0.2'])),
          vols: Object.fromEntries(names.map((name, i) => [name, vols[i]!])),
          correlation,
          policy: {
            kind: 'costAware',
            knob: { kind: 'aversion', aversion: r(aversion) },
            intervalMs: 3_600_000,
            drift: 'held',
            lastingMs: 365 * 24 * 3_600_000,
          },
        }),
      )
      if (!planned.ok) throw new Error(JSON.stringify(planned.error))
      const covariance = Float64Array.from({ length: n * n }, (_, k) => {
        const [i, j] = [Math.floor(k / n), k % n]
        return (correlation(names[i]!, names[j]!) * vols[i]! * vols[j]!) / 8_760
      })
      const deviation = Float64Array.from(weights, (each) => each - 0.2)
      const trade = costAware(Number(aversion), n)({ hour: 24, deviation, covariance })
      planned.value.lines.forEach(({ allowed }, i) => {
        expect(allowed).toBeCloseTo(trade?.[i] ?? 0, 9)
      })
    }
})

describe('intervals', () => {
  /** 100 weeks and a day of independent normal returns at 20 % a year, with a cost of 1 bp an hour. */
  const random = makeRandom('weeks')
  const hours = 168 * 100 + 24
  const active = Float64Array.from({ length: hours }, () => (0.2 / Math.sqrt(8_760)) * random.normal())
  const weeks = sumWeeks({ active, paid: new Float64Array(hours).fill(1e-4), trackingError: 0, cost: 0 })

  test('[FRONTIER-5] the first draw is history', () => {
    const mean = active.reduce((sum, a) => sum + a, 0) / hours
    const deviation = Math.sqrt(active.reduce((sum, a) => sum + (a - mean) ** 2, 0) / hours)
    const point = pointOf(weeks, drawWeeks(weeks.length, 0, 1)[0]!)
    expect(weeks.map((week) => week.hours)).toEqual([...new Array(100).fill(168), 24])
    expect(point.trackingError).toBeCloseTo(deviation * Math.sqrt(8_760), 12)
    expect(point.cost).toBeCloseTo(0.876, 12)
  })

  test('[FRONTIER-5] an interval of the error of independent returns is as wide as theory says', () => {
    const draws = drawWeeks(weeks.length, 4_000, 1)
    expect(drawWeeks(weeks.length, 4_000, 1)).toEqual(draws)
    for (const times of draws) expect(times.reduce((sum, count) => sum + count, 0)).toBe(weeks.length)
    const { value, low, high } = estimate(draws.map((times) => pointOf(weeks, times).trackingError))!
    // The standard error of a standard deviation of N normal draws is σ/√(2N).
    const width = (2 * 1.96 * value) / Math.sqrt(2 * hours)
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
    expect((high - low) / width).toBeGreaterThan(0.8)
    expect((high - low) / width).toBeLessThan(1.2)
  })

  test('[FRONTIER-5] an interval is the middle 95 % of the draws, and none where a draw has no value', () => {
    const values = [7, ...Array.from({ length: 1_001 }, (_, k) => 1_000 - k)]
    expect(estimate(values)).toEqual({ value: 7, low: 25, high: 975 })
    expect(estimate([...values, null])).toBeNull()
  })

  test('[FRONTIER-4] a cost between two points lies on the line through their logarithms', () => {
    const points = [
      { trackingError: 0.04, cost: 0.001 },
      { trackingError: 0.01, cost: 0.004 },
    ]
    expect(costAt(points, 0.02)).toBeCloseTo(0.002, 15)
    expect(costAt(points, 0.009)).toBeNull()
    expect(costAt(points, 0.05)).toBeNull()
    expect(costAt([{ trackingError: 0.05, cost: 0 }, ...points], 0.045)).toBeNull()
  })
})

test('[FRONTIER-6] candle files are aligned on the hours that all have, from the day asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'frontier-'))
  const start = Date.UTC(2021, 0, 1)
  const write = (name: string, hours: readonly number[]): string => {
    const path = join(folder, `${name}.csv`)
    const lines = hours.map(
      (hour) =>
        `${start + hour * 3_600_000},${Array(4)
          .fill(100 + hour)
          .join(',')},1`,
    )
    writeFileSync(path, ['time,open,high,low,close,volume', ...lines, ''].join('\n'))
    return path
  }
  try {
    const paths = [write('ONE', [0, 1, 2, 3, 4, 5]), write('TWO', [1, 2, 4, 5, 6])]
    const { names, time, close } = readAny(paths, start + 2 * 3_600_000)
    expect(names).toEqual(['ONE', 'TWO'])
    expect(time.map((at) => (at - start) / 3_600_000)).toEqual([2, 4, 5])
    expect(close.map((row) => [...row])).toEqual([2, 4, 5].map((hour) => [100 + hour, 100 + hour]))
    // One candle file is a book of one asset, not a table of opens, highs, lows and closes.
    expect(readAny([paths[0]!]).names).toEqual(['ONE'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
