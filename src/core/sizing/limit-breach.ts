/**
 * Books that begin outside limits that hold. `reachLimits` says how far back the trades of one plan can bring them: the least
 *
 *   Σ_k ρ_k·excess_k/|limit_k|      (of excess_k where the limit is 0)
 *
 * over the trades that keep every limit the book is inside of and go no further out of any other; ρ is 1, and a thousandth for a
 * limit with a price, which so yields to those without. `relaxLimits` asks whether any trades at all, over as many plans as they
 * take, meet every limit together: what is left without the limits on trading itself is the smallest relaxation of the limits.
 */
import { type Result, succeed } from '../base/result.ts'
import { solveCertified } from './certified.ts'
import { makeSpace, type Space } from './decision.ts'
import type { LimitStand, Relaxation } from './limit-names.ts'
import { type Question, solveUnder, type UnderLimits } from './limit-program.ts'
import { limitRows } from './limit-rows.ts'
import { BACK, type Binding, isBreached, looser, measureRow, mustHold, type Row, unitOf } from './limits.ts'
import { bindingOf } from './optimum.ts'
import { type Box, boxOf, type Reach } from './optimum-rows.ts'
import type { PlanInputs, Valued } from './plan-types.ts'
import { listTradeable } from './tradeable.ts'

/** What a limit with a price counts beside one that holds. */
const PRICED_WEIGHT = 1e-3

/** Of trades with the same excess the smallest are sought: ½·SMALL·t² is too little to choose between excesses. */
const SMALL = 1e-6

/** Share of a risk that is left as room where it is as low as it can be: at that point alone no trades meet it. */
const RISK_ROOM = 1e-6

const HELD = Number.POSITIVE_INFINITY

export interface Reached {
  /** Per row: its bound where the book is inside, else the nearest to the limit that its measure can be brought. */
  readonly bounds: Float64Array
  /** Σ ρ·excess/|limit| that is left. */
  readonly excess: number
  /** The limits that let the book come no nearer; none where nothing is left. */
  readonly stops: readonly Binding[]
}

/** @param rows of the book, some of them breached @param box what may be traded */
export function reachLimits(
  inputs: PlanInputs,
  of: { readonly space: Space; readonly box: Box; readonly rows: readonly Row[] },
): Result<Reached> {
  const { universe } = inputs.mandate
  const kept = of.rows.filter((row) => mustHold(inputs, row))
  const isLoose = (row: Row): boolean => isBreached(inputs, row) || row.price < HELD
  // What went further out to bring others back is held where it was, and the others tried again.
  const fixed = new Set<Row>()
  for (;;) {
    const reaches = kept.map(
      (row): Reach => (isLoose(row) && !fixed.has(row) ? loose(row) : { bound: row.bound, price: HELD }),
    )
    const solved = leastExcess(inputs, { ...of, rows: kept, reaches })
    if (!solved.ok) return solved
    const { traded } = solved.value
    const further = kept.filter(
      (row) =>
        row.price === HELD &&
        !fixed.has(row) &&
        isBreached(inputs, row) &&
        measureRow(universe, row, traded) > row.bound + BACK * unitOf(row),
    )
    if (further.length > 0) {
      for (const row of further) fixed.add(row)
      continue
    }
    let excess = 0
    const bounds = Float64Array.from(of.rows, (row) => {
      if (!kept.includes(row) || !isLoose(row)) return row.bound
      const over = measureRow(universe, row, traded) - row.asked
      if (over <= BACK * unitOf(row)) return row.asked
      const room = row.risk === null ? 0 : RISK_ROOM * (row.asked + over)
      const bound = row.price < HELD ? row.asked + over + room : Math.min(row.bound, row.asked + over + room)
      excess += (weightOf(row) * (bound - row.asked)) / unitOf(row)
      return bound
    })
    // What is brought back as far as it goes stops nothing.
    const prices = solved.value.prices.map((price, k) => (reaches[k]!.price === HELD ? price : 0))
    const under = { ...solved.value, prices }
    const binding = excess === 0 ? [] : bindingOf(universe, under, { box: of.box, rows: kept, decision: of.space })
    const stops = binding.flatMap((each) => (each.back === null ? [{ ...each, price: null, errorPrice: null }] : []))
    return succeed({ bounds, excess, stops })
  }
}

