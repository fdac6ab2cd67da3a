/** What a book begins with, as facts: deposits of cash and spot, contracts that enter at their entry price. */
import { decimalOfNumber, ZERO } from '../base/decimal.ts'
import type { Booked } from '../session/session-event.ts'
import type { Holdings } from './backtest-types.ts'
import { closedAt, type History } from './history.ts'

type Endowment = Extract<Booked['fact'], { kind: 'deposited' | 'positionReconciled' }>

/** @returns the facts in order of id; spot costs the mark of the row, contracts their entry or, without one, that mark */
export function endowments(
  history: History,
  { row, account, start }: { readonly row: number; readonly account: string; readonly start: Holdings },
): Endowment[] {
  const { universe } = history
  const at = closedAt(history, row)
  const marks = history.mark ?? history.close
  const n = universe.instruments.length
  const cash = universe.currencies.flatMap((currency, c): Endowment[] => {
    const amount = start.cash[c]!
    const asset = { kind: 'cash', currency } as const
    return amount === ZERO
      ? []
      : [{ kind: 'deposited', at, account, id: `start ${currency}`, asset, amount, price: null }]
  })
  const held = universe.instruments.flatMap((instrument, j): Endowment[] => {
    const quantity = start.quantity[j]!
    if (quantity === ZERO) return []
    const mark = decimalOfNumber(marks[row * n + j]!)
    const common = { at, account, id: `start ${instrument.id}` }
    if (instrument.kind === 'spot' && quantity > ZERO)
      return [
        {
          ...common,
          kind: 'deposited',
          asset: { kind: 'spot', instrument: instrument.id },
          amount: quantity,
          price: mark,
        },
      ]
    return [
      {
        ...common,
        kind: 'positionReconciled',
        instrument: instrument.id,
        difference: quantity,
        price: start.entry[j] ?? mark,
      },
    ]
  })
  return [...cash, ...held]
}
