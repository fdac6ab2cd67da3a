/**
 * What `plan()` takes, seen from a session: portfolio, market and costs cut to the universe of the mandate. Exact decimals of
 * marks are made here, so only where a plan is made.
 */
import { type Decimal, decimalOfNumber, subtract, toText, ZERO } from '../base/decimal.ts'
import { rememberLast } from '../base/remember.ts'
import { fail, type Issue, type Result, succeed } from '../base/result.ts'
import type { CostModel } from '../cost/cost-terms.ts'
import type { MarketState } from '../domain/market.ts'
import type { OpenOrder, Portfolio } from '../domain/portfolio.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { portfolioOf } from '../ledger/statement.ts'
import type { Mandate } from '../sizing/mandate.ts'
import type { PlanInputs } from '../sizing/plan-types.ts'
import { isUncertain, type Order } from './order.ts'
import { type Marks, type Session, type SessionConfig, type Standing, seenAtOf } from './session.ts'
import type { Outlook } from './session-event.ts'

/** @returns the mandate seen from the session's universe, or which of its names the session does not have */
export function standBy(
  { universe }: SessionConfig,
  parts: { readonly mandate: Mandate; readonly hash: string; readonly outlook: Outlook },
): Result<Standing> {
  const own = parts.mandate.universe
  const issues: Issue[] = []
  const locate = (kind: string, names: readonly string[], all: readonly string[]): Int32Array => {
    const place = new Map(all.map((name, index) => [name, index]))
    for (const name of names)
      if (!place.has(name))
        issues.push({
          code: 'session.mandate',
          path: `mandate.${name}`,
          message: `every ${kind} of a mandate must be one of its session, was ${name}`,
          hint: 'open the session with everything that it may ever hold',
        })
    return Int32Array.from(names, (name) => place.get(name) ?? -1)
  }
  const ids = universe.instruments.map(({ id }) => id)
  const instruments = locate(
    'instrument',
    own.instruments.map(({ id }) => id),
    ids,
  )
  const currencies = locate('currency', own.currencies, universe.currencies)
  if (own.numeraire !== universe.numeraire)
    issues.push({
      code: 'session.mandate',
      path: 'mandate.numeraire',
      message: `a mandate must be in the numeraire of its session ${universe.numeraire}, was ${own.numeraire}`,
      hint: 'a book is measured in one currency',
    })
  if (issues.length > 0) return fail(issues)
  const without = (count: number, kept: Int32Array): number[] =>
    Array.from({ length: count }, (_, index) => index).filter((index) => !kept.includes(index))
  return succeed({
    ...parts,
    instruments,
    currencies,
    leftOut: {
      instruments: without(ids.length, instruments),
      currencies: without(universe.currencies.length, currencies),
    },
  })
}

/** @returns everything that `plan()` takes, or what it lacks */
export function planInputsOf(session: Session, standing: Standing, marks: Marks): Result<PlanInputs> {
  const { config, ledger } = session
  const portfolio = portfolioIn(session, standing)
  if (!portfolio.ok) return portfolio
  const isUnseen = (j: number): boolean => !(marks.price[j]! > 0)
  if (standing.instruments.some(isUnseen))
    return fail(
      Array.from(standing.instruments.filter(isUnseen), (j) => ({
        code: 'session.unmarked',
        path: `marks.${config.universe.instruments[j]!.id}`,
        message: `every instrument of the mandate must have a mark above 0, was ${marks.price[j]}`,
        hint: 'wait for its first price, or leave it out of the mandate',
      })),
    )
  const costs: CostModel = {
    ...standing.outlook.costs,
    metaorders: takeEach(standing.instruments, session.metaorders),
  }
  return succeed({
    mandate: constrainedBy(session, standing.mandate),
    portfolio: portfolio.value,
    market: marketIn(session, standing, marks),
    risk: standing.outlook.risk,
    costs,
    hashes: {
      mandate: standing.hash,
      portfolio: `${config.id} ledger ${ledger.seq}`,
      market: `${config.id} event ${session.seq}`,
      risk: standing.outlook.hash,
      costs: standing.outlook.hash,
    },
    ...(session.curvature === null ? {} : { curvature: session.curvature.value }),
  })
}

