/**
 * The limits section of a book as constraints over its universe. Names are checked here; what limits and targets mean together is
 * `core/sizing/limit-check.ts`.
 */
import { RATIO_ZERO, type Ratio, ratioOf, reduce } from '../core/base/ratio.ts'
import { byId, type Universe } from '../core/domain/universe.ts'
import type { Constraints, FactorLimit, GroupLimit, Limit, TailLimit } from '../core/sizing/mandate.ts'
import { type BookContext, checkUnderlying, guess, listed, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDuration, readFraction, readNumber } from './scalar.ts'

type LimitsDraft = NonNullable<Draft['limits']>

const fraction = (text: string): Ratio => reduce(ratioOf(accepted(readFraction(text, 'limit', 'any'))))

/** Absent, or refused by the shape: no limit. */
function limitOf(value: string | undefined, price: string | undefined): Limit | null {
  if (value === undefined) return null
  return { value: fraction(value), price: price === undefined ? null : fraction(price) }
}

/** A fraction, or {max, price}. */
const greatest = (text: LimitsDraft['gross'] | LimitsDraft['orderMax']): Limit | null =>
  typeof text === 'string' ? limitOf(text, undefined) : limitOf(text?.max, text?.price)

export function readConstraints(context: BookContext, universe: Universe): Constraints {
  const limits = context.draft.limits ?? {}
  const { min, max, price, ...own } = limits.weight ?? {}
  for (const name of Object.keys(own)) checkUnderlying(context, ['limits', 'weight', name], name)
  const { participation, cashMin } = limits
  if (participation !== undefined && !('share' in participation || 'book' in participation))
    saysNothing(context.report, ['limits', 'participation'], 'share or book')
  return {
    // A price stands beside the values it is the price of.
    weightMin: universe.underlyings.map((name) =>
      own[name]?.min === undefined ? limitOf(min, price) : limitOf(own[name].min, own[name].price),
    ),
    weightMax: universe.underlyings.map((name) =>
      own[name]?.max === undefined ? limitOf(max, price) : limitOf(own[name].max, own[name].price),
    ),
    grossMax: greatest(limits.gross),
    leverageMax: greatest(limits.leverage),
    netMin: limitOf(limits.net?.min, limits.net?.price),
    netMax: limitOf(limits.net?.max, limits.net?.price),
    groups: readGroupLimits(context),
    factors: readFactorLimits(context, universe),
    volatilityMax: greatest(limits.volatility),
    trackingErrorMax: greatest(limits.trackingError),
    tails: readTails(limits),
    turnoverMax: greatest(limits.turnover),
    ...readTurnoverOf(context, universe),
    participation:
      participation?.over === undefined
        ? null
        : {
            share: greatest(participation.share),
            ofBook: greatest(participation.book),
            horizonMs: accepted(readDuration(participation.over)),
          },
    depthShareMax: greatest(limits.depthShare),
    cashMin: typeof cashMin === 'string' ? limitOf(cashMin, undefined) : limitOf(cashMin?.min, cashMin?.price),
    orderMax: greatest(limits.orderMax),
    ...readFrozen(context, universe),
    reduceOnly: readReduceOnly(context, universe),
  }
}

function readGroupLimits({ draft, names, report }: BookContext): GroupLimit[] {
  const known = names.groups.map(({ name }) => name)
  return Object.entries(draft.limits?.groups ?? {})
    .flatMap(([name, text]): GroupLimit[] => {
      const path = ['limits', 'groups', name]
      const group = names.groups.find((each) => each.name === name)
      if (group === undefined && names.complete)
        report.add(
          'name.unknown',
          path,
          `must be a group of this book (${known.length === 0 ? 'it has none' : listed(known)}), was ${name}`,
          guess(name, known, 'name its members under `groups`'),
        )
      if (text === undefined || group === undefined) return []
      if (!('min' in text || 'max' in text || 'gross' in text)) saysNothing(report, path, 'min, max or gross')
      const { min, max, price } = text
      return [{ group, netMin: limitOf(min, price), netMax: limitOf(max, price), grossMax: greatest(text.gross) }]
    })
    .sort((a, b) => byId(a.group.name, b.group.name))
}

function readFactorLimits(context: BookContext, universe: Universe): FactorLimit[] {
  const { draft, report } = context
  return Object.entries(draft.limits?.factors ?? {})
    .flatMap(([name, text]): FactorLimit[] => {
      if (text === undefined) return []
      const path = ['limits', 'factors', name]
      const loadings = text.loadings ?? {}
      for (const each of Object.keys(loadings)) checkUnderlying(context, [...path, 'loadings', each], each)
      if (!('min' in text || 'max' in text)) saysNothing(report, path, 'min or max')
      const loading = universe.underlyings.map((each) => {
        const of = loadings[each]
        return of === undefined ? RATIO_ZERO : reduce(ratioOf(accepted(readNumber(of, 'loading', 'any'))))
      })
      const { min, max, price } = text
      return [{ name, loading, min: limitOf(min, price), max: limitOf(max, price) }]
    })
    .sort((a, b) => byId(a.name, b.name))
}

