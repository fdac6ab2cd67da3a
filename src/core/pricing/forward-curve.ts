/**
 * Forwards by expiry. From options: put-call parity C − P = D·(F − K), undiscounted quote currency, is a line through the middles of
 * bid and ask of call less put, each weighed by the inverse of its half spread; a coin chain, C − P = 1 − K/F, is the same line with
 * D = 1/F known to have intercept 1, so F alone is fitted. From futures: their prices. Between expiries ln F is linear in time
 * (a constant annual basis), from spot at 0.
 */
import { type Issue, type Result, refuse, succeed } from '../base/result.ts'

/** Call and put of one strike; prices in the currency that premium is paid in. */
export interface ParityQuote {
  readonly strike: number
  readonly callBid: number
  readonly callAsk: number
  readonly putBid: number
  readonly putAsk: number
}

export interface ParityForward {
  readonly forward: number
  /** D; 1 where premium is paid in coin. */
  readonly discount: number
  /** Root mean square distance from the line, in half spreads of call and put together. */
  readonly spreads: number
}

const isQuote = ({ strike, callBid, callAsk, putBid, putAsk }: ParityQuote): boolean =>
  strike > 0 && callBid >= 0 && putBid >= 0 && callAsk > callBid && putAsk > putBid && Number.isFinite(callAsk + putAsk)

/** @param paidIn coin: premium in the underlying, discount 1; quote: in the currency of the strike */
export function parityForward(
  quotes: readonly ParityQuote[],
  paidIn: 'coin' | 'quote',
  path = '',
): Result<ParityForward> {
  const bad = quotes.flatMap((quote, k): Issue[] =>
    isQuote(quote)
      ? []
      : [
          {
            code: 'pricing.quote',
            path: path === '' ? `${k}` : `${path}.${k}`,
            message: `call and put must have bids of at least 0 below their asks, and a strike above 0, was ${JSON.stringify(quote)}`,
            hint: 'leave out strikes that lack a side',
          },
        ],
  )
  if (bad.length > 0) return { ok: false, error: bad }
  const rows = quotes.map(({ strike, callBid, callAsk, putBid, putAsk }) => {
    const weight = 2 / (callAsk - callBid + putAsk - putBid)
    return { x: strike, y: 0.5 * (callBid + callAsk - putBid - putAsk), weight: weight * weight }
  })
  const line = paidIn === 'coin' ? lineThroughOne(rows) : lineOf(rows)
  const forward = paidIn === 'coin' ? -1 / line.slope : -line.start / line.slope
  if (!(forward > 0 && Number.isFinite(forward))) {
    return refuse(
      'pricing.parity',
      path === '' ? 'quotes' : path,
      `calls less puts must fall with the strike, of two strikes at least (in coin of one), was ${quotes.length} of slope ${line.slope}`,
      'check that calls and puts are of one expiry, and the currency premium is paid in',
    )
  }
  const squares = rows.reduce((sum, { x, y, weight }) => sum + weight * (y - line.start - line.slope * x) ** 2, 0)
  return succeed({
    forward,
    discount: paidIn === 'coin' ? 1 : -line.slope,
    spreads: Math.sqrt(squares / rows.length),
  })
}

interface WeightedPoint {
  readonly x: number
  readonly y: number
  readonly weight: number
}

interface Line {
  readonly start: number
  readonly slope: number
}

function lineOf(rows: readonly WeightedPoint[]): Line {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0)
  const mean = (of: (row: WeightedPoint) => number): number =>
    rows.reduce((sum, row) => sum + row.weight * of(row), 0) / total
  const [x, y] = [mean((row) => row.x), mean((row) => row.y)]
  const slope = mean((row) => (row.x - x) * (row.y - y)) / mean((row) => (row.x - x) ** 2)
  return { start: y - slope * x, slope }
}

function lineThroughOne(rows: readonly WeightedPoint[]): Line {
  const above = rows.reduce((sum, { x, y, weight }) => sum + weight * x * (y - 1), 0)
  return { start: 1, slope: above / rows.reduce((sum, { x, weight }) => sum + weight * x * x, 0) }
}

/** In order of time; the first is spot at 0. */
export interface ForwardCurve {
  readonly years: Float64Array
  readonly forward: Float64Array
}

export interface ForwardNode {
  /** To the expiry of a future, or of options with a parity forward; above 0. */
  readonly years: number
  readonly forward: number
}

export function makeForwardCurve(spot: number, nodes: readonly ForwardNode[]): Result<ForwardCurve> {
  const all = [{ years: 0, forward: spot }, ...nodes.toSorted((a, b) => a.years - b.years)]
  const issues = all.flatMap(({ years, forward }, k): Issue[] => {
    const isLater = k === 0 || (Number.isFinite(years) && years > all[k - 1]!.years)
    if (isLater && forward > 0 && Number.isFinite(forward)) return []
    const message = `forward and years must be above 0, each time once, was forward ${forward} at ${years} years`
    return [{ code: 'pricing.curve', path: k === 0 ? 'spot' : `${k - 1}`, message, hint: 'one price an expiry' }]
  })
  if (issues.length > 0) return { ok: false, error: issues }
  return succeed({
    years: Float64Array.from(all, ({ years }) => years),
    forward: Float64Array.from(all, ({ forward }) => forward),
  })
}

/** @param years from 0 to the last node */
export function forwardAt({ years: times, forward }: ForwardCurve, years: number): Result<number> {
  const last = times.at(-1)!
  if (!(years >= 0 && years <= last)) {
    const message = `years must be from 0 to the last of the curve ${last}, was ${years}`
    return refuse('pricing.outside-curve', 'years', message, 'add a later future or expiry to the curve')
  }
  const after = times.findIndex((each) => each >= years)
  if (times[after] === years) return succeed(forward[after]!)
  const share = (years - times[after - 1]!) / (times[after]! - times[after - 1]!)
  const [earlier, later] = [forward[after - 1]!, forward[after]!]
  return succeed(earlier * Math.exp(share * Math.log(later / earlier)))
}
