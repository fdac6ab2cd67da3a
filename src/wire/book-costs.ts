/**
 * The costs section: what trading and holding cost beyond fee and half spread, as a `CostModel` over the instruments in order
 * of id. Whatever the section does not state is not counted; nothing in it has a default.
 */
import { type Decimal, multiply, ONE, toNumber, ZERO } from '../core/base/decimal.ts'
import type { Instant } from '../core/base/instant.ts'
import { RATIO_ZERO, type Ratio, ratioOf, ratioToNumber, reduce } from '../core/base/ratio.ts'
import type { CarryTerms } from '../core/cost/carry.ts'
import { type CostModel, takerCosts } from '../core/cost/cost-terms.ts'
import { type Metaorder, NO_METAORDER } from '../core/cost/metaorder.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { Universe } from '../core/domain/universe.ts'
import type { Prices } from './book-market.ts'
import { checkInstrument, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readDuration, readFraction, readInstant, readMoney, readNumber } from './scalar.ts'
import type { Path } from './tree.ts'

interface Context {
  readonly draft: Draft
  readonly names: Names
  readonly prices: Prices
  readonly report: Report
  readonly asOf: Instant | null
}

type CostsDraft = NonNullable<Draft['costs']>

const number = (text: string): number => toNumber(accepted(readNumber(text, 'number', 'any')))
const fraction = (text: string): Ratio => reduce(ratioOf(accepted(readFraction(text, 'fraction', 'any'))))
const fractionNumber = (text: string): number => ratioToNumber(fraction(text))

/** @param universe of every complete instrument of the book */
export function readCosts(context: Context, universe: Universe): CostModel {
  const { draft } = context
  const taker = takerCosts(universe)
  const text = draft.costs
  if (text === undefined) return taker
  checkNames(context, text)
  checkVolumes(context, text, universe)
  const traded = text.traded ?? {}
  if (Object.keys(traded).length > 0 && !('impact' in text))
    missing(context, ['costs', 'impact'], 'traded', 'impact: { scale: 1, exponent: 0.5, join: 1h, decay: 1d }')
  if ('carry' in text && !('horizon' in text)) missing(context, ['costs', 'horizon'], 'carry', 'horizon: 7d')
  return {
    execution: universe.instruments.map((instrument) => ({
      makerShare: readMakerShare(context, text, instrument),
      fixed: readOrderFee(context, text, instrument.id),
    })),
    carry: universe.instruments.map((instrument) => readCarry(context, text, instrument)),
    metaorders: universe.instruments.map(({ id }) => readTraded(context, traded[id], id)),
    impact: readImpact(context, text),
    horizonMs: text.horizon === undefined ? 0 : accepted(readDuration(text.horizon)),
  }
}

const missing = ({ report }: Context, path: Path, because: string, example: string): void =>
  report.add(
    'cost.missing',
    path,
    `must be given with costs.${because}, was missing`,
    `there is no default: write such as \`${example}\``,
  )

function checkNames({ names, report }: Context, text: CostsDraft): void {
  for (const key of ['makerShare', 'orderFee', 'carry', 'traded'] as const) {
    const entries = text[key]
    if (typeof entries !== 'object') continue
    for (const id of Object.keys(entries)) checkInstrument({ names, report }, ['costs', key, id], id)
  }
}

/** Impact is a share of volume, but where an order book or a pool says what taking costs. */
function checkVolumes({ draft: { market }, report }: Context, text: CostsDraft, { instruments }: Universe): void {
  if (!('impact' in text) || market === undefined || ('volumes' in market && market.volumes === undefined)) return
  for (const { id } of instruments)
    if (!(id in (market.volumes ?? {})) && !(id in (market.books ?? {})) && !(id in (market.pools ?? {})))
      report.add(
        'market.volume',
        ['market', 'volumes', id],
        'daily volume must be known under costs.impact, was missing',
        `write \`${id}: 12e6 USD\` under market.volumes, or leave impact out of the whole book`,
      )
}

/** One for all, or one per instrument; 0 where there is none. */
const entryOf = (entries: string | { readonly [id: string]: string | undefined } | undefined, id: string) =>
  typeof entries === 'object' ? entries[id] : entries

function readMakerShare({ report }: Context, text: CostsDraft, { id, fee }: Instrument): Ratio {
  const own = entryOf(text.makerShare, id)
  if (own === undefined) return RATIO_ZERO
  const share = fraction(own)
  const path = ['costs', 'makerShare', ...(typeof text.makerShare === 'object' ? [id] : [])]
  if (share.n > share.d)
    report.add('cost.range', path, `maker share must be from 0 to 1, was ${own}`, 'write a fraction such as 50%')
  if (share.n !== 0n && fee.maker === null)
    report.add(
      'cost.maker-fee',
      path,
      `maker fee of ${id} must be known where a share of its orders rests, was missing`,
      `write \`fee: { taker: 5bp, maker: 2bp }\` in instruments.${id}`,
    )
  return share
}

