/**
 * What the book holds: positions by quantity, value or weight, cash or equity, open orders. With `equity`, cash in the book
 * currency is equity − value of what is held, exactly (rounded down at the 18th place); without, cash is what is written
 * and excludes unrealised profit, so contracts need an entry price.
 */
import { type Decimal, subtract, toText, ZERO } from '../core/base/decimal.ts'
import {
  RATIO_ZERO,
  type Ratio,
  ratioAdd,
  ratioCompare,
  ratioDivide,
  ratioMultiply,
  ratioOf,
  ratioToDecimal,
  ratioToNumber,
  reduce,
} from '../core/base/ratio.ts'
import type { Instrument } from '../core/domain/instrument.ts'
import type { OpenOrder } from '../core/domain/portfolio.ts'
import { byId } from '../core/domain/universe.ts'
import { unitNotional, unrealised } from '../core/domain/valuation.ts'
import type { Prices } from './book-market.ts'
import { checkInstrument, type InstrumentFacts, type Names, type Report } from './book-names.ts'
import type { Draft } from './book-shape.ts'
import { accepted, readFraction, readMoney, readNumber } from './scalar.ts'
import type { Path } from './tree.ts'

/** A position from a file, already matched to an instrument. */
export interface ImportedPosition {
  readonly instrument: string
  readonly quantity: Decimal
  readonly entry: Decimal | null
}
export interface ImportedCash {
  readonly currency: string
  readonly amount: Decimal
}

export interface Holding {
  readonly quantity: Decimal
  readonly entry: Decimal | null
}
export interface Holdings {
  readonly positions: ReadonlyMap<string, Holding>
  readonly cash: ReadonlyMap<string, Decimal>
  /** Instruments and currencies that are held, whether or not how much could be read. */
  readonly named: ReadonlySet<string>
}

interface Context {
  readonly draft: Draft
  readonly names: Names
  readonly prices: Prices
  readonly report: Report
}

export function readHoldings(
  context: Context,
  imported: { readonly positions: readonly ImportedPosition[]; readonly cash: readonly ImportedCash[] },
): Holdings {
  const { draft, report } = context
  const positions = new Map<string, Holding>()
  const named = new Set<string>()
  for (const { instrument, quantity, entry } of imported.positions)
    hold(context, { id: instrument, path: ['positions', 'file'], quantity, entry }, positions, named)
  const { file, from, ...entries } = draft.positions ?? {}
  if (file !== undefined && Object.keys(entries).length > 0)
    report.add(
      'positions.file-and-entries',
      ['positions', 'file'],
      'positions must be a file or entries, was both',
      'put all of them in one place',
    )
  if (file === undefined && from !== undefined)
    report.add(
      'positions.file-missing',
      ['positions', 'file'],
      'must be a path beside `from`, was missing',
      'write `file: positions.csv`',
    )
  for (const id of Object.keys(entries)) {
    const read = readPosition(context, id)
    if (read !== null) hold(context, { id, path: ['positions', id], ...read }, positions, named)
    else if (context.names.instruments.has(id)) named.add(id)
  }
  const cash = readCash(context, positions, imported.cash)
  for (const [currency, amount] of cash) if (amount !== ZERO) named.add(currency)
  return { positions, cash, named }
}

/** Checks one position whose quantity is known and keeps it. */
function hold(
  { names, draft, prices, report }: Context,
  position: { readonly id: string; readonly path: Path; readonly quantity: Decimal; readonly entry: Decimal | null },
  positions: Map<string, Holding>,
  named: Set<string>,
): void {
  const { id, path, quantity, entry } = position
  const facts = names.instruments.get(id)
  if (facts === undefined) checkInstrument({ names, report }, path, id)
  if (facts === undefined || quantity === ZERO) return
  named.add(id)
  if (facts.kind === 'option') {
    report.add(
      'option.unpriced',
      path,
      `must not be an option yet: options have no pricing here, was ${id}`,
      'leave it out of the book and size it elsewhere',
    )
    return
  }
  const spot = facts.instrument?.kind === 'spot' ? facts.instrument : null
  if (spot !== null && quantity < 0n && !spot.short)
    report.add(
      'position.short',
      path,
      `a spot holding must be at least 0, was ${toText(quantity)}`,
      'write `short: true` on the instrument if the venue lends it',
    )
  const contract = facts.kind === 'perp' || facts.kind === 'future'
  if (contract && entry === null && draft.equity === undefined)
    report.add(
      'position.entry',
      path,
      'must have an entry price, was missing',
      `cash excludes unrealised profit, which needs it: write \`${id}: { quantity: ..., entry: ... }\`, or state \`equity\` instead of cash`,
    )
  // Stated equity holds the profit so far: without an entry price, profit counts from the mark.
  positions.set(id, { quantity, entry: contract ? (entry ?? prices.mark(id)?.price ?? null) : null })
}

