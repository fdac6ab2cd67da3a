/** Metrics of what was traded, held and paid in a run. Amounts count as fractions of the equity of their row, a year 365 days. */
import { type Decimal, toNumber, ZERO } from '../base/decimal.ts'
import { sum } from '../maths/matrix.ts'
import { isMissing, type Measure, meanOf, missing, over, rowsPerYear } from './metrics-growth.ts'
import type { PricePath } from './price-path.ts'
import type { RunRecord } from './run-record.ts'

export interface Trading {
  readonly trades: Measure
  readonly turnover: Measure
  readonly cost: Measure
  readonly feeCost: Measure
  readonly spreadCost: Measure
  readonly impactCost: Measure
  readonly carryCost: Measure
  readonly hitRate: Measure
  readonly exposure: Measure
  readonly exposureMax: Measure
  readonly timeOutside: Measure
}

export function measureTrading(record: RunRecord, path: PricePath): Trading {
  const { equity, from, trades, payments, turnover, gross, outside, history } = record
  const years = (equity.length - 1) / rowsPerYear(history.intervalMs)
  const aYear = (total: number): Measure => over(total, years, 'one row has no length')
  const ruined = equity.some((each) => !(each > 0))
  const costs = (total: number): Measure => (ruined ? missing('equity must stay above 0') : aYear(total))
  const share = (row: number, paid: Decimal): number => (paid === ZERO ? 0 : toNumber(paid) / equity[row - from]!)
  const costOf = (part: 'fee' | 'spread' | 'impact'): number =>
    trades.reduce((paid, trade) => paid + share(trade.row, trade[part]), 0)
  const [fee, spread, impact] = [costOf('fee'), costOf('spread'), costOf('impact')]
  return {
    trades: trades.length,
    turnover: aYear(sum(turnover)),
    cost: costs(fee + spread + impact),
    feeCost: costs(fee),
    spreadCost: costs(spread),
    impactCost: costs(impact),
    carryCost: costs(payments.reduce((total, { row, paid }) => total + share(row, paid), 0)),
    hitRate: hitRateOf(record, path),
    exposure: meanOf(gross),
    exposureMax: gross.reduce((most, each) => Math.max(most, each), 0),
    timeOutside: meanOf(Float64Array.from(outside)),
  }
}

/** Share of the trades after which the price went their way until the next trade of the instrument, or the end. */
function hitRateOf({ trades, history: { universe } }: RunRecord, path: PricePath): Measure {
  const lastRow = path.to - path.from - 1
  const nextMid = Float64Array.from(
    universe.instruments,
    (_, j) => path.price[lastRow * universe.instruments.length + j]!,
  )
  let [hits, judged] = [0, 0]
  for (let index = trades.length - 1; index >= 0; index--) {
    const { instrument: j, quantity, mid, because } = trades[index]!
    const price = toNumber(mid)
    const move = nextMid[j]! - price
    nextMid[j] = price
    if (because !== 'plan' || move === 0 || Number.isNaN(move)) continue
    judged++
    if (quantity > ZERO === move > 0) hits++
  }
  return over(hits, judged, 'no trade was followed by a move of its price')
}

/** Money-weighted: the rate a year at which start, flows and end balance, E_0·g^T + Σ F_i·g^{T−t_i} = E_T. */
export function moneyWeightedReturn({
  start,
  end,
  flows,
  years,
}: {
  readonly start: number
  readonly end: number
  readonly flows: readonly { readonly amount: number; readonly years: number }[]
  readonly years: number
}): Measure {
  if (!(start > 0 && end > 0)) return missing('equity must be above 0 at the start and at the end')
  if (!(years > 0)) return missing('one row has no length')
  const excess = (rate: number): number =>
    flows.reduce((total, flow) => total + flow.amount * Math.exp(rate * (years - flow.years)), 0) +
    start * Math.exp(rate * years) -
    end
  let [low, high] = [-RATE_MAX / years, RATE_MAX / years]
  if (!(excess(low) < 0 && excess(high) > 0)) return missing('no rate of return balances the flows')
  for (let step = 0; step < 200 && low < high; step++) {
    const middle = low + (high - low) / 2
    if (middle === low || middle === high) break
    if (excess(middle) < 0) low = middle
    else high = middle
  }
  const rate = Math.expm1(low)
  return Number.isFinite(rate) ? rate : missing('the return is too large to be put on a year')
}

/** Logarithm of the largest growth over the whole run that is looked for. */
const RATE_MAX = 100

/** A difference or a quotient of two figures, with the reason of the one that is missing. */
export function combine(a: Measure, b: Measure, how: (a: number, b: number) => Measure): Measure {
  if (isMissing(a)) return a
  return isMissing(b) ? b : how(a, b)
}
