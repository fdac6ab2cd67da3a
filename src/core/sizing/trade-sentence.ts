/** The reasons and factors of one sized trade in words; what it shares with a plan is said by `explain.ts`. */
import { formatAmount } from '../base/format.ts'
import { assertNever } from '../base/result.ts'
import { type Names, percent, sentence } from './explain.ts'
import type { Factor, NoBand, TradeReason } from './trade-types.ts'

/** One sentence without a full stop, beginning in lower case unless with a name. */
export function tradeSentence(reason: TradeReason, names: Names): string {
  switch (reason.kind) {
    case 'insideBand':
      return `${names.subject} is ${formatAmount(Math.abs(reason.u), 2)} of its band off, in ${reason.unit} units: healing is not worth its cost`
    case 'deepens':
      return `this deepens the imbalance of ${names.subject} in ${reason.unit} units, and no edge or base size asks for it`
    case 'bandFull':
      return `the band of ${names.subject} is used up on this side in ${reason.unit} units`
    case 'edgeBelowCost':
      return `the first unit gains ${percent(reason.gain)} and costs ${percent(reason.cost)}`
    case 'noBand':
      return noBandSentence(reason.why)
    case 'trackingErrorDisagrees':
      return reason.marginal < 0
        ? 'tracking error now would fall with this trade, although it deepens the imbalance: it hedges the others for the moment'
        : 'tracking error now would rise with this trade, although it heals the imbalance: what it takes away hedges the others'
    default:
      return sentence(reason, names)
  }
}

function noBandSentence(why: NoBand): string {
  switch (why) {
    case 'noCost':
      return 'there is no band, because trading costs nothing'
    case 'zeroWidth':
      return 'there is no band, because its width is 0'
    case 'noRisk':
      return 'there is no band, because a deviation carries no risk'
    default:
      return assertNever(why)
  }
}

/** One line of the waterfall from base to final size. */
export function factorSentence({ name, value }: Factor): string {
  switch (name) {
    case 'base':
      return 'base size'
    case 'curve':
      return `curve: ${formatAmount(value, 4)} of the base`
    case 'optimal':
      return `optimum at a gain of ${percent(value)} on the first unit`
    case 'baseCap':
      return 'capped at the base size'
    case 'multipleCap':
      return `capped at the largest multiple of the base, ${percent(value)}`
    case 'room':
      return `capped at what is left to the far edge of the band, ${percent(value)}`
    case 'limits':
      return `limits leave ${percent(value)} of it`
    case 'lot':
      return `whole lots of ${percent(value)} each`
    default:
      return assertNever(name)
  }
}