/** In the book currency, rounded up. */
function readOrderFee({ prices }: Context, text: CostsDraft, id: string): Decimal {
  const own = entryOf(text.orderFee, id)
  if (own === undefined) return ZERO
  const { amount, currency } = accepted(readMoney(own, 'fee', 'nonNegative'))
  return multiply(amount, prices.rate(currency) ?? ONE, 'ceiling')
}

function readImpact({ report }: Context, { impact }: CostsDraft): CostModel['impact'] {
  if (impact?.scale === undefined || impact.exponent === undefined) return null
  if (impact.join === undefined || impact.decay === undefined) return null
  const exponent = number(impact.exponent)
  if (exponent > 1)
    report.add(
      'cost.range',
      ['costs', 'impact', 'exponent'],
      `impact exponent must be above 0 and at most 1, was ${impact.exponent}`,
      '0.5 is the square-root law',
    )
  return {
    law: { scale: number(impact.scale), exponent },
    decay: { joinMs: accepted(readDuration(impact.join)), decayMs: accepted(readDuration(impact.decay)) },
  }
}

function readTraded(
  { report, asOf }: Context,
  text: NonNullable<CostsDraft['traded']>[string] | undefined,
  id: string,
): Metaorder {
  if (text?.at === undefined) return NO_METAORDER
  const at = accepted(readInstant(text.at))
  if (asOf !== null && at > asOf)
    report.add(
      'cost.traded-later',
      ['costs', 'traded', id, 'at'],
      `own trades must not be later than asOf, was ${text.at}`,
      'list what was traded before the book was taken',
    )
  const sideOf = (weight: string | undefined) => (weight === undefined ? null : { weight: fractionNumber(weight), at })
  return { buy: sideOf(text.buy), sell: sideOf(text.sell) }
}

type CarryDraft = NonNullable<NonNullable<CostsDraft['carry']>[string]>

/** Which keys belong to a kind of instrument, those that must be there first. */
const CARRY_KEYS = {
  spot: { must: ['borrow'], may: [] },
  perp: { must: ['funding', 'every', 'at'], may: ['mean', 'halfLife', 'cap'] },
  future: { must: ['basis'], may: ['roll'] },
  option: { must: [], may: [] },
} as const

function readCarry(context: Context, { carry = {} }: CostsDraft, instrument: Instrument): CarryTerms {
  const { id, kind } = instrument
  if (!(id in carry)) return { kind: 'none' }
  const text = carry[id]
  if (text === undefined || !checkCarryKeys(context, text, instrument)) return { kind: 'none' }
  switch (kind) {
    case 'spot':
      return { kind: 'spot', borrowPerYear: fractionNumber(text.borrow!) }
    case 'perp':
      return {
        kind: 'perp',
        funding: {
          intervalMs: accepted(readDuration(text.every!)),
          anchor: accepted(readInstant(text.at!)),
          next: fractionNumber(text.funding!),
          reversion:
            text.mean === undefined || text.halfLife === undefined
              ? null
              : { mean: fractionNumber(text.mean), halfLifeMs: accepted(readDuration(text.halfLife)) },
          cap: text.cap === undefined ? null : fractionNumber(text.cap),
        },
      }
    case 'future':
      return { kind: 'future', expiry: instrument.expiry, basis: fractionNumber(text.basis!), roll: readRoll(text) }
    case 'option':
      return { kind: 'none' }
  }
}

/** True where every key that must be there is, and no other. */
function checkCarryKeys({ report }: Context, text: CarryDraft, { id, kind }: Instrument): boolean {
  const { must, may } = CARRY_KEYS[kind]
  const known: readonly string[] = [...must, ...may]
  const strange = Object.keys(text).filter((key) => !known.includes(key))
  const lacking = must.filter((key) => !(key in text))
  const alone = 'mean' in text !== 'halfLife' in text
  const path = ['costs', 'carry', id]
  if (strange.length > 0)
    report.add(
      'cost.carry',
      [...path, strange[0]!],
      `must be one of ${known.join(', ') || 'none'} for a ${kind}, was ${strange.join(', ')}`,
      'perps pay funding, shorts of spot pay borrow, futures have a basis',
    )
  for (const key of lacking)
    report.add(
      'cost.carry',
      [...path, key],
      `must be given for a ${kind}, was missing`,
      key === 'every'
        ? 'give the venue’s own interval: it is not always 8h'
        : `write it, or leave costs.carry.${id} out`,
    )
  if (alone)
    report.add(
      'cost.carry',
      [...path, 'mean' in text ? 'halfLife' : 'mean'],
      'must be given with the other of mean and halfLife, was missing',
      'funding reverts to a mean with a half-life, or stays',
    )
  return strange.length === 0 && lacking.every((key) => text[key] !== undefined) && !alone && lacking.length === 0
}

function readRoll({ roll }: CarryDraft): Extract<CarryTerms, { kind: 'future' }>['roll'] {
  if (roll?.basis === undefined || roll.cost === undefined || roll.life === undefined) return null
  return {
    basisPerYear: fractionNumber(roll.basis),
    cost: fractionNumber(roll.cost),
    lifeMs: accepted(readDuration(roll.life)),
  }
}
