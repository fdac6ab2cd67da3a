/**
 * Stage 6: exact quantities on each instrument's lot grid, rounded once. Each trade is rounded alone first, towards no trade
 * (`order-grid.ts`); then all of them together (`rounding.ts`), so that what one lot leaves another takes up, every limit holds,
 * and the whole is never worse than no trade. No order is below the venue's minimum and no remainder is left that could never
 * be sold. What is left over is told and carried: it stays held or missing, and the next plan sees it.
 */
import { absolute, type Decimal, signOf, toNumber, ZERO } from '../base/decimal.ts'
import { RATIO_ZERO } from '../base/ratio.ts'
import { optimiseOnLattice } from '../maths/lattice.ts'
import type { LatticeOptimum } from '../maths/lattice-types.ts'
import { type Decision, makeDecision } from './decision.ts'
import { sizeExactly } from './exact-trade.ts'
import { standsBeyond, worstOfEach } from './limit-breach.ts'
import { limitRows } from './limit-rows.ts'
import { BACK, exceeds, isBreached, measureRow, mustHold, type Row, unitOf } from './limits.ts'
import { leftoverOf, type RoundedLeg, roundLeg } from './order-grid.ts'
import type { Allowed, Imbalance, PlanInputs, Quantized, Reason, Valued } from './plan-types.ts'
import { orderOf, type Rounding, roundDecision, roundNearest, type Unrounded } from './rounding.ts'
import { isOnLattice, roundAlone } from './rounding-alone.ts'
import { startInside } from './rounding-inside.ts'
import { isWoken, takingPart } from './rounding-part.ts'

const NO_TRADE = { exact: RATIO_ZERO }

type Rounded = Omit<Quantized, 'outside'>

interface Limited {
  readonly allowed: Allowed
  readonly imbalance: Imbalance
}

export function quantize(inputs: PlanInputs, held: Valued, limited: Limited): Quantized {
  const alone = roundEach(inputs, held, limited.allowed)
  const { bounds } = limited.allowed
  const rounded = roundFrom(inputs, held, {
    limited,
    unrounded: bounds === null ? alone : startInside(inputs, held, { unrounded: alone, bounds }),
  })
  return { ...rounded, outside: bounds === null ? [] : staysOutside(inputs, held, { rows: alone.rows, rounded }) }
}

function roundFrom(
  inputs: PlanInputs,
  held: Valued,
  { unrounded, limited }: { readonly unrounded: Unrounded; readonly limited: Limited },
): Rounded {
  const { legs } = unrounded
  const quantity = legs.map((): Decimal => ZERO)
  // The optimum without trades is none on the lattice either.
  if (legs.every((leg) => leg === null)) return { quantity, because: legs.map(() => []), proven: true }
  if (!unrounded.rows.every(isOnLattice)) return roundAlone(inputs, held, unrounded)
  const { rounding, found, isWhole } = roundTogether(inputs, held, { unrounded, limited })
  rounding.instruments.forEach((j, k) => {
    quantity[j] = orderOf(rounding.lots[k]!, { lots: found.lots[k]!, point: found.point[k]! })
  })
  const proven = isWhole && found.proven
  return { quantity, because: explain(inputs, held, { unrounded, quantity, rounding }), proven }
}

/** The limits that the book was outside of and that the orders leave it outside of. */
function staysOutside(
  inputs: PlanInputs,
  held: Valued,
  { rows, rounded }: { readonly rows: readonly Row[]; readonly rounded: Rounded },
): Quantized['outside'] {
  const { universe } = inputs.mandate
  const traded = held.unitWeight.map((weight, j) => toNumber(rounded.quantity[j]!) * weight)
  const nothing = new Float64Array(traded.length)
  return worstOfEach(
    rows
      .filter((row) => isBreached(inputs, row))
      .flatMap((row) => {
        const room = BACK * unitOf(row)
        const before = standsBeyond(row, measureRow(universe, row, nothing), room)
        return standsBeyond(row, measureRow(universe, row, traded), room).map((after) => ({
          ...after,
          from: before.find(({ limit, limitValue }) => limit === after.limit && limitValue === after.limitValue)!.at,
        }))
      }),
  ).map(({ limit, name, limitValue, from, at: to }) => ({ kind: 'outsideLimit', limit, name, limitValue, from, to }))
}

/** The lattice of the stage, for whoever looks at it alone. */
export function roundingOf(inputs: PlanInputs, held: Valued, limited: Limited): Rounding {
  const unrounded = roundEach(inputs, held, limited.allowed)
  return inputs.mandate.policy.kind === 'costAware'
    ? decide(inputs, held, { unrounded, limited }).rounding
    : roundNearest(inputs, held, unrounded)
}

const roundEach = (inputs: PlanInputs, held: Valued, allowed: Allowed): Unrounded => ({
  allowed,
  legs: inputs.mandate.universe.instruments.map((_, j) => roundOne(inputs, held, { allowed, j })),
  rows: limitRows(inputs, held),
})

interface Asked {
  readonly unrounded: Unrounded
  readonly limited: Limited
}