/** Quantity and entry of an entry of `positions`; null while it cannot be known. */
function readPosition(context: Context, id: string): { quantity: Decimal; entry: Decimal | null } | null {
  const { draft, names, report } = context
  const path = ['positions', id]
  const facts = names.instruments.get(id)
  checkInstrument(context, path, id)
  const text = draft.positions?.[id]
  if (text === undefined || facts === undefined) return null
  if (typeof text === 'string') return { quantity: accepted(readNumber(text, 'quantity', 'any')), entry: null }
  const forms = (['quantity', 'value', 'weight'] as const).filter((form) => form in text)
  if (forms.length !== 1) {
    report.add(
      'position.form',
      path,
      `must have one of quantity, value or weight, was ${forms.join(' and ') || 'none'}`,
      'write one of them',
    )
    return null
  }
  const entry = text.entry === undefined ? null : accepted(readNumber(text.entry, 'entry', 'positive'))
  if (text.quantity !== undefined) return { quantity: accepted(readNumber(text.quantity, 'quantity', 'any')), entry }
  const value = positionValue(context, text, path)
  if (value === null || facts.instrument === null) return null
  const unit = unitValue(facts.instrument, context.prices)
  return unit === null ? null : { quantity: ratioToDecimal(ratioDivide(value, unit), 'down'), entry }
}

/** The stated value or weight in the numeraire. */
function positionValue(
  { draft, prices, report }: Context,
  text: { readonly value?: string | undefined; readonly weight?: string | undefined },
  path: Path,
): Ratio | null {
  if (text.value !== undefined) {
    const { amount, currency } = accepted(readMoney(text.value, 'value', 'any'))
    const rate = prices.rate(currency)
    return rate === null ? null : ratioMultiply(ratioOf(amount), ratioOf(rate))
  }
  if (text.weight === undefined) return null
  if (draft.equity === undefined) {
    if (!('equity' in draft))
      report.add(
        'position.weight-needs-equity',
        [...path, 'weight'],
        'a weight must have `equity` to be a share of, was without',
        'state `equity` instead of cash, or write a quantity',
      )
    return null
  }
  return ratioMultiply(
    ratioOf(accepted(readFraction(text.weight, 'weight', 'any'))),
    ratioOf(accepted(readNumber(draft.equity, 'equity', 'positive'))),
  )
}

/** What one unit of an instrument is worth in the numeraire. */
function unitValue(instrument: Instrument, prices: Prices): Ratio | null {
  const mark = prices.mark(instrument.id)
  const rate = prices.rate(instrument.quote)
  return mark === null || rate === null
    ? null
    : reduce(ratioMultiply(unitNotional(instrument, mark.price), ratioOf(rate)))
}

function readCash(
  context: Context,
  positions: ReadonlyMap<string, Holding>,
  imported: readonly ImportedCash[],
): Map<string, Decimal> {
  const { draft, names, report } = context
  const cash = new Map(imported.map(({ currency, amount }) => [currency, amount]))
  if (draft.cash !== undefined && 'equity' in draft) {
    report.add(
      'equity.and-cash',
      ['equity'],
      'must not be given together with cash, was given',
      'keep `cash`, or keep `equity` and let cash follow from it',
    )
    return cash
  }
  if (!('cash' in draft) && !('equity' in draft)) {
    report.add(
      'cash.missing',
      ['cash'],
      'the book must say `cash` or `equity`, was missing',
      `write \`cash: { ${names.currency ?? 'USD'}: 10000 }\``,
    )
    return cash
  }
  const { file, from, unrealised: totals, ...entries } = draft.cash ?? {}
  if (file !== undefined && Object.keys(entries).length > 0)
    report.add(
      'cash.file-and-entries',
      ['cash', 'file'],
      'cash must be a file or entries, was both',
      'put all of it in one place',
    )
  if (file === undefined && (from !== undefined || totals !== undefined))
    report.add(
      'cash.file-missing',
      ['cash', 'file'],
      'must be a path beside `from`, was missing',
      'write `file: balance.json`',
    )
  for (const [currency, text] of Object.entries(entries))
    if (text !== undefined) cash.set(currency, accepted(readNumber(text, 'cash', 'any')))
  if (draft.equity !== undefined && names.currency !== null) {
    const rest = subtractHeld(context, positions, accepted(readNumber(draft.equity, 'equity', 'positive')))
    if (rest !== null) cash.set(names.currency, rest)
  }
  return cash
}

