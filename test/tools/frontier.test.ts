import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  calendar,
  cheapest,
  costAt,
  costAware,
  type Decision,
  type Prices,
  partial,
  readPrices,
  replay,
} from '../../tools/frontier.ts'

const PRICES = new URL('../../../shared/reference/frontier/prices.csv.gz', import.meta.url)
/** Without the prices these tests are skipped, but never where CI runs. */
const absent = !existsSync(PRICES) && process.env['CI'] === undefined
if (absent) console.warn(`skipped: reference data is not in ${PRICES.pathname}`)

describe.skipIf(absent)('tracking error against cost on real hourly prices', () => {
  const prices = absent ? { names: [], close: [] } : readPrices(PRICES.pathname)
  const n = prices.names.length

  test.each([
    ['1d', 24, 0.0197729408338, 0.00326908156334],
    ['7d', 168, 0.0444575969943, 0.00133865869859],
    ['30d', 720, 0.0768621182066, 0.000746718837115],
  ])('[FRONTIER-1] calendar %s gives the published row', (_, hours, trackingError, cost) => {
    const point = replay(prices, calendar(hours))
    expect(Math.abs(point.trackingError / trackingError - 1)).toBeLessThan(1e-9)
    expect(Math.abs(point.cost / cost - 1)).toBeLessThan(1e-9)
  })

  test('[FRONTIER-2] cost-aware costs at most .150, .082 and .060 % a year at 1, 2 and 3 % tracking error', () => {
    const points = [0.3, 1, 3, 10, 30, 90].map((aversion) => replay(prices, costAware(aversion, n)))
    expect(costAt(points, 0.01)).toBeLessThanOrEqual(0.0015)
    expect(costAt(points, 0.02)).toBeLessThanOrEqual(0.00082)
    expect(costAt(points, 0.03)).toBeLessThanOrEqual(0.0006)
    const buffered = [0.007, 0.012, 0.03].map((buffer) => replay(prices, partial(buffer)))
    expect(costAt(points, 0.02)!).toBeLessThan(0.8 * costAt(buffered, 0.02)!)
  })

  test('[FRONTIER-3] a decision does not depend on prices that come after it', () => {
    const hours = 720 + 400
    const decided = (future: number): string[] => {
      const close = prices.close
        .slice(0, hours + 50)
        .map((row, bar) => (bar <= hours ? row : row.map((price) => price * future)))
      const shifted: Prices = { names: prices.names, close }
      const seen: string[] = []
      for (const make of [() => costAware(10, n), () => cheapest(0.02)]) {
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