/** What the account holds, cut to the mandate. */
export function portfolioIn({ config, ledger, orders }: Session, standing: Standing): Result<Portfolio> {
  const held = holdingsIn(ledger, standing, config)
  if (!held.ok || orders.length === 0) return held
  return succeed({ ...held.value, orders: orders.flatMap((order) => openOrderOf(order, standing)) })
}

/** Asked for by the look and by the plan after it. */
const holdingsIn = rememberLast((ledger: Ledger, standing: Standing, config: SessionConfig): Result<Portfolio> => {
  const whole = portfolioOf(ledger, { accounts: [config.account], orders: [] })
  if (!whole.ok) return whole
  const { cash, quantity, entry } = whole.value
  const issues: Issue[] = []
  const outside = (name: string, amount: Decimal): void => {
    if (amount === ZERO) return
    issues.push({
      code: 'session.outside',
      path: `positions.${name}`,
      message: `what is held must be in the mandate, was ${toText(amount)} of ${name}`,
      hint: 'give it a target of 0 to sell it, or list it among the instruments of the mandate',
    })
  }
  for (const j of standing.leftOut.instruments) outside(config.universe.instruments[j]!.id, quantity[j]!)
  for (const c of standing.leftOut.currencies) outside(config.universe.currencies[c]!, cash[c]!)
  if (issues.length > 0) return fail(issues)
  const { instruments, currencies } = standing
  return succeed({
    cash: takeEach(currencies, cash),
    quantity: takeEach(instruments, quantity),
    entry: takeEach(instruments, entry),
    orders: [],
  })
})

/** What of an order may still fill; it counts as filled, and for limits on each side alone. */
function openOrderOf({ intent, filled }: Order, { mandate }: Standing): OpenOrder[] {
  const instrument = mandate.universe.instruments.findIndex(({ id }) => id === intent.instrument)
  const quantity = subtract(intent.quantity, filled)
  if (instrument < 0 || quantity <= ZERO) return []
  const { id, side, price, reduceOnly } = intent
  return [{ id, instrument, side, quantity, price, reduceOnly, replaced: false }]
}

/** Nothing is traded beside an order whose outcome is open, and while reducing nothing but what reduces. */
function constrainedBy({ orders, mode }: Session, mandate: Mandate): Mandate {
  const uncertain = new Set(orders.filter(isUncertain).map(({ intent }) => intent.instrument))
  if (uncertain.size === 0 && mode === 'active') return mandate
  const { universe, constraints } = mandate
  return {
    ...mandate,
    constraints: {
      ...constraints,
      frozenInstrument: constraints.frozenInstrument.map((frozen, j) =>
        uncertain.has(universe.instruments[j]!.id) ? 1 : frozen,
      ),
      reduceOnly: mode === 'reducing' ? constraints.reduceOnly.map(() => 1) : constraints.reduceOnly,
    },
  }
}

function marketIn({ at, config }: Session, { instruments, currencies, outlook }: Standing, marks: Marks): MarketState {
  const price: Decimal[] = []
  const priceAgeMs = new Float64Array(instruments.length)
  const stale = new Uint8Array(instruments.length)
  for (let k = 0; k < instruments.length; k++) {
    const j = instruments[k]!
    price.push(decimalOfNumber(marks.price[j]!))
    priceAgeMs[k] = at - seenAtOf(marks, j)
    if (priceAgeMs[k]! > config.markAgeMaxMs) stale[k] = 1
  }
  const rate: Decimal[] = []
  for (const c of currencies) rate.push(decimalOfNumber(marks.rate[c]!))
  return {
    asOf: at,
    price,
    priceAgeMs,
    stale,
    rate,
    volumePerDay: outlook.volumePerDay,
    depth: outlook.depth,
  }
}

/** Those of a column at some places; `Array.from` would take several times as long, at every plan. */
function takeEach<T>(places: Int32Array, column: readonly T[]): T[] {
  const taken: T[] = []
  for (const place of places) taken.push(column[place]!)
  return taken
}
