/**
 * Stage 5: what the limits leave of the wanted trades. Every trade keeps its direction and only shrinks; among what the
 * limits allow, the answer is the one nearest to what was wanted in the metric of risk, min (z − z_wanted)'Σ(z − z_wanted)
 * (a trade may therefore be held back because another one is). A plan never moves a book further outside a limit.
 */
import { assert } from '../base/result.ts'
import { costRate } from '../cost/proportional.ts'
import { isFunded } from '../domain/instrument.ts'
import { projectOnto } from '../maths/quadratic-program.ts'
import { type Cap, capInstrument, capUnderlying, exceeds, limitRows, type Row, UNCAPPED } from './limits.ts'
import type { Allowed, LimitName, PlanInputs, Reason, Valued, Wanted } from './plan-types.ts'
import { orderTradeable } from './tradeable.ts'

/** Traded weights below this are rounding noise of the projection, far below any lot. */
const NOISE = 1e-15

export function constrain(inputs: PlanInputs, held: Valued, wanted: Wanted): Allowed {
  const { universe } = inputs.mandate
  const direction = Int8Array.from(universe.instruments, (_, j) => Math.sign(wanted.trade[universe.underlyingOf[j]!]!))
  const caps = Array.from(wanted.trade, (z, u) => (z === 0 ? UNCAPPED : capUnderlying(inputs, held, u, z > 0 ? 1 : -1)))
  const rows = limitRows(inputs, held, direction)
  const split = splitCheapestFirst(inputs, held, { wanted: wanted.trade, caps, rows })
  const byUnderlying = (byInstrument: Float64Array): Float64Array => {
    const sum = new Float64Array(wanted.trade.length)
    for (let j = 0; j < byInstrument.length; j++) sum[universe.underlyingOf[j]!]! += byInstrument[j]!
    return sum
  }
  const capped = byUnderlying(split.byInstrument)
  const broken = rows.some((row) => exceeds(row, split.byInstrument))
  if (!broken && capped.every((z, u) => z === wanted.trade[u]))
    return { trade: wanted.trade, byInstrument: split.byInstrument, because: wanted.because.map(() => []) }
  const nearest = projectNearest(inputs, { wanted: wanted.trade, capped, byInstrument: split.byInstrument, rows })
  const byInstrument = split.byInstrument.map((t, j) => {
    const u = universe.underlyingOf[j]!
    return t === 0 || nearest.trade[u] === 0
      ? 0
      : nearest.trade[u] === capped[u]
        ? t
        : (t / capped[u]!) * nearest.trade[u]!
  })
  const because = Array.from(wanted.trade, (z, u): Reason[] => {
    const allowed = nearest.trade[u]!
    if (z === allowed) return []
    const cap = split.binding[u]
    if (allowed === capped[u] && cap !== null && cap !== undefined) return [bound(cap, z, allowed)]
    const row = nearest.binding.find(({ touches }) => touches[u] === 1)?.row
    return [row === undefined ? { kind: 'heldBackWithOthers', wanted: z, allowed } : bound(row, z, allowed)]
  })
  return { trade: nearest.trade, byInstrument, because }
}

const bound = (by: { limit: LimitName; limitValue: number }, wanted: number, allowed: number): Reason => ({
  kind: 'bound',
  limit: by.limit,
  limitValue: by.limitValue,
  wanted,
  allowed,
})

interface Split {
  readonly byInstrument: Float64Array
  /** Per underlying: the limit that kept the split below what was wanted, or null. */
  readonly binding: readonly (Cap | null)[]
}

/**
 * Spreads each wanted trade over its instruments, cheapest first, each up to its own cap; then moves what settled cash
 * cannot pay for from funded instruments to contracts, least extra cost first.
 */
function splitCheapestFirst(
  inputs: PlanInputs,
  held: Valued,
  { wanted, caps, rows }: { wanted: Float64Array; caps: readonly Cap[]; rows: readonly Row[] },
): Split {
  const byInstrument = new Float64Array(inputs.mandate.universe.instruments.length)
  const room = new Float64Array(byInstrument.length)
  const tradeable = orderTradeable(inputs)
  const binding = Array.from(wanted, (z, u): Cap | null => {
    if (z === 0) return null
    const direction = z > 0 ? 1 : -1
    const size = Math.min(Math.abs(z), caps[u]!.size)
    let left = size
    let last: Cap = { size: 0, limit: blockedBy(inputs, u), limitValue: 0 }
    for (const j of tradeable[u]!) {
      const cap = capInstrument(inputs, held, j, direction)
      const part = Math.min(left, cap.size)
      byInstrument[j] = direction * part
      room[j] = cap.size - part
      left -= part
      last = cap
    }
    if (left > 0) return last
    return size < Math.abs(z) ? caps[u]! : null
  })
  for (const row of rows) if (row.limit === 'cash') moveOffCash(inputs, { row, byInstrument, room, tradeable })
  return { byInstrument, binding }
}

/** Why an underlying has no instrument to trade. */
function blockedBy({ mandate, market }: PlanInputs, u: number): LimitName {
  const listed = mandate.tradeable[u]!
  if (listed.length === 0) return 'noInstrument'
  if (mandate.constraints.frozen[u] === 1) return 'frozen'
  return listed.some((j) => market.stale[j] === 1) ? 'stale' : 'frozen'
}

