/**
 * The market section: exact prices and currency rates, stale marks, and the risk forecast from stated vols and
 * correlations or from candle files. Rates are numeraire per unit of a currency: stated, or the price of the spot
 * instrument of that name; USDT is not USD.
 */
import { type Decimal, multiply, ONE, toNumber } from '../core/base/decimal.ts'
import type { Instant } from '../core/base/instant.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { RiskModel } from '../core/domain/market.ts'
import { byId } from '../core/domain/universe.ts'
import { checkCorrelation, covarianceOf } from '../core/risk/covariance.ts'
import { checkInstrument, checkUnderlying, guess, listed, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDuration, readFraction, readInstant, readMoney, readNumber } from './scalar.ts'

export interface Mark {
  readonly price: Decimal
  readonly ageMs: number
}

/** What the market section says about instruments and money; null where it does not (and an issue does). */
export interface Prices {
  readonly mark: (instrument: string) => Mark | null
  readonly rate: (currency: string) => Decimal | null
  readonly markAgeMaxMs: number | null
}

/** The last close of the candle file of an underlying. */
export interface LastClose {
  readonly price: Decimal
  readonly closedAt: Instant
}

type MarketDraft = NonNullable<Draft['market']>

/**
 * @param parts.currencies every currency the book mentions
 * @param parts.closes last closes by instrument id, where candles price it
 * @param parts.importedCash balances come from a file: which currencies it holds may change from day to day
 */
export function readPrices(
  market: MarketDraft,
  names: Names,
  report: Report,
  parts: {
    readonly asOf: Instant | null
    readonly currencies: ReadonlySet<string>
    readonly closes: ReadonlyMap<string, LastClose>
    readonly importedCash: boolean
  },
): Prices {
  const markAgeMaxMs = market.markAgeMax === undefined ? null : accepted(readDuration(market.markAgeMax))
  const marks = new Map<string, Mark>()
  const stated = market.prices ?? {}
  let timed = parts.closes.size > 0
  for (const [id, text] of Object.entries(stated)) {
    if (
      !names.instruments.has(id) &&
      !parts.currencies.has(id) &&
      names.complete &&
      !parts.importedCash &&
      !report.full()
    ) {
      const known = [...names.instruments.keys(), ...parts.currencies]
      report.add(
        'price.unknown',
        ['market', 'prices', id],
        `a price must belong to an instrument or a currency of this book, was ${id}`,
        guess(id, known, 'remove it, or add the instrument'),
      )
    }
    if (text === undefined) continue
    const [priceText, atText] = typeof text === 'string' ? [text, undefined] : [text.price, text.at]
    if (typeof text !== 'string') timed = true
    if (priceText === undefined) continue
    const at = atText === undefined || parts.asOf === null ? parts.asOf : accepted(readInstant(atText))
    const ageMs = parts.asOf === null || at === null ? 0 : parts.asOf - at
    if (ageMs < 0)
      report.add(
        'price.from-future',
        ['market', 'prices', id, 'at'],
        `the time of a price must not be after asOf, was ${atText}`,
        'move asOf to the latest price',
      )
    marks.set(id, { price: accepted(readNumber(priceText, 'price', 'positive')), ageMs: Math.max(0, ageMs) })
  }
  for (const [id, { price, closedAt }] of parts.closes)
    if (!(id in stated)) marks.set(id, { price, ageMs: parts.asOf === null ? 0 : parts.asOf - closedAt })
  if (timed && !('markAgeMax' in market))
    report.add(
      'market.mark-age-missing',
      ['market', 'markAgeMax'],
      'must be a duration where prices have a time, was missing',
      'write the age at which a price is too old to trade on, such as `markAgeMax: 10m`',
    )
  return { mark: (id) => marks.get(id) ?? null, rate: makeRates(names, marks), markAgeMaxMs }
}

function makeRates(names: Names, marks: ReadonlyMap<string, Mark>): (currency: string) => Decimal | null {
  const rate = (currency: string, seen: readonly string[]): Decimal | null => {
    if (currency === names.currency) return ONE
    if (seen.includes(currency)) return null
    const mark = marks.get(currency)
    if (mark === undefined) return null
    const pair = names.instruments.get(currency)
    // A bare currency is priced in the numeraire; a spot instrument of that name in its own quote currency.
    if (pair === undefined) return mark.price
    if (pair.kind !== 'spot' || pair.quote === null) return null
    const quote = rate(pair.quote, [...seen, currency])
    return quote === null ? null : multiply(mark.price, quote, 'halfEven')
  }
  return (currency) => rate(currency, [])
}

/** Complains about every price a complete book must have and has not. */
export function checkPrices(
  draft: Draft,
  names: Names,
  prices: Prices,
  report: Report,
  parts: { readonly currencies: ReadonlySet<string>; readonly pricedByCandles: ReadonlySet<string> },
): void {
  if (draft.market === undefined || ('prices' in draft.market && draft.market.prices === undefined)) return
  const stated = draft.market.prices ?? {}
  for (const id of names.instruments.keys()) {
    if (prices.mark(id) !== null || id in stated || parts.pricedByCandles.has(id)) continue
    report.add(
      'price.missing',
      ['market', 'prices', id],
      `the price of ${id} must be given, was missing`,
      `write \`${id}: <price in ${names.instruments.get(id)?.quote ?? 'its quote currency'}>\` under market.prices`,
    )
  }
  for (const currency of [...parts.currencies].sort(byId)) {
    if (
      currency === names.currency ||
      names.currency === null ||
      prices.rate(currency) !== null ||
      currency in stated ||
      parts.pricedByCandles.has(currency)
    )
      continue
    report.add(
      'price.missing',
      ['market', 'prices', currency],
      `the price of ${currency} in ${names.currency} must be given, was missing`,
      `write \`${currency}: <price in ${names.currency}>\` under market.prices; one currency is never taken for another`,
    )
  }
}

