/**
 * Whether a simulated venue still adds up, counted anew from its books: per currency the cash of all parties is what came in;
 * per contract the quantities of trader and counterparties cancel, of spot they are what came in; each balance is the sum
 * of its changes, each column of float64 is its book; what rounding left is a few units of the 18th place a fact; margin is posted for what is held alone.
 */
import { absolute, add, type Decimal, fromUnits, toNumber, toText, ZERO } from '../base/decimal.ts'
import { balanceAt, cashOfAll, PARTIES, type Party, positionAt } from './venue-accounts.ts'
import type { Venue } from './venue-state.ts'

export interface Audit {
  readonly money: readonly {
    readonly currency: string
    readonly deposited: Decimal
    readonly trader: Decimal
    readonly counterparty: Decimal
    readonly house: Decimal
    /** Part of the house's. */
    readonly rounded: Decimal
  }[]
  readonly quantities: readonly {
    readonly instrument: string
    readonly arrived: Decimal
    readonly trader: Decimal
    readonly counterparty: Decimal
  }[]
  /** What does not add up, a sentence each; none in a sound venue. */
  readonly faults: readonly string[]
}

/** Each side of a fact rounds what it closes, what it opens and the basis it releases once. */
const ROUNDINGS_PER_FACT = 6

export function auditVenue(venue: Venue): Audit {
  const { accounts, rules } = venue
  const { parties } = rules
  const { books } = accounts
  const { currencies, instruments } = parties.scope.universe
  const faults: string[] = []
  const must = (holds: boolean, fault: () => string): void => {
    if (!holds) faults.push(fault())
  }
  const money = currencies.map((currency, c) => {
    const amount = (party: Party): Decimal => balanceAt(parties, books, party, c).amount
    const [deposited, rounded] = [accounts.deposited[c]!, accounts.rounded[c]!]
    const all = cashOfAll(parties, books, c)
    must(all === deposited, () => `cash of all parties must be ${toText(deposited)} ${currency}, was ${toText(all)}`)
    const bound = fromUnits(BigInt(ROUNDINGS_PER_FACT * accounts.facts))
    must(
      absolute(rounded) <= bound,
      () => `rounding in ${currency} must be at most ${toText(bound)}, was ${toText(rounded)}`,
    )
    for (const party of PARTIES) {
      const { amount: stands, changes } = balanceAt(parties, books, party, c)
      const sum = Object.values(changes).reduce(add, ZERO)
      must(
        sum === stands,
        () => `${currency} of the ${party} must be ${toText(sum)} by its changes, was ${toText(stands)}`,
      )
    }
    return {
      currency,
      deposited,
      trader: amount('trader'),
      counterparty: amount('counterparty'),
      house: amount('house'),
      rounded,
    }
  })
  const quantities = instruments.map(({ id }, j) => {
    const quantity = (party: Party): Decimal => positionAt(parties, books, party, j).quantity
    const [trader, counterparty] = [quantity('trader'), quantity('counterparty')]
    const arrived = accounts.arrived[j]!
    const all = add(trader, counterparty)
    must(all === arrived, () => `${id} of all parties must be ${toText(arrived)}, was ${toText(all)}`)
    must(quantity('house') === ZERO, () => `the house must hold no ${id}`)
    const posted = venue.posted[j]!
    must(posted === ZERO || trader !== ZERO, () => `margin of ${id} must be 0 while it is flat, was ${toText(posted)}`)
    return { instrument: id, arrived, trader, counterparty }
  })
  const { quantity, basis, cash } = venue.columns
  quantities.forEach(({ instrument, trader }, j) => {
    const own = positionAt(parties, books, 'trader', j)
    const same = quantity[j] === toNumber(trader) && basis[j] === toNumber(own.basis)
    must(same, () => `columns of ${instrument} must be those of the books`)
  })
  money.forEach(({ currency, trader }, c) => {
    must(cash[c] === toNumber(trader), () => `the column of ${currency} must be that of the books`)
  })
  return { money, quantities, faults }
}