function moveOffCash(
  { mandate: { universe } }: PlanInputs,
  state: { row: Row; byInstrument: Float64Array; room: Float64Array; tradeable: readonly (readonly number[])[] },
): void {
  const { row, byInstrument, room, tradeable } = state
  let excess = row.measure(byInstrument) - row.bound
  if (excess <= 0) return
  const slope = row.slope(byInstrument)
  const moves = tradeable
    .flatMap((order) => order.flatMap((from) => order.map((to) => ({ from, to }))))
    .filter(
      ({ from, to }) => byInstrument[from]! > 0 && isFunded(universe.instruments[from]!) && slope[from]! > slope[to]!,
    )
    .map((move) => ({
      ...move,
      extra: costRate(universe.instruments[move.to]!) - costRate(universe.instruments[move.from]!),
    }))
    .sort((a, b) => a.extra - b.extra || a.from - b.from || a.to - b.to)
  for (const { from, to } of moves) {
    if (excess <= 0) return
    const saved = slope[from]! - slope[to]!
    const moved = Math.min(byInstrument[from]!, room[to]!, excess / saved)
    byInstrument[from]! -= moved
    byInstrument[to]! += moved
    room[to]! -= moved
    room[from]! += moved
    excess -= moved * saved
  }
}

interface Nearest {
  readonly trade: Float64Array
  readonly binding: readonly { readonly row: Row; readonly touches: Uint8Array }[]
}

/** min (z − wanted)'Σ(z − wanted) over 0..capped and the rows, each trade split over its instruments in fixed shares. */
function projectNearest(
  { mandate: { universe }, risk }: PlanInputs,
  {
    wanted,
    capped,
    byInstrument,
    rows,
  }: { wanted: Float64Array; capped: Float64Array; byInstrument: Float64Array; rows: readonly Row[] },
): Nearest {
  const active = Array.from(capped.keys()).filter((u) => capped[u] !== 0)
  const n = active.length
  const total = wanted.length
  if (n === 0) return { trade: new Float64Array(total), binding: [] }
  const spread = (x: Float64Array): Float64Array => {
    const part = new Float64Array(total)
    active.forEach((u, k) => {
      part[u] = x[k]! / capped[u]!
    })
    return byInstrument.map((t, j) => t * part[universe.underlyingOf[j]!]!)
  }
  /** The row linearised at x, in the coordinates of the active underlyings. */
  const linearise = (row: Row, x: Float64Array): { coefficients: Float64Array; bound: number } => {
    const traded = spread(x)
    const slope = row.slope(traded)
    const perUnderlying = new Float64Array(total)
    let flat = row.measure(traded)
    for (let j = 0; j < traded.length; j++) {
      const u = universe.underlyingOf[j]!
      if (capped[u] !== 0) perUnderlying[u]! += (slope[j]! * byInstrument[j]!) / capped[u]!
      flat -= slope[j]! * traded[j]!
    }
    return { coefficients: Float64Array.from(active, (u) => perUnderlying[u]!), bound: row.bound - flat }
  }
  const gross = rows.findIndex((row) => row.limit === 'gross')
  // Every sign pattern of the gross limit is a row of its own: numbered past the others as they come up.
  let patterns = 0
  const solution = projectOnto({
    n,
    metric: distanceMetric(risk.covariance, active, total),
    point: Float64Array.from(active, (u) => wanted[u]!),
    lower: Float64Array.from(active, (u) => Math.min(0, capped[u]!)),
    upper: Float64Array.from(active, (u) => Math.max(0, capped[u]!)),
    rows: rows.flatMap((row, id) => (id === gross ? [] : [{ id, ...linearise(row, new Float64Array(n)) }])),
    cut: (x) =>
      gross < 0 || !exceeds(rows[gross]!, spread(x))
        ? null
        : { id: rows.length + patterns++, ...linearise(rows[gross]!, x) },
  })
  assert(solution.status === 'optimal', 'no trade obeys every relaxed limit, so the projection has a solution')
  const inside = shareInside(rows, spread(solution.x))
  const trade = new Float64Array(total)
  active.forEach((u, k) => {
    trade[u] = Math.abs(solution.x[k]!) <= NOISE ? 0 : inside * solution.x[k]!
  })
  const binding = solution.active.flatMap(({ by }) => {
    if (by.kind !== 'row') return []
    const row = rows[by.id < rows.length ? by.id : gross]!
    const { coefficients } = linearise(row, solution.x)
    const touches = new Uint8Array(total)
    active.forEach((u, k) => {
      touches[u] = coefficients[k]! * wanted[u]! > 0 ? 1 : 0
    })
    return [{ row, touches }]
  })
  return { trade, binding }
}

/** The part of the trades, next to 1, that takes the solver's rounding off every row: rows are convex and hold at no trade. */
function shareInside(rows: readonly Row[], traded: Float64Array): number {
  const none = new Float64Array(traded.length)
  return rows.reduce((share, row) => {
    if (!exceeds(row, traded)) return share
    const still = row.measure(none)
    return Math.min(share, (row.bound - still) / (row.measure(traded) - still))
  }, 1)
}

/** Share of plain weight distance in the metric: decides where risk cannot, such as between assets without volatility. */
const PLAIN = 1e-6
/** Variances below this are no risk: dividing by them would overflow. */
const NO_VARIANCE = 1e-30

/** Σ of the active underlyings over its largest variance, plus a little plain distance. */
function distanceMetric(covariance: Float64Array, active: readonly number[], total: number): Float64Array {
  const n = active.length
  const largest = active.reduce((most, u) => Math.max(most, covariance[u * total + u]!), 0)
  const scale = largest > NO_VARIANCE ? 1 / largest : 0
  return Float64Array.from({ length: n * n }, (_, k) => {
    const [p, q] = [Math.floor(k / n), k % n]
    return scale * covariance[active[p]! * total + active[q]!]! + (p === q ? PLAIN : 0)
  })
}
