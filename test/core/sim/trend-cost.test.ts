/** What standing against trends costs, and what a guard leaves of it: runs of a session, attributed. docs/attribution.md has the table. */
import { describe, expect, test } from 'vitest'
import { toNumber } from '../../../src/core/base/decimal.ts'
import { DAY_MS } from '../../../src/core/base/instant.ts'
import { makeRandom } from '../../../src/core/base/random.ts'
import { measureTrend } from '../../../src/core/risk/trend.ts'
import type { OutlookChanged } from '../../../src/core/session/session-event.ts'
import { attributeRun } from '../../../src/core/sim/attribution.ts'
import { PARTS } from '../../../src/core/sim/attribution-window.ts'
import { runBacktest } from '../../../src/core/sim/backtest.ts'
import { closedAt, type History } from '../../../src/core/sim/history.ts'
import type { Guard, Policy } from '../../../src/core/sizing/mandate.ts'
import { readText } from '../../repository/source.ts'
import { unwrap } from '../cost/reference.ts'
import { outlookOf } from '../session/desk.ts'
import { makeInputs, r } from '../sizing/book.ts'
import { runOf, walk } from './runs.ts'

const [WINDOW, DAYS, PATHS] = [40, 200, 20]
const NAMES = ['AAA', 'BBB'] as const
const MEASURE = { kind: 'drift', windowMs: WINDOW * DAY_MS } as const
const GUARD: Guard = { measure: MEASURE, confidence: r('0.8'), widen: r('2'), slow: r('0.8') }
const RULE = { kind: 'band', unit: 'weight', width: [r('0.02'), r('0.02')], to: 'edge' } as const satisfies Policy

/** Closes whose changes go on (momentum > 0), come back (< 0) or do neither, of one volatility all the same. */
function closesOf(seed: string, momentum: number): number[] {
  const random = makeRandom(seed)
  let [log, change] = [0, 0]
  return Array.from({ length: WINDOW + DAYS + 1 }, () => {
    change = momentum * change + Math.sqrt(1 - momentum ** 2) * random.normal()
    log += (0.02 * change) / Math.sqrt((1 + momentum) / (1 - momentum))
    return Number((100 * Math.exp(log)).toPrecision(9))
  })
}

/** Parts of the result of a book of two coins at 40 % each, decided every day, in percent of what it began with. */
function attribute(closes: readonly (readonly number[])[], policy: Policy): Record<(typeof PARTS)[number], number> {
  const atStart = closes.map((each) => each[WINDOW]!)
  const inputs = makeInputs({
    spot: Object.fromEntries(NAMES.map((name, k) => [name, { price: String(atStart[k]!), lot: '0.000001' }])),
    cash: { USD: '20000' },
    held: Object.fromEntries(NAMES.map((name, k) => [name, (40_000 / atStart[k]!).toFixed(6)])),
    targets: { AAA: '0.4', BBB: '0.4' },
    vols: { AAA: 0.4, BBB: 0.4 },
    policy,
  })
  const rows = WINDOW + DAYS + 1
  const close = Float64Array.from({ length: rows * 2 }, (_, at) => closes[at % 2]![Math.floor(at / 2)]!)
  const history: History = {
    ...walk(inputs, { rows, seed: 'times', intervalMs: DAY_MS }),
    close,
    open: close,
    high: close,
    low: close,
  }
  const seen = (row: number): OutlookChanged => {
    const histories = NAMES.map((name, k) => ({
      name,
      time: history.time.slice(0, row + 1),
      close: Float64Array.from(closes[k]!.slice(0, row + 1)),
    }))
    const at = closedAt(history, row)
    const { trend } = unwrap(measureTrend(histories, { asOf: at, intervalMs: DAY_MS }, MEASURE))
    const outlook = outlookOf(inputs)
    return {
      kind: 'outlook',
      at,
      outlook: { ...outlook, hash: `day ${row}`, risk: { ...outlook.risk, asOf: at, trends: [trend] } },
    }
  }
  const days = Array.from({ length: DAYS + 1 }, (_, day) => seen(WINDOW + day))
  const first = { ...days[0]!, kind: 'mandated', mandate: inputs.mandate, hash: 'mandate' } as const
  const schedule = [first, ...days.slice(1)].map((value) => ({ ok: true, value }) as const)
  const run = unwrap(runBacktest(runOf(inputs, { history, from: WINDOW, everyMs: DAY_MS, schedule })))
  const { parts, startEquity } = attributeRun(run).whole
  const percent = PARTS.map((part) => [part, (100 * toNumber(parts[part])) / toNumber(startEquity)] as const)
  return Object.fromEntries(percent) as Record<(typeof PARTS)[number], number>
}

interface Told {
  readonly trend: number
  readonly premium: number
  readonly cost: number
}

/** Means over paths, with and without the guard. */
function means(momentum: number): { readonly alone: Told; readonly guarded: Told } {
  const mean = (policy: Policy): Told => {
    const all = Array.from({ length: PATHS }, (_, seed) =>
      attribute(
        NAMES.map((name) => closesOf(`${name} ${seed}`, momentum)),
        policy,
      ),
    )
    const of = (pick: (parts: (typeof all)[number]) => number): number =>
      all.reduce((sum, each) => sum + pick(each), 0) / PATHS
    return {
      trend: of((each) => each.trendCost),
      premium: of((each) => each.rebalancingPremium),
      cost: of((each) => each.fee + each.spread),
    }
  }
  return { alone: mean(RULE), guarded: mean({ ...RULE, guard: GUARD }) }
}

describe('the cost of trends', () => {
  test.each([
    ['go on (autocorrelation .95)', 0.95],
    ['are independent', 0],
    ['come back (−.5)', -0.5],
  ])(
    '[ATTR-11] changes that %s: what trends cost and swings gave back, without a guard and with one',
    (words, momentum) => {
      const { alone, guarded } = means(momentum)
      const text = ({ trend, premium, cost }: Told): string =>
        [trend, premium, cost].map((each) => `${each > 0 ? '+' : ''}${each.toFixed(2)}`.replace('-', '−')).join(' | ')
      expect(readText('docs/attribution.md')).toContain(`| ${words} | ${text(alone)} | ${text(guarded)} |`)
      // A guard makes the cost of trends smaller whatever prices do. Where they do not trend, it costs more premium than that.
      expect(alone.trend).toBeLessThan(0)
      expect(guarded.trend).toBeGreaterThan(alone.trend)
      const made = ({ trend, premium, cost }: Told): number => trend + premium + cost
      expect(made(guarded) > made(alone)).toBe(momentum > 0)
    },
  )
})
