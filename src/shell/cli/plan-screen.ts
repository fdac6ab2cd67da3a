/** What a plan looks like on a terminal: header, picture of the imbalance, legs, what changes, and why. */
import { absolute, toNumber, ZERO } from '../../core/base/decimal.ts'
import { formatAmount, formatBp, formatInstantShort } from '../../core/base/format.ts'
import type { Instant } from '../../core/base/instant.ts'
import { ratioToNumber } from '../../core/base/ratio.ts'
import { explainBook, explainRelaxations, summariseTrades } from '../../core/sizing/explain.ts'
import { tradesInstead } from '../../core/sizing/explain-flip.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import type { Flip } from '../../core/sizing/flip.ts'
import type { SizePlan } from '../../core/sizing/plan-types.ts'
import { drawBars } from './bars.ts'
import { explanationLines } from './explanation.ts'
import { decimalColumn, exactText, moneyCell, moneyText, percentColumn, percentText, priceText } from './figures.ts'
import { policyLabel } from './policy-label.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { padStart, paint, printable, widthOf, wrap } from './text.ts'

/** What the screen is about, with its time at the right. */
export function titleLines(
  { title, numeraire, asOf }: { readonly title: string; readonly numeraire: string; readonly asOf: Instant },
  sheet: Sheet,
): string[] {
  const head = `${printable(title)}, in ${numeraire}`
  const time = formatInstantShort(asOf)
  const gap = Math.min(sheet.columns, 80) - widthOf(head) - widthOf(time)
  return gap >= 2
    ? [`${paint(head, 'strong', sheet.color)}${' '.repeat(gap)}${time}`]
    : [...wrap(head, sheet.columns), time]
}

/** Title and time, then the book in one line. */
export function headerLines(plan: SizePlan, title: string, sheet: Sheet): string[] {
  const { before, equity, numeraire, asOf } = plan
  const figures = [
    `equity ${moneyText(equity)}`,
    `cash ${moneyText(before.cash * toNumber(equity))}`,
    `gross ${percentText(before.gross)}`,
    `tracking error ${percent(before.imbalance.trackingError)} a year`,
  ]
  return [...titleLines({ title, numeraire, asOf }, sheet), ...flow(figures, sheet.columns)]
}

/** Phrases side by side with three blanks between, broken between phrases where the line is full. */
function flow(phrases: readonly string[], columns: number): string[] {
  const lines: string[] = []
  for (const phrase of phrases) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(last) + 3 + widthOf(phrase) <= columns)
      lines[lines.length - 1] = `${last}   ${phrase}`
    else lines.push(phrase)
  }
  return lines
}

/** Held against target, and what is too much, in weight and in risk side by side. */
export function imbalancePicture(plan: SizePlan, sheet: Sheet): string[] {
  const { weight, risk, trackingError } = plan.before.imbalance
  const held = percentColumn(plan.lines.map((line) => line.held))
  const target = percentColumn(plan.lines.map((line) => line.target))
  const note = riskNotes(risk)
  const columns: Column[] = [
    { heading: '', align: 'left', shortenTo: 8 },
    { heading: 'held', align: 'right', drop: 2 },
    { heading: 'target', align: 'right', drop: 1 },
    { heading: 'too much, in weight', align: 'left' },
    { heading: `too much, in risk (sum ${percent(trackingError)})`, align: 'left' },
  ]
  const inWeight = pictured([...weight], weightBands(plan))
  const inRisk = pictured([...risk], null)
  const rows = plan.lines.map((line, i): Cell[] => [
    line.underlying,
    held[i]!,
    target[i]!,
    inWeight[i]!,
    `${inRisk[i]}  ${note[i]}`.trimEnd(),
  ])
  return renderTable(columns, rows, sheet)
}

/** Cells of the longest pair of bars. */
const BAR_WIDTH = 12

/** Number and bar in one cell. */
function pictured(values: readonly number[], bands: readonly number[] | null): string[] {
  const numbers = percentColumn(values, true)
  const width = Math.max(...numbers.map(widthOf), 0)
  const bars = drawBars(values, { width: BAR_WIDTH, bands })
  return values.map((_, i) => `${padStart(numbers[i]!, width)}  ${bars[i]}`)
}

/** Half-widths in weight, where the policy is a band in weight: as wide as they were for what stands there now. */
const weightBands = ({ policy, lines }: SizePlan): readonly number[] | null =>
  policy.kind === 'band' && policy.unit === 'weight'
    ? policy.width.map((width, u) => {
        const own = lines[u]!.because.find(({ kind }) => kind === 'insideBand' || kind === 'outsideBand')
        return own?.kind === 'insideBand' || own?.kind === 'outsideBand' ? own.width : ratioToNumber(width)
      })
    : null

/** "most risk" at the largest part, "a hedge" where a part takes risk away; nothing where a part would print as 0. */
function riskNotes(risk: Float64Array): string[] {
  const most = Math.max(...risk)
  return Array.from(risk, (part) => (part < -0.0005 ? 'a hedge' : part >= 0.0005 && part === most ? 'most risk' : ''))
}