function saysNothing(report: Report, path: readonly string[], what: string): void {
  report.add('limit.empty', path, `must have ${what}, was none`, 'write the limit, or leave it out')
}

function readTails(limits: LimitsDraft): TailLimit[] {
  return (['valueAtRisk', 'expectedShortfall'] as const).flatMap((measure): TailLimit[] => {
    const text = limits[measure]
    if (text?.confidence === undefined || text.over === undefined || text.method === undefined) return []
    const max = limitOf(text.max, text.price)
    const confidence = fraction(text.confidence)
    return max === null
      ? []
      : [{ measure, method: text.method, confidence, horizonMs: accepted(readDuration(text.over)), max }]
  })
}

/** A name that is an underlying and an instrument (spot BTC) means the underlying: the wider of the two. */
function readTurnoverOf(
  { draft, names, report }: BookContext,
  universe: Universe,
): Pick<Constraints, 'turnoverOfMax' | 'tradedMax'> {
  const text = draft.limits?.turnoverOf ?? {}
  const all = [...names.underlyings, ...names.instruments.keys()]
  for (const name of Object.keys(text))
    if (!all.includes(name) && names.complete)
      report.add(
        'name.unknown',
        ['limits', 'turnoverOf', name],
        `must be an underlying or an instrument of this book, was ${name}`,
        guess(name, all, 'remove it'),
      )
  return {
    turnoverOfMax: universe.underlyings.map((name) => greatest(text[name])),
    tradedMax: universe.instruments.map(({ id }) => (universe.underlyings.includes(id) ? null : greatest(text[id]))),
  }
}

/** What limits on shares need of the market, which the book may leave out otherwise. */
export function checkMarketOfLimits(
  { draft, report }: BookContext,
  { universe, tradeable }: { readonly universe: Universe; readonly tradeable: readonly (readonly number[])[] },
): void {
  const { market, limits } = draft
  if (market === undefined || limits === undefined) return
  if (limits.expectedShortfall?.method === 'historical' && !('candles' in market))
    report.add(
      'limit.scenarios',
      ['limits', 'expectedShortfall', 'method'],
      'must be normal in a book that states its vols, was historical',
      'past returns come from candles: name their files under market.candles',
    )
  const volume = {
    code: 'market.volume',
    key: 'volumes',
    what: 'daily volume',
    of: 'participation',
    example: '12e6 USD',
  } as const
  const depth = { code: 'market.depth', key: 'depths', what: 'depth', of: 'depthShare', example: '250000 USD' } as const
  const needs = [
    ...(limits.participation === undefined ? [] : [volume]),
    ...(limits.depthShare === undefined ? [] : [depth]),
  ]
  for (const { code, key, what, of, example } of needs) {
    // What was refused as a whole has its issue already.
    if (key in market && market[key] === undefined) continue
    for (const j of tradeable.flat()) {
      const { id } = universe.instruments[j]!
      if (!(id in (market[key] ?? {})))
        report.add(
          code,
          ['market', key, id],
          `${what} must be known under limits.${of}, was missing`,
          `write \`${id}: ${example}\` under market.${key}, or drop the limit`,
        )
    }
  }
}

/** A name that is an underlying and an instrument (spot BTC) freezes the underlying: the wider of the two. */
function readFrozen(
  { draft, names, report }: BookContext,
  universe: Universe,
): Pick<Constraints, 'frozen' | 'frozenInstrument'> {
  const frozen = new Uint8Array(universe.underlyings.length)
  const frozenInstrument = new Uint8Array(universe.instruments.length)
  const all = [...names.underlyings, ...names.instruments.keys()]
  ;(draft.limits?.frozen ?? []).forEach((name, index) => {
    if (name === undefined) return
    if (!all.includes(name) && names.complete)
      report.add(
        'name.unknown',
        ['limits', 'frozen', index],
        `must be an underlying or an instrument of this book, was ${name}`,
        guess(name, all, 'remove it'),
      )
    const u = universe.underlyings.indexOf(name)
    const j = universe.instruments.findIndex((each) => each.id === name)
    if (u >= 0) frozen[u] = 1
    else if (j >= 0) frozenInstrument[j] = 1
  })
  return { frozen, frozenInstrument }
}

function readReduceOnly({ draft, names, report }: BookContext, universe: Universe): Uint8Array {
  const reduceOnly = new Uint8Array(universe.underlyings.length)
  ;(draft.limits?.reduceOnly ?? []).forEach((name, index) => {
    if (name === undefined) return
    const u = universe.underlyings.indexOf(name)
    if (u < 0) checkUnderlying({ names, report }, ['limits', 'reduceOnly', index], name)
    else reduceOnly[u] = 1
  })
  return reduceOnly
}