/** equity − value of spot − unrealised profit of contracts with an entry, rounded down. */
function subtractHeld(
  { names, prices }: Context,
  positions: ReadonlyMap<string, Holding>,
  equity: Decimal,
): Decimal | null {
  let held: Ratio = RATIO_ZERO
  for (const [id, { quantity, entry }] of positions) {
    const instrument = names.instruments.get(id)?.instrument ?? null
    const mark = prices.mark(id)
    if (instrument === null || mark === null) return null
    const spot = instrument.kind === 'spot'
    const rate = prices.rate(spot ? instrument.quote : instrument.settle)
    if (rate === null) return null
    const worth = spot
      ? ratioMultiply(ratioOf(quantity), unitNotional(instrument, mark.price))
      : unrealised(instrument, { quantity, entry: entry ?? mark.price, price: mark.price })
    held = reduce(ratioAdd(held, ratioMultiply(worth, ratioOf(rate))))
  }
  // Rounding what is held up rounds the cash down: never a unit more than there is.
  return subtract(equity, ratioToDecimal(held, 'ceiling'))
}

/** Open orders by index of their instrument among `instruments`. */
export function readOrders({ draft, names, prices, report }: Context): OpenOrder[] {
  const ids = new Set<string>()
  const order = [...names.instruments.keys()].sort(byId)
  return (draft.orders ?? []).flatMap((text, index): OpenOrder[] => {
    if (text === undefined) return []
    const path = ['orders', index]
    if (text.id !== undefined && ids.has(text.id))
      report.add(
        'order.duplicate',
        [...path, 'id'],
        `an order must be listed once, was listed before as ${text.id}`,
        'remove one of the two',
      )
    if (text.id !== undefined) ids.add(text.id)
    if (text.instrument === undefined) return []
    const facts = names.instruments.get(text.instrument)
    if (facts === undefined) {
      checkInstrument({ names, report }, [...path, 'instrument'], text.instrument)
      return []
    }
    if (facts.kind === 'option')
      report.add(
        'option.unpriced',
        [...path, 'instrument'],
        `must not be an option yet: options have no pricing here, was ${facts.id}`,
        'leave the order out',
      )
    if (text.quantity === undefined || text.id === undefined || text.side === undefined || text.replace === undefined)
      return []
    const quantity = accepted(readNumber(text.quantity, 'quantity', 'positive'))
    const price = text.price === undefined ? null : accepted(readNumber(text.price, 'price', 'positive'))
    checkMinimum({ facts, quantity, price, path: [...path, 'quantity'] }, prices, report)
    const flags = { reduceOnly: text.reduceOnly === 'true', replaced: text.replace === 'true' }
    return [{ id: text.id, instrument: order.indexOf(facts.id), side: text.side, quantity, price, ...flags }]
  })
}

/** An order the venue would not have taken means that the instrument's terms, or the order, are wrong. */
function checkMinimum(
  order: {
    readonly facts: InstrumentFacts
    readonly quantity: Decimal
    readonly price: Decimal | null
    readonly path: Path
  },
  prices: Prices,
  report: Report,
): void {
  const { instrument } = order.facts
  if (instrument === null) return
  const { quantityMin, notionalMin } = instrument.grid
  const hint = 'check the minimum of the instrument, or leave the order out'
  if (order.quantity < quantityMin) {
    report.add(
      'order.below-minimum',
      order.path,
      `must be at least ${toText(quantityMin)}, the minimum of ${order.facts.id}, was ${toText(order.quantity)}`,
      hint,
    )
    return
  }
  const price = order.price ?? prices.mark(order.facts.id)?.price ?? null
  if (notionalMin === null || price === null) return
  const [quote, currency] = [prices.rate(instrument.quote), prices.rate(notionalMin.currency)]
  if (quote === null || currency === null) return
  const unit = ratioDivide(ratioMultiply(unitNotional(instrument, price), ratioOf(quote)), ratioOf(currency))
  const value = ratioMultiply(ratioOf(order.quantity), unit)
  if (ratioCompare(value, ratioOf(notionalMin.amount)) >= 0) return
  const least = `${toText(notionalMin.amount)} ${notionalMin.currency}`
  report.add(
    'order.below-minimum',
    order.path,
    `must be worth at least ${least}, the minimum of ${order.facts.id}, was ${ratioToNumber(value)} ${notionalMin.currency}`,
    hint,
  )
}