/** The trades, one a row. */
function legTable(plan: SizePlan, sheet: Sheet): string[] {
  const { impact, fixed } = plan.cost
  const columns: Column[] = [
    { heading: '', align: 'left' },
    { heading: '', align: 'left', shortenTo: 10 },
    { heading: 'quantity', align: 'right' },
    { heading: 'price', align: 'right', drop: 2 },
    { heading: plan.numeraire, align: 'right' },
    { heading: 'fee', align: 'right', drop: 4 },
    { heading: 'spread', align: 'right', drop: 3 },
    ...(impact === ZERO ? [] : [{ heading: 'impact', align: 'right', drop: 3 } as const]),
    ...(fixed === ZERO ? [] : [{ heading: 'order', align: 'right', drop: 3 } as const]),
    { heading: 'cost', align: 'right' },
    { heading: 'held', align: 'right', drop: 6 },
    { heading: 'after', align: 'right', drop: 5 },
  ]
  const rows = plan.legs.map((leg): Cell[] => [
    { text: leg.side, tone: leg.side === 'buy' ? 'good' : 'bad' },
    leg.instrument,
    exactText(absolute(leg.quantity)),
    priceText(leg.price),
    moneyCell(leg.notional),
    moneyCell(leg.cost.fee),
    moneyCell(leg.cost.spread),
    ...(impact === ZERO ? [] : [moneyCell(leg.cost.impact)]),
    ...(fixed === ZERO ? [] : [moneyCell(leg.cost.fixed)]),
    moneyCell(leg.cost.total),
    exactText(leg.held),
    exactText(leg.after),
  ])
  return renderTable(columns, rows, sheet)
}

/** The book before and after, where something is traded. */
function changeTable(plan: SizePlan, sheet: Sheet): string[] {
  const rows: [string, number, number][] = [
    ['tracking error', plan.before.imbalance.trackingError, plan.after.imbalance.trackingError],
    ['cash', plan.before.cash, plan.after.cash],
    ['gross', plan.before.gross, plan.after.gross],
    ['net', plan.before.net, plan.after.net],
  ]
  const columns: Column[] = [
    { heading: '', align: 'left' },
    { heading: 'now', align: 'right' },
    { heading: 'after', align: 'right' },
  ]
  return renderTable(
    columns,
    rows.map(([name, now, after]) => [name, ...decimalColumn([now, after])]),
    sheet,
  )
}

/** The nearest say enough; the others need a larger move. */
const FLIPS_SHOWN = 2

/** "Plan: buy 32.36 SOL for 5,177.60 USD, costing 3.11. Nothing has been sent." and why. */
export function planSentences(plan: SizePlan, sheet: Sheet, flips: readonly Flip[] = []): string[] {
  const lead = paint('Plan:', 'strong', sheet.color)
  const answered = plan.status === 'infeasible' ? 'limits cannot all be met' : summariseTrades(plan)
  const [first = '', ...rest] = wrap(`Plan: ${printable(answered)}. Nothing has been sent.`, sheet.columns, '      ')
  return [
    lead + first.slice('Plan:'.length),
    ...rest,
    ...infeasibleLines(plan, sheet),
    ...becauseLines(explainBook(plan), sheet),
    ...forecastLines(plan, sheet),
    ...flipLines(plan, flips, sheet),
  ]
}

/** The nearest moves of a price that change what is traded. */
function flipLines(plan: SizePlan, flips: readonly Flip[], sheet: Sheet): string[] {
  const ofPrices = flips.filter((flip) => flip.kind === 'price')
  return ofPrices.slice(0, FLIPS_SHOWN).flatMap(({ underlying, move, trades }, position) => {
    const lead = position === 0 ? '  flips if ' : '        or '
    const text = `${underlying} ${move > 0 ? 'rises' : 'falls'} ${percent(Math.abs(move))}: then ${tradesInstead(plan, trades)}.`
    return wrap(`${lead}${printable(text)}`, sheet.columns, '           ')
  })
}

/** What the policy leads to in the long run, where it says. */
function forecastLines({ forecast }: SizePlan, sheet: Sheet): string[] {
  if (forecast === null) return []
  const { trackingError, turnover, cost, aversion } = forecast
  const text = `tracking error ${percent(trackingError)}, turnover ${percent(turnover)} and cost ${formatBp(cost, 1)} a year; risk aversion ${formatAmount(aversion, 1)}.`
  return wrap(`  expect   ${text}`, sheet.columns, '           ')
}

/** Where limits cannot all be met: what comes nearest to them, and how little they would have to give. */
function infeasibleLines(plan: SizePlan, sheet: Sheet): string[] {
  const relaxed = explainRelaxations(plan)
  if (relaxed === null) return []
  const nearest = plan.legs.length === 0 ? 'nothing: no trade brings the book nearer' : summariseTrades(plan)
  return [
    ...wrap(`  nearest  ${printable(nearest)}.`, sheet.columns, '           '),
    ...wrap(`  unless   ${printable(relaxed)}.`, sheet.columns, '           '),
  ]
}

function becauseLines(sentences: readonly string[], sheet: Sheet): string[] {
  return sentences.flatMap((text, position) => {
    const lead = position === 0 ? '  because  ' : '           '
    return wrap(`${lead}${printable(text)}.`, sheet.columns, '           ')
  })
}

/** The whole answer to `plan`. */
export function planScreen(
  plan: SizePlan,
  title: string,
  { explain, flips = [], ...sheet }: Sheet & { explain: boolean; flips?: readonly Flip[] },
): string[] {
  return [
    ...headerLines(plan, title, sheet),
    '',
    ...imbalancePicture(plan, sheet),
    '',
    ...wrap(`Policy: ${policyLabel(plan.policy)}`, sheet.columns, '  '),
    ...planSentences(plan, sheet, flips),
    ...(plan.legs.length === 0 ? [] : ['', ...legTable(plan, sheet), '', ...changeTable(plan, sheet)]),
    ...(explain ? explanationLines(plan, flips, sheet) : []),
  ]
}
