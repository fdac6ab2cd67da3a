/**
 * Which orders are worth their fee: min over t of f(t) + Σ F_k·1{t_k ≠ 0}, f convex. Branch and bound on the orders of the
 * convex optimum: with some forbidden and some paid for, f alone bounds the rest from below. The first incumbents are
 * no order with a fee, and what is left where the order that is furthest from earning its fee is dropped, one by one; what a
 * budget of nodes cannot prove is left at the best found.
 * With a fee alone the rule is h⁴ = 12FQ/(γσ²), traded to the centre (Korn 1998; Altarovici, Muhle-Karbe and Soner 2015).
 */

export interface Chosen {
  readonly trade: Float64Array
  /** f + Σ F */
  readonly objective: number
}

export interface OrderChoice {
  /** F ≥ 0 of each variable. */
  readonly fixed: Float64Array
  /** The optimum of f with the orders marked 1 forbidden, the caller's to keep; null where it is not known. */
  readonly solve: (forbidden: Uint8Array) => Chosen | null
}

/** Convex programs solved beyond the first incumbent. */
const NODES_MAX = 64
/** Objectives that differ by less than this part are the same. */
const NOISE = 1e-12

/** @returns the best trade found, and which orders it forbids. */
export function chooseOrders(choice: OrderChoice): { readonly forbidden: Uint8Array } {
  const { fixed } = choice
  const none = new Uint8Array(fixed.length)
  if (fixed.every((fee) => fee === 0)) return { forbidden: none }
  const search = { ...choice, best: none, least: Number.POSITIVE_INFINITY, nodes: 0 }
  visit(
    search,
    Uint8Array.from(fixed, (fee) => (fee === 0 ? 0 : 1)),
  )
  dropDearest(search)
  search.nodes = 0
  branch(search, none, none)
  return { forbidden: search.best }
}

interface Search extends OrderChoice {
  best: Uint8Array
  least: number
  nodes: number
}

/** f with the forbidden orders, the fees of what it trades, and the incumbent if that is the best so far. */
function visit(search: Search, forbidden: Uint8Array): { readonly bound: Chosen; readonly total: number } | null {
  search.nodes++
  const bound = search.solve(forbidden)
  if (bound === null) return null
  let total = bound.objective
  bound.trade.forEach((t, k) => {
    if (t !== 0) total += search.fixed[k]!
  })
  if (total < search.least - NOISE * Math.abs(total)) {
    search.least = total
    search.best = forbidden.slice()
  }
  return { bound, total }
}

/** Forbids the smallest order for its fee as long as that pays. */
function dropDearest(search: Search): void {
  const forbidden = new Uint8Array(search.fixed.length)
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    const visited = visit(search, forbidden)
    if (visited === null) return
    const { bound, total } = visited
    if (total > last + NOISE * Math.abs(last)) return
    last = total
    const dearest = worstOf(search, bound.trade)
    if (dearest < 0) return
    forbidden[dearest] = 1
  }
}

/** The traded order with a fee that trades least for it; −1 where none has a fee. */
function worstOf({ fixed }: Search, trade: Float64Array): number {
  let worst = -1
  let most = 0
  trade.forEach((t, k) => {
    if (t === 0 || fixed[k] === 0) return
    const share = fixed[k]! / Math.abs(t)
    if (share > most) {
      most = share
      worst = k
    }
  })
  return worst
}

/** @param paid orders whose fee is counted whether they trade or not */
function branch(search: Search, forbidden: Uint8Array, paid: Uint8Array): void {
  if (search.nodes >= NODES_MAX) return
  const visited = visit(search, forbidden)
  if (visited === null) return
  const { bound } = visited
  let fees = 0
  for (let k = 0; k < paid.length; k++) if (paid[k] === 1) fees += search.fixed[k]!
  if (bound.objective + fees >= search.least - NOISE * Math.abs(search.least)) return
  const open = worstOf(
    search,
    bound.trade.map((t, k) => (paid[k] === 1 ? 0 : t)),
  )
  if (open < 0) return
  const without = forbidden.slice()
  without[open] = 1
  branch(search, without, paid)
  const with_ = paid.slice()
  with_[open] = 1
  branch(search, forbidden, with_)
}