interface Together {
  readonly rounding: Rounding
  readonly found: LatticeOptimum
  /** Whether everything that may be traded took part. */
  readonly isWhole: boolean
}

function roundTogether(inputs: PlanInputs, held: Valued, asked: Asked): Together {
  const search = (rounding: Rounding): LatticeOptimum => optimiseOnLattice(rounding.program, rounding.start)
  const { unrounded } = asked
  if (inputs.mandate.policy.kind !== 'costAware') {
    const rounding = roundNearest(inputs, held, unrounded)
    return { rounding, found: search(rounding), isWhole: true }
  }
  const { decision, part, rounding } = decide(inputs, held, asked)
  const found = search(rounding)
  if (part === null) return { rounding, found, isWhole: true }
  const before = unrounded.allowed.byInstrument
  const after = new Float64Array(before.length)
  rounding.instruments.forEach((j, k) => {
    after[j] = found.trade[k]!
  })
  if (!isWoken(decision, { variables: part, before, after })) return { rounding, found, isWhole: false }
  const whole = roundDecision(inputs, held, { unrounded, decision, part: null })
  return { rounding: whole, found: search(whole), isWhole: true }
}

/** The program of a decision over what takes part in rounding to begin with. */
function decide(
  inputs: PlanInputs,
  held: Valued,
  { unrounded, limited }: Asked,
): { readonly decision: Decision; readonly part: readonly number[] | null; readonly rounding: Rounding } {
  const decision = makeDecision(inputs, held, limited.imbalance.weight)
  const { bounds, byInstrument } = limited.allowed
  // A book that comes back inside its limits may need any of its trades.
  const part = bounds === null ? takingPart(decision, byInstrument, unrounded.rows) : null
  return { decision, part, rounding: roundDecision(inputs, held, { unrounded, decision, part }) }
}

/** One trade alone: whole lots towards no trade; nothing where its own fee would then break a limit. */
export function quantizeOne(
  inputs: PlanInputs,
  held: Valued,
  { allowed, j }: { readonly allowed: Allowed; readonly j: number },
): { readonly quantity: Decimal; readonly because: readonly Reason[] } {
  const leg = roundOne(inputs, held, { allowed, j })
  if (leg === null) return { quantity: ZERO, because: [] }
  const { universe } = inputs.mandate
  const traded = new Float64Array(universe.instruments.length)
  traded[j] = toNumber(leg.quantity) * held.unitWeight[j]!
  const broken = limitRows(inputs, held).find((row) => exceeds(universe, row, traded))
  if (broken === undefined) return leg
  return { quantity: ZERO, because: [{ kind: 'limitAfterRounding', limit: broken.limit }] }
}

/** What is allowed of one instrument, rounded alone; null where nothing is. */
function roundOne(
  inputs: PlanInputs,
  held: Valued,
  { allowed, j }: { readonly allowed: Allowed; readonly j: number },
): RoundedLeg | null {
  const weight = allowed.byInstrument[j]!
  if (weight === 0) return null
  const { universe } = inputs.mandate
  const own = universe.instrumentsOf[universe.underlyingOf[j]!]!
  const alone = own.every((k) => k === j || allowed.byInstrument[k] === 0)
  return roundLeg(inputs, held, { j, sized: sizeExactly(inputs, held, { j, weight, alone }) })
}

/** Of a leg rounded as it would be alone, why; of another, what the others made of it. */
function explain(
  inputs: PlanInputs,
  held: Valued,
  { unrounded, quantity, rounding }: { unrounded: Unrounded; quantity: readonly Decimal[]; rounding: Rounding },
): readonly (readonly Reason[])[] {
  const { universe } = inputs.mandate
  const { legs, rows } = unrounded
  const alone = held.unitWeight.map((weight, j) => toNumber(legs[j]?.quantity ?? ZERO) * weight)
  const broken = rows.find((row) => mustHold(inputs, row) && exceeds(universe, row, alone))
  const takesPart = new Set(rounding.instruments)
  return legs.map((leg, j): readonly Reason[] => {
    const now = quantity[j]!
    const before = leg?.quantity ?? ZERO
    if (now === before) return leg?.because ?? []
    const leftover = leftoverOf(held, { j, sized: leg?.sized ?? NO_TRADE, quantity: now })
    const { lot } = universe.instruments[j]!.grid
    const closes: Reason[] = now !== ZERO && now === -held.quantity[j]! ? [{ kind: 'fullClose' }] : []
    const limited = broken !== undefined && takesPart.has(j) && givesWay(broken, { before, now, j })
    return [
      ...closes,
      ...(limited ? [{ kind: 'limitAfterRounding', limit: broken.limit } as const] : []),
      { kind: 'roundedTogether', lot, alone: before, quantity: now, leftover },
    ]
  })
}

/** Whether a leg that became smaller did so for a row that every leg rounded alone would have broken. */
const givesWay = (
  { slope, bend, kink, risk }: Row,
  { before, now, j }: { readonly before: Decimal; readonly now: Decimal; readonly j: number },
): boolean =>
  absolute(now) < absolute(before) && (kink !== null || risk !== null || slope[j]! * signOf(before) + bend[j]! > 0)
