/** What one sized trade and a pair of quotes look like on a terminal. */
import { absolute, add, ZERO } from '../../core/base/decimal.ts'
import { formatAmount } from '../../core/base/format.ts'
import type { Instant } from '../../core/base/instant.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import { factorSentence, quoteSentence, tradeSentence } from '../../core/sizing/explain-trade.ts'
import type { QuoteSide, Quotes } from '../../core/sizing/quotes.ts'
import type { FactorName, SizedTrade } from '../../core/sizing/trade-types.ts'
import { exactText, moneyCell } from './figures.ts'
import { titleLines } from './plan-screen.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { padEnd, padStart, paint, printable, wrap } from './text.ts'

interface About extends Sheet {
  readonly title: string
  readonly asOf: Instant
  readonly numeraire: string
  /** Target weight of the underlying. */
  readonly target: number
}

export interface TradeScreen extends About {
  readonly explain: boolean
}

/** Where the underlying stands, the size, why, and what it changes. */
export function tradeScreen(
  trade: SizedTrade,
  { title, asOf, explain, numeraire, target, ...sheet }: TradeScreen,
): string[] {
  const { before, quantity, instrument, underlying } = trade
  const traded = quantity !== ZERO
  const size = traded
    ? `${trade.side} ${exactText(absolute(quantity))} ${instrument} for ${moneyCell(trade.notional)} ${numeraire}, costing ${moneyCell(trade.cost)}`
    : `${trade.side} nothing of ${instrument}`
  const names = { subject: underlying, numeraire }
  const sentences = trade.because.map((reason) => tradeSentence(reason, names))
  return [
    ...titleLines({ title, numeraire, asOf }, sheet),
    ...wrap(printable(standingLine(underlying, { ...before, unit: trade.unit, target })), sheet.columns, '  '),
    '',
    ...labelled(`Size: ${size}. Nothing has been sent.`, sheet),
    ...because(sentences, sheet),
    ...(traded ? ['', ...changeTable(trade, target, sheet)] : []),
    ...(explain ? ['', ...factorLines(trade, sheet)] : []),
  ]
}

/** Where an underlying stands against its target and its band. */
function standingLine(
  underlying: string,
  at: { readonly deviation: number; readonly u: number | null; readonly target: number; readonly unit: string },
): string {
  const { deviation, u, target, unit } = at
  const size =
    deviation === 0 ? 'at its target' : `${percent(Math.abs(deviation))} too ${deviation < 0 ? 'little' : 'much'}`
  const place = u === null ? '' : ` (${formatAmount(u, 2, { sign: true })} in ${unit}, band -1 to +1)`
  return `${underlying}  held ${percent(target + deviation)}, target ${percent(target)}: ${size}${place}`
}

/** A bold first word, the rest hanging under it. */
function labelled(text: string, sheet: Sheet): string[] {
  const label = text.slice(0, text.indexOf(' '))
  const [first = '', ...rest] = wrap(printable(text), sheet.columns, ' '.repeat(label.length + 1))
  return [paint(label, 'strong', sheet.color) + first.slice(label.length), ...rest]
}

const because = (sentences: readonly string[], sheet: Sheet): string[] =>
  sentences.flatMap((text, position) =>
    wrap(`${position === 0 ? '  because  ' : '           '}${printable(text)}.`, sheet.columns, '           '),
  )

function changeTable({ before, after }: SizedTrade, target: number, sheet: Sheet): string[] {
  const columns: Column[] = [
    { heading: '', align: 'left' },
    { heading: 'now', align: 'right' },
    { heading: 'after', align: 'right' },
  ]
  const rows: Cell[][] = [
    ['held', percent(target + before.deviation), percent(target + after.deviation)],
    ['tracking error', percent(before.imbalance.trackingError), percent(after.imbalance.trackingError)],
  ]
  if (before.u !== null && after.u !== null)
    rows.push([
      'place in the band',
      formatAmount(before.u, 2, { sign: true }),
      formatAmount(after.u, 2, { sign: true }),
    ])
  return renderTable(columns, rows, sheet)
}

/** Every factor and cap that changed the size, in order, with the size after it; then the stages all sizes go through. */
function factorLines({ factors, unit, wanted, allowed, traded }: SizedTrade, sheet: Sheet): string[] {
  const line = (name: string, size: number, text: string): string[] =>
    wrap(`  ${padEnd(name, 12)} ${padStart(percent(size), 7)}  ${text}`, sheet.columns, ' '.repeat(24))
  return [
    ...wrap('How the size came about, in weight', sheet.columns),
    ...factors
      .filter(({ name }) => name !== 'limits' && name !== 'lot')
      .flatMap((factor) => line(FACTOR_LABELS[factor.name], factor.sizeAfter, factorSentence(factor, unit))),
    ...line('wanted', wanted, ''),
    ...line('limited', allowed, allowed === wanted ? 'no limit stands in the way' : ''),
    ...line('rounded', traded, ''),
  ]
}

const FACTOR_LABELS: Readonly<Record<FactorName, string>> = {
  base: 'base',
  curve: 'curve',
  optimal: 'optimum',
  baseCap: 'base cap',
  multipleCap: 'multiple cap',
  room: 'room',
  limits: 'limited',
  lot: 'rounded',
}

export interface QuoteScreen extends About {
  /** What the imbalance is measured in. */
  readonly unit: string
}

/** Where the underlying stands, then the size of each side and why. */
export function quoteScreen(quotes: Quotes, { title, asOf, numeraire, target, unit, ...sheet }: QuoteScreen): string[] {
  const columns: Column[] = [
    { heading: '', align: 'left' },
    { heading: 'quantity', align: 'right' },
    { heading: 'times base', align: 'right' },
    { heading: 'of equity', align: 'right' },
  ]
  const row = ({ side, quantity, multiple, traded }: QuoteSide): Cell[] => [
    { text: side, tone: side === 'buy' ? 'good' : 'bad' },
    `${exactText(quantity.reduce(add, ZERO))} ${quotes.instrument}`,
    formatAmount(multiple, 5),
    percent(traded),
  ]
  const names = { subject: quotes.underlying, numeraire }
  const sentences = [
    ...(quotes.because === null ? [] : [quoteSentence(quotes.because)]),
    ...[quotes.buy, quotes.sell].flatMap(({ side, because: reasons }) =>
      reasons.map((reason) => `${side}: ${tradeSentence(reason, names)}`),
    ),
  ]
  return [
    ...titleLines({ title, numeraire, asOf }, sheet),
    ...wrap(printable(standingLine(quotes.underlying, { ...quotes, unit, target })), sheet.columns, '  '),
    '',
    ...renderTable(columns, [row(quotes.buy), row(quotes.sell)], sheet),
    '',
    ...labelled('Quotes: the size to offer on each side. Nothing has been sent.', sheet),
    ...because(sentences, sheet),
  ]
}
