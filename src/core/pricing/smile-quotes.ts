/**
 * Quotes of one expiry as a smile is fitted to them: ln(K/F), the middle of the volatilities of bid and ask, and half of what lies between
 * them, whose inverse weighs a quote. What has no volatility on both sides is left out and counted, by why.
 */
import { type Issue, type Result, refuse, succeed } from '../base/result.ts'
import type { OptionRight } from './black76.ts'
import { impliedVol } from './implied-vol.ts'
import { checkTerms } from './option-terms.ts'

export interface OptionQuote {
  readonly right: OptionRight
  readonly strike: number
  /** Undiscounted, in the currency of the strike (a premium in coin times the forward); null where nobody bids or asks. */
  readonly bid: number | null
  readonly ask: number | null
}

export interface ExpiryQuotes {
  readonly forward: number
  readonly years: number
  readonly quotes: readonly OptionQuote[]
}

/** Columns by quote, in order of strike. */
export interface SmilePoints {
  readonly forward: number
  readonly years: number
  readonly k: Float64Array
  readonly vol: Float64Array
  readonly halfSpread: Float64Array
  /** Quotes out of the money without a volatility on both sides, by the code that refused it. */
  readonly leftOut: Readonly<Record<string, number>>
}

/** What a fit must know of an expiry to have a slope and a bend. */
const POINTS_MIN = 5

/** Of each strike the option out of the money alone: the other says the same less exactly. */
export function smilePoints({ forward, years, quotes }: ExpiryQuotes, path = ''): Result<SmilePoints> {
  const terms = checkTerms({ right: 'call', forward, strike: forward, years, rate: 0 }, path)
  if (terms.length > 0) return { ok: false, error: terms.filter(({ code }) => code !== 'pricing.strike') }
  const leftOut: Record<string, number> = {}
  const points: { readonly k: number; readonly vol: number; readonly halfSpread: number }[] = []
  for (const { right, strike, bid, ask } of quotes.toSorted((a, b) => a.strike - b.strike)) {
    if (right === 'call' ? strike < forward : strike >= forward) continue
    const implied = (price: number) => impliedVol({ right, forward, strike, years, rate: 0, price }, path)
    const [low, high] = [implied(bid ?? Number.NaN), implied(ask ?? Number.NaN)]
    const issue: Issue | undefined = [low, high].flatMap((each) => (each.ok ? [] : each.error))[0]
    const code = issue?.code ?? (low.ok && high.ok && low.value.vol < high.value.vol ? null : 'crossed')
    if (code !== null || !low.ok || !high.ok) {
      leftOut[code ?? 'crossed'] = (leftOut[code ?? 'crossed'] ?? 0) + 1
      continue
    }
    const [bottom, top] = [low.value.vol, high.value.vol]
    points.push({ k: Math.log(strike / forward), vol: 0.5 * (bottom + top), halfSpread: 0.5 * (top - bottom) })
  }
  if (points.length < POINTS_MIN) {
    return refuse(
      'pricing.few-quotes',
      path === '' ? 'quotes' : `${path}.quotes`,
      `quotes of an expiry must be at least ${POINTS_MIN} out of the money with a volatility on both sides, was ${points.length}`,
      'leave the expiry out, or take quotes of a quieter moment',
    )
  }
  const column = (key: 'k' | 'vol' | 'halfSpread'): Float64Array => Float64Array.from(points, (each) => each[key])
  return succeed({ forward, years, k: column('k'), vol: column('vol'), halfSpread: column('halfSpread'), leftOut })
}

/** How far a fitted smile is from its quotes. */
export interface FitError {
  readonly count: number
  /** Root mean square of the difference of volatilities. */
  readonly vol: number
  readonly volMost: number
  /** Root mean square in units of half the spread; at most 1 is as good as the quotes are. */
  readonly spreads: number
  /** Share of quotes between whose bid and ask the smile runs. */
  readonly inside: number
}

export function fitErrorOf(points: SmilePoints, volAt: (k: number) => number): FitError {
  const count = points.k.length
  let [squares, weighted, most, inside] = [0, 0, 0, 0]
  for (let k = 0; k < count; k++) {
    const off = volAt(points.k[k]!) - points.vol[k]!
    const spreads = off / points.halfSpread[k]!
    squares += off * off
    weighted += spreads * spreads
    most = Math.max(most, Math.abs(off))
    if (Math.abs(spreads) <= 1) inside++
  }
  const root = (sum: number): number => Math.sqrt(sum / count)
  return { count, vol: root(squares), volMost: most, spreads: root(weighted), inside: inside / count }
}
