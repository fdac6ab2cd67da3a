/**
 * The program of rounding (`maths/lattice.ts`): which lots together leave the book best. For `costAware` that is the objective
 * of its own decision, so that the best place near the optimum wins, beyond it too; for every other policy it is the distance
 * in risk to the trades that the limits left, ½(t − p)'A'ΣA(t − p), and no trade grows beyond its own. All limits hold on the
 * lattice as they did before it.
 */
import { absolute, type Decimal, fromUnits, negate, toNumber, ZERO } from '../base/decimal.ts'
import { ratioRoundTo } from '../base/ratio.ts'
import { tradeCost } from '../cost/cost-terms.ts'
import type { CostRow } from '../maths/cost-program-types.ts'
import type { LatticeCap, LatticeChoices, LatticePlace, LatticeProgram, LatticeRow } from '../maths/lattice-types.ts'
import type { Decision } from './decision.ts'
import { exactTrade } from './exact-trade.ts'
import type { Row } from './limits.ts'
import { type Box, boxOf, capOver, type Reach, reachOf } from './optimum-rows.ts'
import { type Lots, leastQuantity, makeLots, type RoundedLeg } from './order-grid.ts'
import type { Allowed, PlanInputs, Valued } from './plan-types.ts'
import { narrow } from './rounding-part.ts'

export interface Rounding {
  /** The instrument of each trade of the program, ascending. */
  readonly instruments: readonly number[]
  readonly lots: readonly Lots[]
  readonly program: LatticeProgram
  /** Each leg rounded alone. */
  readonly start: LatticePlace
}

export interface Unrounded {
  readonly allowed: Allowed
  /** Per instrument: its trade rounded alone; null where nothing was allowed. */
  readonly legs: readonly (RoundedLeg | null)[]
  readonly rows: readonly Row[]
}

/** Rounding towards the decision of `costAware`. @param part variables of the decision that take part; null: all */
export function roundDecision(
  inputs: PlanInputs,
  held: Valued,
  of: { readonly unrounded: Unrounded; readonly decision: Decision; readonly part: readonly number[] | null },
): Rounding {
  const { unrounded, decision } = of
  const { instruments, terms, rungs, fixed } = of.part === null ? decision : narrow(decision, of.part)
  const box = narrowBox(boxOf(inputs, held, decision), of.part)
  const { underlyingOf } = inputs.mandate.universe
  const isAlone = (j: number): boolean => decision.variablesOf[underlyingOf[j]!]!.length === 1
  const lots = instruments.map((j, k) =>
    makeLots(inputs, held.quantity[j]!, {
      j,
      least: unrounded.legs[j]?.least ?? leastQuantity(inputs, j),
      lower: boundOf(inputs, held, {
        j,
        weight: box.lower[k]!,
        limit: box.lowest[k]?.limit ?? null,
        alone: isAlone(j),
      }),
      upper: boundOf(inputs, held, {
        j,
        weight: box.upper[k]!,
        limit: box.highest[k]?.limit ?? null,
        alone: isAlone(j),
      }),
      near: unrounded.legs[j]?.quantity ?? ZERO,
    }),
  )
  const { costs } = held
  const walked = (k: number, x: number): number => {
    const j = instruments[k]!
    return costs.liquidity[j] === null
      ? 0
      : tradeCost(costs, j, x) - costs.proportional[j]! * Math.abs(x) - costs.fixed[j]!
  }
  const walk = rungs.length === 0 ? null : { cost: walked, rungs }
  const limits = limitsOver(inputs, unrounded.rows, { instruments, reachOf })
  const rows = [...limits.rows, ...box.rows.map(withoutGroups)]
  const part = { ...terms, ...limits, rows, fixed, walk, kept: null }
  return gather(inputs, held, { unrounded, instruments, lots, part })
}