/** Traded value per day, or depth, in the numeraire per instrument id. */
export function readValues(
  { names, prices, report }: { readonly names: Names; readonly prices: Prices; readonly report: Report },
  market: MarketDraft,
  key: 'volumes' | 'depths',
): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const [id, text] of Object.entries(market[key] ?? {})) {
    checkInstrument({ names, report }, ['market', key, id], id)
    if (text === undefined) continue
    const { amount, currency } = accepted(readMoney(text, 'value', 'positive'))
    const rate = prices.rate(currency)
    if (rate !== null) values.set(id, toNumber(amount) * toNumber(rate))
  }
  return values
}

/** The stated vols and correlations as a forecast; null while something is missing. Underlyings in order of id. */
export function readRisk(market: MarketDraft, names: Names, report: Report, asOf: Instant | null): RiskModel | null {
  const underlyings = [...names.underlyings].sort(byId)
  const n = underlyings.length
  const vol = readVols(market, underlyings, { names, report })
  const correlation = readCorrelations(market, underlyings, { names, report })
  if (correlation === null) return null
  const contradictions = checkCorrelation(correlation, n, underlyings)
  for (const each of contradictions) {
    const pair = each.path.slice('market.correlations.'.length)
    report.add(each.code, ['market', 'correlations', pairKey(market, pair)], each.message, each.hint)
  }
  if (contradictions.length > 0 || vol === null || asOf === null) return null
  return { asOf, vol, covariance: covarianceOf(vol, correlation, n), notes: [] }
}

/** The key as it was written: either order names the pair. */
const pairKey = (market: MarketDraft, pair: string): string => {
  const swapped = Object.keys(market.correlations ?? {}).find((key) =>
    splits(key).some(([a, b]) => `${b}/${a}` === pair),
  )
  return swapped ?? pair
}

function readVols(
  market: MarketDraft,
  underlyings: readonly string[],
  context: { readonly names: Names; readonly report: Report },
): Float64Array | null {
  if ('vols' in market && market.vols === undefined) return null
  const stated = market.vols ?? {}
  for (const name of Object.keys(stated)) checkUnderlying(context, ['market', 'vols', name], name)
  const vol = new Float64Array(underlyings.length)
  let complete = true
  underlyings.forEach((name, u) => {
    const text = stated[name]
    if (text !== undefined) vol[u] = toNumber(accepted(readFraction(text, 'vol', 'positive')))
    else {
      complete = false
      if (!(name in stated))
        context.report.add(
          'vol.missing',
          ['market', 'vols', name],
          `the annual volatility of ${name} must be given, was missing`,
          `write \`${name}: 60%\` under market.vols, or give candles`,
        )
    }
  })
  return complete ? vol : null
}

const splits = (key: string): [string, string][] =>
  [...key].flatMap((char, index) =>
    char === '/' ? [[key.slice(0, index), key.slice(index + 1)] as [string, string]] : [],
  )

function readCorrelations(
  market: MarketDraft,
  underlyings: readonly string[],
  { names, report }: { readonly names: Names; readonly report: Report },
): Float64Array | null {
  if ('correlations' in market && market.correlations === undefined) return null
  const n = underlyings.length
  const matrix = new Float64Array(n * n)
  const stated = new Map<number, string>()
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1
  let complete = true
  for (const [key, text] of Object.entries(market.correlations ?? {})) {
    const path = ['market', 'correlations', key]
    const pair = splits(key)
      .map(([a, b]) => [underlyings.indexOf(a), underlyings.indexOf(b)] as const)
      .find(([i, j]) => i >= 0 && j >= 0)
    if (pair === undefined || pair[0] === pair[1]) {
      complete = false
      if (pair !== undefined || names.complete)
        report.add(
          'correlation.pair',
          path,
          `must name two underlyings of this book (${listed(underlyings)}) as A/B, was ${key}`,
          pair === undefined ? 'check the names' : 'leave it out: it is always 1',
        )
      continue
    }
    const [i, j] = [Math.min(...pair), Math.max(...pair)]
    const first = stated.get(i * n + j)
    if (first !== undefined) {
      complete = false
      report.add(
        'correlation.duplicate',
        path,
        `a pair must be stated once, was stated as ${first} too`,
        'remove one of the two',
      )
    }
    stated.set(i * n + j, key)
    if (text === undefined) complete = false
    else matrix[i * n + j] = matrix[j * n + i] = toNumber(accepted(readFraction(text, 'correlation', 'any')))
  }
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      if (stated.has(i * n + j)) continue
      complete = false
      const pair = `${underlyings[i]}/${underlyings[j]}`
      report.add(
        'correlation.missing',
        ['market', 'correlations', pair],
        `the correlation of ${underlyings[i]} and ${underlyings[j]} must be given, was missing`,
        `write \`${pair}: 0.7\` under market.correlations, or give candles`,
      )
    }
  return complete ? matrix : null
}

/** Currencies that need a rate because instruments mention them. */
export const currenciesOf = (instruments: Iterable<Instrument>): string[] =>
  [...instruments].flatMap((each) => [
    each.quote,
    each.settle,
    ...(each.grid.notionalMin === null ? [] : [each.grid.notionalMin.currency]),
  ])
