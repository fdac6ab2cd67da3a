/** The reasons and factors of one sized trade as sentences: what `sizeTrade()` kept, rendered. */
import { formatAmount, formatBp } from '../base/format.ts'
import { assertNever } from '../base/result.ts'
import { type Names, sentence } from './explain.ts'
import { percent } from './explain-percent.ts'
import type { NoQuote } from './quotes-skew.ts'
import type { Factor, Gauge, NoBand, TradeReason } from './trade-types.ts'

/** One sentence without a full stop. */
export function tradeSentence(reason: TradeReason, names: Names): string {
  switch (reason.kind) {
    case 'insideBand':
      return `${names.subject} is inside its band in ${reason.unit} (${formatAmount(Math.abs(reason.u), 2)} of the way to the edge): bringing it back is not worth the cost`
    case 'deepens':
      return `it would deepen the imbalance in ${reason.unit}, and neither an edge nor a base size asks for it`
    case 'bandFull':
      return `the band in ${reason.unit} has no room left on this side`
    case 'edgeBelowCost':
      return `the first unit is worth ${formatBp(reason.gain, 1)}, which does not pay its cost of ${formatBp(reason.cost, 1)}`
    case 'noBand':
      return noBandSentence(reason.why)
    case 'trackingErrorDisagrees': {
      const rate = `${formatAmount(Math.abs(reason.marginal), 2)} points for each point traded`
      return reason.marginal > 0
        ? `over its horizon this heals the book, although right now it raises tracking error by ${rate}`
        : `over its horizon this adds to the imbalance, although right now it lowers tracking error by ${rate}`
    }
    default:
      return sentence(reason, names)
  }
}

function noBandSentence(why: NoBand): string {
  switch (why) {
    case 'noCost':
      return 'trading costs nothing, so there is no band: every deviation is worth trading away'
    case 'zeroWidth':
      return 'the band has no width: every deviation is outside it'
    case 'noRisk':
      return 'a deviation costs nothing, so there is no band'
    default:
      return assertNever(why)
  }
}

/** Why a pair of quotes has no band. */
export function quoteSentence(why: NoQuote | NoBand): string {
  switch (why) {
    case 'emptyBook':
      return 'the book is empty, so neither side is quoted'
    case 'zeroRange':
      return 'the range is zero, so neither side is quoted'
    default:
      return noBandSentence(why)
  }
}

/** What one factor or cap did to the size. */
export function factorSentence({ name, value }: Factor, unit: Gauge['unit']): string {
  switch (name) {
    case 'base':
      return `the base size is ${percent(value)} of equity`
    case 'curve':
      return `times ${formatAmount(value, 3)} for the imbalance in ${unit}`
    case 'optimal':
      return `the first unit is worth ${formatBp(value, 1)}; traded until the next one is not worth its cost`
    case 'baseCap':
      return 'no more than the base size'
    case 'multipleCap':
      return `no more than the largest multiple of the base, ${percent(value)}`
    case 'room':
      return `${percent(value)} is left to the far edge of the band`
    case 'limits':
      return `the limits leave ${percent(value)} of it`
    case 'lot':
      return `whole lots of ${percent(value)}`
    default:
      return assertNever(name)
  }
}