/** The smallest relaxation with which all limits that hold can be met, in order of the limits; none where they can be. */
export function relaxLimits(asked: PlanInputs, held: Valued): Result<readonly Relaxation[]> {
  const { universe } = asked.mandate
  const inputs = withoutTradingLimits(asked)
  // What an order book shows and impact costs is of one plan too.
  const costs = { ...held.costs, liquidity: held.costs.liquidity.map(() => null) }
  const rows = limitRows(inputs, { ...held, costs }, { everyWeight: true })
    .filter((row) => mustHold(inputs, row))
    .map((row) => ({ ...row, spends: null }))
  const space = makeSpace(listTradeable(inputs), universe.instruments.length)
  const box = boxOf(withoutWeights(inputs), { ...held, costs }, space)
  const reaches = rows.map((row): Reach => (row.implied ? { bound: row.bound, price: HELD } : loose(row)))
  const solved = leastExcess(inputs, { space, box, rows, reaches })
  if (!solved.ok) return solved
  return succeed(
    worstOfEach(
      rows.flatMap((row) => standsBeyond(row, measureRow(universe, row, solved.value.traded), BACK * unitOf(row))),
    ).map(({ at, ...limit }) => ({ ...limit, needed: at })),
  )
}

/** A row, and the wider limits of the same measure, that are more than `room` beyond what they say, in units of the limits. */
export function standsBeyond(row: Row, measure: number, room: number): LimitStand[] {
  const side = looser(row.limit)
  const { limit, name, limitValue } = row
  const own = measure > row.asked + room ? [{ limit, name, limitValue, at: side * measure }] : []
  const wider = row.wider.flatMap(({ perUnit, ...each }) =>
    measure * perUnit > each.limitValue + room * perUnit ? [{ ...each, at: measure * perUnit }] : [],
  )
  return [...own, ...wider]
}

/** Kept orders make two rows of one limit: the worse of them counts. */
export function worstOfEach<T extends LimitStand>(stands: readonly T[]): T[] {
  const same = (a: T, b: T): boolean => a.limit === b.limit && a.name === b.name && a.limitValue === b.limitValue
  const worse = (a: T, b: T): boolean => looser(a.limit) * (a.at - b.at) > 0
  return stands.filter(
    (one, k) =>
      !stands.some((other, l) => l !== k && same(one, other) && (worse(other, one) || (other.at === one.at && l < k))),
  )
}

const weightOf = ({ price }: Row): number => (price === HELD ? 1 : PRICED_WEIGHT)
const loose = (row: Row): Reach => ({ bound: row.asked, price: weightOf(row) / unitOf(row) })

/** The trades with the least Σ price·excess of the rows that have a price. */
function leastExcess(
  { mandate: { universe } }: PlanInputs,
  question: Pick<Question, 'box' | 'rows' | 'reaches'> & { readonly space: Space },
): Result<UnderLimits> {
  const { space, ...rest } = question
  const n = space.instruments.length
  const nothing = new Float64Array(n)
  const terms = {
    n,
    quadratic: Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? SMALL : 0)),
    deviation: nothing,
    linear: nothing,
    proportional: nothing,
    power: nothing,
    exponent: 1,
    felt: null,
  }
  return solveUnder(universe, {
    ...rest,
    decision: { ...space, terms, rungs: [] },
    sizes: new Float64Array(universe.instruments.length),
    errorSlope: null,
    solve: (program) => solveCertified(universe, program, 'limits'),
  })
}

/** Limits on what one plan trades leave the rest to the next: they stand in no way for good. */
function withoutTradingLimits(inputs: PlanInputs): PlanInputs {
  const { constraints, universe } = inputs.mandate
  return withConstraints(inputs, {
    ...constraints,
    turnoverMax: null,
    turnoverOfMax: universe.underlyings.map(() => null),
    tradedMax: universe.instruments.map(() => null),
    participation: null,
    depthShareMax: null,
    orderMax: null,
  })
}

function withoutWeights(inputs: PlanInputs): PlanInputs {
  const { constraints, universe } = inputs.mandate
  const none = universe.underlyings.map(() => null)
  return withConstraints(inputs, { ...constraints, weightMin: none, weightMax: none })
}

const withConstraints = (inputs: PlanInputs, constraints: PlanInputs['mandate']['constraints']): PlanInputs => ({
  ...inputs,
  mandate: { ...inputs.mandate, constraints },
})
