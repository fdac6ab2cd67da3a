/** The same book under several policies: what each would trade now, what that costs and what it leaves. */
import { toText } from '../../core/base/decimal.ts'
import type { Issue, Result } from '../../core/base/result.ts'
import type { Policy } from '../../core/sizing/mandate.ts'
import type { SizePlan } from '../../core/sizing/plan-types.ts'
import { decimalColumn, moneyCell, moneyText } from './figures.ts'
import { csvText } from './output.ts'
import { policyLabel } from './policy-label.ts'
import { type Cell, type Column, renderTable, type Sheet } from './table.ts'
import { padStart } from './text.ts'

/** One policy's answer. */
export interface Alternative {
  readonly policy: Policy
  /** What makes its row stand out, such as "this book's"; null for the others. */
  readonly mark: string | null
  readonly answer: Result<SizePlan, readonly Issue[]>
}

/** Tracking errors closer than this are the same. */
const SAME = 1e-9

/** A row for leaving the book alone, then one per policy. */
export function comparisonTable(now: SizePlan, alternatives: readonly Alternative[], sheet: Sheet): string[] {
  const before = now.before.imbalance.trackingError
  const errors = alternatives.map(({ answer }) => (answer.ok ? answer.value.after.imbalance.trackingError : before))
  const texts = decimalColumn([before, ...errors])
  const width = Math.max(...texts.map((text) => text.length))
  const errorCell = (position: number, note: string): string =>
    `${padStart(texts[position]!, width)}  ${note}`.trimEnd()
  const columns: Column[] = [
    { heading: 'What each rule would do now', align: 'left', shortenTo: 27 },
    { heading: '', align: 'left', drop: 1 },
    { heading: 'turnover', align: 'right' },
    { heading: 'cost', align: 'right' },
    { heading: 'tracking error after', align: 'left' },
  ]
  const rows = alternatives.map(({ policy, mark, answer }, position): Cell[] => {
    const label = `  ${policyLabel(policy)}`
    if (!answer.ok) return [label, 'no answer', '', '', answer.error[0]?.code ?? '']
    const { legs, traded, cost, after } = answer.value
    const raised = after.imbalance.trackingError > before + SAME
    const note = mark === null ? (raised ? 'worse than now' : '') : `${raised ? 'worse  ' : ''}< ${mark}`
    return [
      label,
      tradesText(answer.value),
      legs.length === 0 ? '0' : moneyText(traded),
      legs.length === 0 ? '0' : moneyCell(cost.total),
      { text: errorCell(position + 1, note), tone: mark !== null ? 'strong' : raised ? 'bad' : 'plain' },
    ]
  })
  const leave: Cell[] = ['  leave it', '', '0', '0', errorCell(0, '')]
  return renderTable(columns, [leave, ...rows], { ...sheet, indent: 0 })
}

/** The same rows as CSV: exact amounts, tracking errors as fractions. */
export const comparisonCsv = (now: SizePlan, alternatives: readonly Alternative[]): string =>
  csvText(
    ['policy', 'trades', 'turnover', 'cost', 'trackingErrorNow', 'trackingErrorAfter'],
    alternatives.map(({ policy, answer }) => {
      const error = now.before.imbalance.trackingError
      if (!answer.ok) return [policyLabel(policy), '', '', '', error, '']
      const { legs, traded, cost, after } = answer.value
      return [
        policyLabel(policy),
        legs.length,
        toText(traded),
        toText(cost.total),
        error,
        after.imbalance.trackingError,
      ]
    }),
  )

function tradesText({ legs, status }: SizePlan): string {
  // Trades that leave limits broken are no answer.
  if (status === 'infeasible') return status
  const [first, ...rest] = legs
  if (first === undefined) return 'nothing'
  return rest.length === 0 ? `${first.side} ${first.instrument}` : `${legs.length} trades`
}