/** The box over some of its variables. */
function narrowBox(box: Box, variables: readonly number[] | null): Box {
  if (variables === null) return box
  const pick = (column: Float64Array): Float64Array => Float64Array.from(variables, (k) => column[k]!)
  const { lower, upper, lowest, highest, rows, sources } = box
  return {
    lower: pick(lower),
    upper: pick(upper),
    lowest: variables.map((k) => lowest[k]!),
    highest: variables.map((k) => highest[k]!),
    rows: rows.map((row) => ({ ...row, slope: pick(row.slope) })),
    sources,
  }
}

/** Rounding towards what the limits left. */
export function roundNearest(inputs: PlanInputs, held: Valued, unrounded: Unrounded): Rounding {
  const instruments = unrounded.legs.flatMap((leg, j) => (leg === null ? [] : [j]))
  const m = instruments.length
  const lots = instruments.map((j) => {
    const { floor, quantity, least } = unrounded.legs[j]!
    return makeLots(inputs, held.quantity[j]!, {
      j,
      least,
      lower: floor < ZERO ? floor : ZERO,
      upper: floor > ZERO ? floor : ZERO,
      near: quantity,
    })
  })
  const zeros = new Float64Array(m)
  const part = {
    n: m,
    quadratic: liftCovariance(inputs, instruments),
    deviation: Float64Array.from(instruments, (j) => -unrounded.allowed.byInstrument[j]!),
    linear: zeros,
    proportional: zeros,
    power: zeros,
    exponent: 0.5,
    felt: null,
    fixed: zeros,
    walk: null,
    ...limitsOver(inputs, unrounded.rows, { instruments, reachOf: ({ bound }) => ({ bound, price: HARD }) }),
    // What is to be closed is closed, and no hedge for what the others leave.
    kept: Uint8Array.from(instruments, (j) => (unrounded.legs[j]!.closes ? 1 : 0)),
  }
  return gather(inputs, held, { unrounded, instruments, lots, part })
}

const HARD = Number.POSITIVE_INFINITY

/** The limits over the trades: risks as caps, all others as rows. */
function limitsOver(
  { mandate: { universe } }: PlanInputs,
  limits: readonly Row[],
  of: { readonly instruments: readonly number[]; readonly reachOf: (row: Row) => Reach },
): Pick<LatticeProgram, 'rows' | 'caps'> {
  const { instruments, reachOf: reach } = of
  const variablesOf = universe.instrumentsOf.map((own) => own.map((j) => instruments.indexOf(j)).filter((k) => k >= 0))
  return {
    rows: limits.flatMap((row) => (row.risk === null ? [overTrades(row, instruments, reach(row))] : [])),
    caps: limits.flatMap((row): LatticeCap[] => {
      if (row.risk?.kind !== 'norm') return []
      const line = capOver(universe, row.risk, { decision: { instruments, variablesOf }, reach: reach(row) })
      return [{ ...line.cap, fixed: line.fixed }]
    }),
  }
}

/** A'ΣA over the instruments. */
function liftCovariance({ mandate: { universe }, risk }: PlanInputs, instruments: readonly number[]): Float64Array {
  const n = universe.underlyings.length
  const m = instruments.length
  const own = instruments.map((j) => universe.underlyingOf[j]!)
  if (m === n && own.every((u, k) => u === k)) return risk.covariance
  const lifted = new Float64Array(m * m)
  for (let k = 0; k < m; k++) for (let l = 0; l < m; l++) lifted[k * m + l] = risk.covariance[own[k]! * n + own[l]!]!
  return lifted
}

function gather(
  inputs: PlanInputs,
  held: Valued,
  {
    unrounded,
    instruments,
    lots,
    part,
  }: {
    readonly unrounded: Unrounded
    readonly instruments: readonly number[]
    readonly lots: readonly Lots[]
    readonly part: Omit<LatticeProgram, 'choices' | 'group' | 'kept'> & { readonly kept: Uint8Array | null }
  },
): Rounding {
  const { underlyingOf } = inputs.mandate.universe
  const places = instruments.map((j, k) => placeOf(lots[k]!, unrounded.legs[j]?.quantity ?? ZERO))
  return {
    instruments,
    lots,
    program: {
      ...part,
      kept: part.kept ?? new Uint8Array(part.n),
      group: Int32Array.from(instruments, (j) => underlyingOf[j]!),
      choices: instruments.map((j, k) => weigh(lots[k]!, held.unitWeight[j]!)),
    },
    start: {
      lots: Float64Array.from(places, ({ lots: count }) => count),
      point: Int8Array.from(places, ({ point }) => point),
    },
  }
}

