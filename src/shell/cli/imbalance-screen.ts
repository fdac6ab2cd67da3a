/** The imbalance of a book in every unit, as a screen, rows of CSV and plain data. */
import { ratioToNumber } from '../../core/base/ratio.ts'
import { percent } from '../../core/sizing/explain-percent.ts'
import type { Policy } from '../../core/sizing/mandate.ts'
import type { SizePlan } from '../../core/sizing/plan-types.ts'
import { drawBars } from './bars.ts'
import { decimalColumn } from './figures.ts'
import { headerLines, imbalancePicture } from './plan-screen.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { wrap } from './text.ts'

/** One underlying's imbalance; + is too much. */
export interface ImbalanceRow {
  readonly underlying: string
  readonly held: number
  readonly target: number
  readonly weight: number
  readonly relative: number | null
  readonly volatility: number
  readonly risk: number
  readonly riskContribution: number
}

export const imbalanceRows = ({ lines, before: { imbalance } }: SizePlan): ImbalanceRow[] =>
  lines.map(({ underlying, held, target }, u) => ({
    underlying,
    held,
    target,
    weight: imbalance.weight[u]!,
    relative: imbalance.relative[u]!,
    volatility: imbalance.volatility[u]!,
    risk: imbalance.risk[u]!,
    riskContribution: imbalance.riskContribution[u]!,
  }))

/** What `imbalance --json` prints: time in ms UTC, fractions, risk annual. */
export const imbalanceData = (plan: SizePlan): Readonly<Record<string, unknown>> => ({
  asOf: plan.asOf,
  numeraire: plan.numeraire,
  equity: plan.equity,
  trackingError: plan.before.imbalance.trackingError,
  volatilityOfBook: plan.before.imbalance.volatilityOfBook,
  underlyings: imbalanceRows(plan),
  notes: notesOf(plan),
})

export function imbalanceScreen(plan: SizePlan, title: string, sheet: Sheet): string[] {
  return [
    ...headerLines(plan, title, sheet),
    '',
    ...imbalancePicture(plan, sheet),
    ...bookBand(plan, sheet),
    '',
    ...unitTable(plan, sheet),
    ...forecastNotes(plan, sheet),
  ]
}

/** How targets and forecast came about, where there is something to know. */
const notesOf = (plan: SizePlan): string[] =>
  plan.because.flatMap((reason) => (reason.kind === 'target' || reason.kind === 'forecast' ? [reason.note] : []))

/** What the figures rest on, where there is something to know. */
function forecastNotes(plan: SizePlan, sheet: Sheet): string[] {
  const notes = notesOf(plan)
  return notes.length === 0 ? [] : ['', ...notes.flatMap((note) => wrap(`  ${note}`, sheet.columns, '    '))]
}

/** A row per underlying, a column per unit; the parts of risk sum to the last row. */
function unitTable(plan: SizePlan, sheet: Sheet): string[] {
  const { trackingError, volatilityOfBook } = plan.before.imbalance
  const columns: Column[] = [
    { heading: 'Too much, in', align: 'left', shortenTo: 12 },
    { heading: 'weight', align: 'right' },
    { heading: 'of target', align: 'right', drop: 1 },
    { heading: 'volatility', align: 'right', drop: 2 },
    { heading: 'risk', align: 'right' },
    { heading: 'part of book volatility', align: 'right', drop: 3 },
  ]
  const rows = imbalanceRows(plan)
  const weight = decimalColumn(
    rows.map((row) => row.weight),
    true,
  )
  const relative = decimalColumn(
    rows.map((row) => row.relative ?? 0),
    true,
  )
  const volatility = decimalColumn(
    rows.map((row) => row.volatility),
    true,
  )
  const risk = decimalColumn(
    rows.map((row) => row.risk),
    true,
  )
  const contribution = decimalColumn(rows.map((row) => row.riskContribution))
  const cells = rows.map((row, u): Cell[] => [
    `  ${row.underlying}`,
    weight[u]!,
    row.relative === null ? '-' : relative[u]!,
    volatility[u]!,
    risk[u]!,
    contribution[u]!,
  ])
  const sum: Cell[] = ['  the book', '', '', '', percent(trackingError), percent(volatilityOfBook)]
  return renderTable(columns, [...cells, sum], { ...sheet, indent: 0 })
}

/** The tracking error against its band or cap, where the policy has one. */
function bookBand({ policy, before }: SizePlan, sheet: Sheet): string[] {
  const limit = bandOnBook(policy)
  if (limit === null) return []
  const { trackingError } = before.imbalance
  const [bar = ''] = drawBars([trackingError], { width: 30, bands: [limit.width] })
  const line = `${percent(trackingError)}  ${bar.slice(bar.indexOf('|'))}  ${limit.name} ${percent(limit.width)}`
  return ['', ...renderTable([{ heading: '', align: 'left' }], [[`tracking error  ${line}`]], sheet)]
}

function bandOnBook(policy: Policy): { readonly name: string; readonly width: number } | null {
  if (policy.kind === 'riskCap') return { name: 'cap', width: ratioToNumber(policy.trackingErrorMax) }
  if (policy.kind === 'band' && policy.unit === 'risk') return { name: 'band', width: ratioToNumber(policy.width) }
  return null
}
