/** Limits in words: what they are called, what they say, and what more room would be worth. */
import { formatBp } from '../base/format.ts'
import { assertNever } from '../base/result.ts'
import { percent, percentTowards } from './explain-percent.ts'
import type { LimitName, Relaxation } from './limit-names.ts'
import { looser } from './limits.ts'

interface Named {
  readonly limit: LimitName
  readonly name: string | null
}

/** A limit as a noun phrase. */
export function limitPhrase({ limit, name }: Named): string {
  const of = name === null ? '' : ` of ${name}`
  switch (limit) {
    case 'weightMin':
      return `the least weight${of}`
    case 'weightMax':
      return `the largest weight${of}`
    case 'gross':
      return 'the gross limit'
    case 'leverage':
      return 'the leverage limit'
    case 'netMin':
      return 'the lower net limit'
    case 'netMax':
      return 'the upper net limit'
    case 'groupMin':
      return `the lower limit of the group${name === null ? '' : ` ${name}`}`
    case 'groupMax':
      return `the upper limit of the group${name === null ? '' : ` ${name}`}`
    case 'groupGross':
      return `the gross limit of the group${name === null ? '' : ` ${name}`}`
    case 'factorMin':
      return `the lower limit of the factor${name === null ? '' : ` ${name}`}`
    case 'factorMax':
      return `the upper limit of the factor${name === null ? '' : ` ${name}`}`
    case 'turnover':
      return 'the turnover limit'
    case 'turnoverOf':
      return name === null ? 'its turnover limit' : `the turnover limit of ${name}`
    case 'participation':
      return `the share of volume${of}`
    case 'participationOfBook':
      return 'the share of all volume'
    case 'depthShare':
      return `the share of depth${of}`
    case 'liquidity':
      return `what the order book${of} shows`
    case 'volatility':
      return 'the volatility limit'
    case 'trackingError':
      return 'the tracking error limit'
    case 'valueAtRisk':
      return `the limit on value at risk${of}`
    case 'expectedShortfall':
      return `the limit on expected shortfall${of}`
    case 'cash':
      return `the cash limit${of}`
    case 'orderMax':
      return `the largest order${of}`
    case 'frozen':
      return 'the freeze'
    case 'reduceOnly':
      return 'reduce-only'
    case 'stale':
      return 'the age of its mark'
    case 'noInstrument':
      return 'the lack of an instrument'
    case 'short':
      return 'the ban on selling spot short'
    default:
      return assertNever(limit)
  }
}

/** What a limit says, as a sentence. */
export function limitSentence(reason: Named & { readonly limitValue: number }): string {
  const { limit, name, limitValue } = reason
  switch (limit) {
    case 'participation':
      return `at most ${percent(limitValue)} of its volume may be traded`
    case 'participationOfBook':
      return `at most ${percent(limitValue)} of all volume may be traded`
    case 'depthShare':
      return `at most ${percent(limitValue)} of its depth may be traded`
    case 'liquidity':
      return `what there is to take is ${percent(limitValue)} of equity`
    case 'cash':
      return `cash${name === null ? '' : ` in ${name}`} must stay at ${percent(limitValue)} or more`
    case 'frozen':
      return 'it is frozen'
    case 'reduceOnly':
      return 'it may only be reduced'
    case 'stale':
      return 'its mark is too old to trade on'
    case 'noInstrument':
      return 'no instrument of the book may be traded for it'
    case 'short':
      return 'spot cannot be sold below zero'
    default:
      return `${limitPhrase(reason)} is ${percent(limitValue)}`
  }
}

interface Breached extends Named {
  readonly limitValue: number
  readonly from: number
  readonly to: number
}

/** Why a trade is made that brings the book back inside a limit. */
export const breachSentence = (reason: Breached): string =>
  `${measurePhrase(reason)} is ${percent(reason.from)}, ${beyond(reason)} the limit of ${percent(reason.limitValue)}, and comes back to ${percent(reason.to)}`

/** That a plan leaves the book outside a limit. */
export const staySentence = (reason: Breached): string =>
  reason.from === reason.to
    ? `${measurePhrase(reason)} stays at ${percent(reason.to)}, ${beyond(reason)} the limit of ${percent(reason.limitValue)}`
    : `${measurePhrase(reason)} goes from ${percent(reason.from)} to ${percent(reason.to)} and is still ${beyond(reason)} the limit of ${percent(reason.limitValue)}`

/** What a limit measures; those on trading measure nothing that a book begins with. */
function measurePhrase({ limit, name }: Named): string {
  switch (limit) {
    case 'weightMin':
    case 'weightMax':
      return name === null ? 'its weight' : `the weight of ${name}`
    case 'gross':
      return 'gross'
    case 'leverage':
      return 'leverage'
    case 'netMin':
    case 'netMax':
      return 'net'
    case 'groupMin':
    case 'groupMax':
      return `the group${name === null ? '' : ` ${name}`}`
    case 'groupGross':
      return `gross of the group${name === null ? '' : ` ${name}`}`
    case 'factorMin':
    case 'factorMax':
      return `the factor${name === null ? '' : ` ${name}`}`
    case 'volatility':
      return 'volatility'
    case 'trackingError':
      return 'tracking error'
    case 'valueAtRisk':
      return 'value at risk'
    case 'expectedShortfall':
      return 'expected shortfall'
    case 'cash':
      return `cash${name === null ? '' : ` in ${name}`}`
    case 'turnover':
    case 'turnoverOf':
    case 'participation':
    case 'participationOfBook':
    case 'depthShare':
    case 'liquidity':
    case 'orderMax':
    case 'frozen':
    case 'reduceOnly':
    case 'stale':
    case 'noInstrument':
    case 'short':
      return `what ${limitPhrase({ limit, name })} measures`
    default:
      return assertNever(limit)
  }
}

const beyond = ({ limit }: Named): string => (looser(limit) < 0 ? 'below' : 'above')

/** What has to give, and how far. */
export const relaxationSentence = (relaxation: Relaxation): string =>
  `${limitPhrase(relaxation)} is ${percentTowards(relaxation.needed, looser(relaxation.limit))} instead of ${percent(relaxation.limitValue)}`

/** Tracking errors below this are not worth a word. */
const ERROR_NOISE = 1e-6

/** Per point: what one hundredth more room would save, in money and in tracking error. */
export function priceClause(of: {
  readonly limit: LimitName
  readonly price: number | null
  readonly errorPrice: number | null
}): string {
  const saved = of.price === null ? [] : [`save ${formatBp(of.price / 100, 1)}`]
  const error = (of.errorPrice ?? 0) / 100
  const points = percent(Math.abs(error)).replace(' %', '')
  const left =
    Math.abs(error) < ERROR_NOISE ? [] : [`leave ${points} points ${error > 0 ? 'less' : 'more'} tracking error`]
  const would = [...saved, ...left].join(' and ')
  return would === '' ? '' : `; a point ${looser(of.limit) < 0 ? 'less' : 'more'} of it would ${would}`
}