/** A bound on one trade as an exact order: whole lots that do not pass it, or what is held and may be sold. */
export function boundOf(
  inputs: PlanInputs,
  held: Valued,
  of: {
    readonly j: number
    readonly weight: number
    readonly limit: string | null
    /** No other instrument of its underlying trades. */
    readonly alone: boolean
  },
): Decimal | null {
  const { j, weight, limit, alone } = of
  if (!Number.isFinite(weight)) return null
  if (weight === 0) return ZERO
  if (limit === 'short') return negate(held.quantityLow[j]!)
  const { universe } = inputs.mandate
  const { lot } = universe.instruments[j]!.grid
  return ratioRoundTo(exactTrade(inputs, held, { j, weight, alone }), lot, 'down')
}

/** The same choices in weight. */
export const weigh = ({ base, step, ranges, points }: Lots, unitWeight: number): LatticeChoices => ({
  origin: toNumber(base) * unitWeight,
  step: toNumber(step) * unitWeight,
  ranges,
  points: points.map((point) => toNumber(point) * unitWeight),
})

/** An order as one of the choices, or the nearest to it of those that are smaller. */
export function placeOf({ base, step, ranges, points }: Lots, quantity: Decimal): { lots: number; point: number } {
  if (quantity === ZERO) return { lots: 0, point: points.indexOf(ZERO) }
  let best = { lots: 0, point: points.indexOf(ZERO) }
  let size = 0n
  const consider = (order: bigint, choice: { lots: number; point: number }): void => {
    const sized = quantity < ZERO ? -order : order
    if (sized <= size || sized > absolute(quantity)) return
    size = sized
    best = choice
  }
  points.forEach((order, point) => {
    consider(order, { lots: 0, point })
  })
  const count = Number((quantity - base) / step)
  for (const { from, to } of ranges) {
    const within = count < from ? from : count > to ? to : count
    consider(base + step * BigInt(within), { lots: within, point: -1 })
  }
  return best
}

/** The order of a choice. */
export const orderOf = ({ base, step, points }: Lots, { lots, point }: { lots: number; point: number }): Decimal =>
  point >= 0 ? points[point]! : fromUnits(base + step * BigInt(lots))

/** A limit over the trades of the program; what others it counts stay where they are. @param reach how far it may go */
function overTrades(row: Row, instruments: readonly number[], reach: Reach): LatticeRow {
  const { slope, bend, at, kink, base, spends } = row
  const pick = (column: Float64Array): Float64Array =>
    column.length === instruments.length ? column : Float64Array.from(instruments, (j) => column[j]!)
  let bound = reach.bound - base
  if (at !== null && at.length > instruments.length) {
    const trades = new Set(instruments)
    at.forEach((each, j) => {
      if (!trades.has(j)) bound -= bend[j]! * Math.abs(each)
    })
  }
  const own = spends === null ? null : { ...spends, of: pick(spends.of) }
  return {
    slope: pick(slope),
    bend: pick(bend),
    kink: at === null ? null : pick(at),
    bound,
    price: reach.price,
    weight: 1,
    groupKink: kink,
    spends:
      own === null
        ? null
        : {
            cost: (k, x) => {
              const j = instruments[k]!
              if (own.of[k] === 0 || x === 0) return 0
              return tradeCost(own.terms, j, x) - own.terms.proportional[j]! * Math.abs(x) - own.terms.fixed[j]!
            },
            fee: Float64Array.from(instruments, (j, k) => (own.of[k] === 0 ? 0 : own.terms.fixed[j]!)),
          },
  }
}

const withoutGroups = (row: CostRow): LatticeRow => ({ ...row, groupKink: null, spends: null })
