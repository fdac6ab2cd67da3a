/** The terms of the simulated venue of a run: margin of its contracts, impact and order fees as the book states them. */
import { type Decimal, toText, ZERO } from '../core/base/decimal.ts'
import { RATIO_ZERO, type Ratio, ratioOf, reduce } from '../core/base/ratio.ts'
import { type Instrument, isFunded } from '../core/domain/instrument.ts'
import type { Universe } from '../core/domain/universe.ts'
import type { MarginTerms, VenueTerms } from '../core/sim/venue-types.ts'
import { draftOf } from './backtest-book.ts'
import type { BacktestDraft } from './backtest-needs.ts'
import { readCosts } from './book-costs.ts'
import type { Prices } from './book-market.ts'
import { checkInstrument, type Names, type Report } from './book-names.ts'
import { accepted, fractionOf, readNumber } from './scalar.ts'

interface Context {
  readonly universe: Universe
  readonly account: string
  readonly prices: Prices
  readonly report: Report
}

export function readVenue(backtest: BacktestDraft, context: Context): VenueTerms {
  const { draft, names } = backtest.book
  const { universe, account, prices, report } = context
  const model = readCosts({ draft: draftOf(draft, names), names, prices, report, asOf: null }, universe)
  return {
    universe,
    account,
    margin: readMargin(backtest, universe, { names, report }),
    impact: model.impact,
    // A session sends market orders; nothing of it rests.
    queue: 'back',
    resting: { participation: RATIO_ZERO, touch: RATIO_ZERO },
    orderFee: oneFee(
      model.execution.map(({ fixed }) => fixed),
      report,
    ),
  }
}

function oneFee(fees: readonly Decimal[], report: Report): Decimal {
  const first = fees[0] ?? ZERO
  const other = fees.find((fee) => fee !== first)
  if (other !== undefined)
    report.add(
      'backtest.order-fee',
      ['costs', 'orderFee'],
      `a run must have one fee per order, was ${toText(first)} and ${toText(other)}`,
      'write one for all',
    )
  return first
}

function readMargin(
  { section: { margin } }: BacktestDraft,
  { instruments }: Universe,
  { names, report }: { readonly names: Names; readonly report: Report },
): MarginTerms {
  const positive = (text: string): Ratio => reduce(ratioOf(accepted(readNumber(text, 'leverage', 'positive'))))
  const column = (key: 'leverage' | 'maintenance', read: (text: string) => Ratio) => {
    const text = margin?.[key]
    if (typeof text === 'object')
      for (const id of Object.keys(text)) checkInstrument({ names, report }, ['backtest', 'margin', key, id], id)
    return instruments.map((instrument): Ratio | null => {
      if (isFunded(instrument)) return null
      const own = typeof text === 'object' ? text[instrument.id] : text
      if (own !== undefined) return read(own)
      missing(instrument, key, { given: typeof text === 'object' && instrument.id in text, report })
      return null
    })
  }
  if (margin === undefined) return NO_MARGIN(instruments)
  return {
    mode: margin.mode ?? 'cross',
    leverageMax: column('leverage', positive),
    maintenance: column('maintenance', fractionOf).map((each) => each ?? RATIO_ZERO),
    liquidationFee: margin.liquidationFee === undefined ? RATIO_ZERO : fractionOf(margin.liquidationFee),
  }
}

/** Of a book without contracts. */
const NO_MARGIN = (instruments: readonly Instrument[]): MarginTerms => ({
  mode: 'cross',
  leverageMax: instruments.map(() => null),
  maintenance: instruments.map(() => RATIO_ZERO),
  liquidationFee: RATIO_ZERO,
})

function missing(
  { id }: Instrument,
  key: string,
  { given, report }: { readonly given: boolean; readonly report: Report },
): void {
  if (given) return
  report.add(
    'backtest.margin',
    ['backtest', 'margin', key, id],
    `${key} of ${id} must be given, was missing`,
    'write one for all, or one per contract',
  )
}
