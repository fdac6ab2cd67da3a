/**
 * The limits of a mandate that are on several trades at once, and those that have to be measured on one: a priced one, a weight
 * that the book is outside of. Rows see instruments, so the same rows judge a plan before and after rounding. Kept open orders
 * count on each side alone (`weightHigh` if only the buys fill, `weightLow` if only the sells do).
 */
import { add as addDecimal, subtract, toNumber } from '../base/decimal.ts'
import { DAY_MS, YEAR_MS } from '../base/instant.ts'
import { RATIO_ZERO, ratioToNumber } from '../base/ratio.ts'
import { rememberLast } from '../base/remember.ts'
import type { CostTerms } from '../cost/cost-terms.ts'
import { isFunded } from '../domain/instrument.ts'
import type { Universe } from '../domain/universe.ts'
import { quantileOfNormal, shortfallOfNormal } from '../maths/normal.ts'
import { targetOf } from './aim.ts'
import type { LimitName } from './limit-names.ts'
import { measureRow, type Row } from './limits.ts'
import type { Limit } from './mandate.ts'
import type { PlanInputs, Valued } from './plan-types.ts'

/** Columns per instrument that only the universe decides. */
interface Columns {
  readonly zeros: Float64Array
  readonly ones: Float64Array
  readonly minusOnes: Float64Array
  /** Buying one unit of weight spends it, selling brings it in; contracts do neither. */
  readonly pays: Float64Array
  /** Which instruments are quoted in a currency, 1 or 0; null where nothing is paid for in it. */
  readonly quotedIn: readonly (Float64Array | null)[]
}

/** A universe never changes, so its columns are made once and kept for as long as it is: nobody writes to them. */
const columnsKept = new WeakMap<Universe, Columns>()

function columnsOf(universe: Universe): Columns {
  const kept = columnsKept.get(universe)
  if (kept !== undefined) return kept
  const each = (of: (j: number) => number): Float64Array =>
    Float64Array.from({ length: universe.instruments.length }, (_, j) => of(j))
  const pays = each((j) => (isFunded(universe.instruments[j]!) ? 1 : 0))
  const columns = {
    zeros: each(() => 0),
    ones: each(() => 1),
    minusOnes: each(() => -1),
    pays,
    quotedIn: universe.currencies.map((_, c) => {
      const quoted = each((j) => (universe.quoteOf[j] === c ? 1 : 0))
      return quoted.some((in_, j) => in_ * pays[j]! === 1) ? quoted : null
    }),
  }
  columnsKept.set(universe, columns)
  return columns
}

/** The left side of a row and what it is called. */
type Terms = Partial<Pick<Row, 'name' | 'base' | 'slope' | 'bend' | 'at' | 'kink' | 'spends' | 'risk'>>

interface Sheet {
  readonly inputs: PlanInputs
  readonly held: Valued
  readonly columns: Columns
  readonly rows: Row[]
}

/** Weights that a cap on one trade says all about have no row. */
const FEW = { everyWeight: false }

/** The rows of a mandate, in a fixed order. Several stages of one plan ask for them. */
export const limitRows = (
  inputs: PlanInputs,
  held: Valued,
  of: { readonly everyWeight: boolean } = FEW,
): readonly Row[] => rowsOf(held, inputs, of.everyWeight)

const rowsOf = rememberLast((held: Valued, inputs: PlanInputs, everyWeight: boolean): readonly Row[] =>
  listRows(inputs, held, everyWeight),
)

function listRows(inputs: PlanInputs, held: Valued, everyWeight: boolean): readonly Row[] {
  const sheet = { inputs, held, columns: columnsOf(inputs.mandate.universe), rows: [] }
  addWeights(sheet, everyWeight)
  addBook(sheet)
  addGroups(sheet)
  addFactors(sheet)
  addRisks(sheet)
  addTurnover(sheet)
  addShares(sheet)
  addCash(sheet)
  return sheet.rows
}

/**
 * @param of.side a greatest (+1), or a least (−1), whose left side is minus what it measures
 * @param of.implied nobody asked for it: a book that is outside need not come up to it
 */
function add(
  { inputs, columns: { zeros }, rows }: Sheet,
  of: {
    readonly limit: LimitName
    readonly is: Limit | null
    readonly side: 1 | -1
    readonly implied?: true
    readonly wider?: Row['wider']
  },
  terms: Terms,
): void {
  if (of.is === null) return
  const limitValue = ratioToNumber(of.is.value)
  const asked = of.side * limitValue
  const price = of.is.price === null ? Number.POSITIVE_INFINITY : ratioToNumber(of.is.price)
  const whole = {
    name: null,
    base: 0,
    slope: zeros,
    bend: zeros,
    at: null,
    kink: null,
    spends: null,
    risk: null,
    ...terms,
  }
  const implied = of.implied === true
  const row = { limit: of.limit, limitValue, asked, bound: asked, implied, wider: of.wider ?? [], price, ...whole }
  const still =
    row.kink === null && row.at === null && row.risk === null
      ? row.base
      : measureRow(inputs.mandate.universe, row, zeros)
  const bound = Math.max(asked, still)
  rows.push({ ...row, asked: implied ? bound : asked, bound })
}

/** A weight has a row where a cap on its trade does not say it all: the book is outside, or what is beyond has a price. */
function addWeights(sheet: Sheet, every: boolean): void {
  const { inputs, held, columns } = sheet
  const { universe, constraints } = inputs.mandate
  universe.underlyings.forEach((_, u) => {
    const max = constraints.weightMax[u]!
    const own = (side: 1 | -1): Float64Array =>
      columns.zeros.map((_zero, j) => (universe.underlyingOf[j] === u ? side : 0))
    if (max !== null && (every || max.price !== null || held.weightHigh[u]! > ratioToNumber(max.value)))
      add(
        sheet,
        { limit: 'weightMax', is: max, side: 1 },
        { base: held.weightHigh[u]!, slope: own(1), name: universe.underlyings[u]! },
      )
    const min = constraints.weightMin[u]!
    if (min !== null && (every || min.price !== null || held.weightLow[u]! < ratioToNumber(min.value)))
      add(
        sheet,
        { limit: 'weightMin', is: min, side: -1 },
        { base: -held.weightLow[u]!, slope: own(-1), name: universe.underlyings[u]! },
      )
  })
}

const sum = (weights: Float64Array): number => weights.reduce((total, weight) => total + weight, 0)

function addBook(sheet: Sheet): void {
  const { inputs, held, columns } = sheet
  const { grossMax, leverageMax, netMin, netMax } = inputs.mandate.constraints
  if (grossMax !== null) add(sheet, { limit: 'gross', is: grossMax, side: 1 }, grossOf(held, null))
  if (leverageMax !== null) add(sheet, { limit: 'leverage', is: leverageMax, side: 1 }, leverageOf(sheet))
  if (netMax !== null)
    add(sheet, { limit: 'netMax', is: netMax, side: 1 }, { base: sum(held.weightHigh), slope: columns.ones })
  if (netMin !== null)
    add(sheet, { limit: 'netMin', is: netMin, side: -1 }, { base: -sum(held.weightLow), slope: columns.minusOnes })
}

/** max(high + z, −(low + z)) = (high − low)/2 + |z + (high + low)/2|, over the members, or over all where they are null. */
function grossOf({ weightHigh, weightLow }: Valued, members: readonly number[] | null): Terms {
  const size = new Float64Array(weightHigh.length)
  if (members === null) size.fill(1)
  else for (const u of members) size[u] = 1
  let base = 0
  for (let u = 0; u < size.length; u++) if (size[u] === 1) base += (weightHigh[u]! - weightLow[u]!) / 2
  return { base, kink: { size, at: weightHigh.map((high, u) => -(high + weightLow[u]!) / 2) } }
}

/** The same over instruments, and coin balances as they are. */
function leverageOf({ inputs: { portfolio }, held, columns }: Sheet): Terms {
  const equity = ratioToNumber(held.equityExact)
  let base = 0
  for (const coin of held.coinExposure) base += Math.abs(ratioToNumber(coin)) / equity
  const at = held.unitWeight.map((unit, j) => {
    const low = toNumber(held.quantityLow[j]!)
    // both = held + buys − sells and low = held − sells, so the buys are what is between.
    const high = toNumber(addDecimal(portfolio.quantity[j]!, subtract(held.quantity[j]!, held.quantityLow[j]!)))
    base += (Math.abs(unit) * (high - low)) / 2
    return (-unit * (high + low)) / 2
  })
  return { base, bend: columns.ones, at }
}

function addGroups(sheet: Sheet): void {
  const { inputs, held, columns } = sheet
  const { universe, constraints } = inputs.mandate
  for (const { group, netMin, netMax, grossMax } of constraints.groups) {
    const over = (weights: Float64Array): number => group.members.reduce((total, u) => total + weights[u]!, 0)
    const own = (side: 1 | -1): Float64Array =>
      columns.zeros.map((_, j) => (group.members.includes(universe.underlyingOf[j]!) ? side : 0))
    const { name } = group
    add(sheet, { limit: 'groupMax', is: netMax, side: 1 }, { name, base: over(held.weightHigh), slope: own(1) })
    add(sheet, { limit: 'groupMin', is: netMin, side: -1 }, { name, base: -over(held.weightLow), slope: own(-1) })
    add(sheet, { limit: 'groupGross', is: grossMax, side: 1 }, { name, ...grossOf(held, group.members) })
  }
}

/** Σ loading·weight; with open orders at the end of each weight that is worse. */
function addFactors(sheet: Sheet): void {
  const { inputs, held, columns } = sheet
  const { universe, constraints } = inputs.mandate
  for (const { name, loading, min, max } of constraints.factors) {
    const loadings = loading.map(ratioToNumber)
    const worst = (side: 1 | -1): number =>
      loadings.reduce(
        (total, b, u) => total + Math.max(side * b * held.weightHigh[u]!, side * b * held.weightLow[u]!),
        0,
      )
    const slope = (side: 1 | -1): Float64Array =>
      columns.zeros.map((_, j) => side * loadings[universe.underlyingOf[j]!]!)
    add(sheet, { limit: 'factorMax', is: max, side: 1 }, { name, base: worst(1), slope: slope(1) })
    add(sheet, { limit: 'factorMin', is: min, side: -1 }, { name, base: worst(-1), slope: slope(-1) })
  }
}

/**
 * Risks of the book. Normal value at risk and expected shortfall are multiples of the volatility, so that of the limits that hold
 * only the tightest is kept. Where open orders are kept each side counts alone, and so does the book without any that fills.
 */
function addRisks(sheet: Sheet): void {
  const { inputs, held } = sheet
  const { mandate, risk } = inputs
  const { volatilityMax, trackingErrorMax, tails } = mandate.constraints
  const normal: Normal[] = volatilityMax === null ? [] : [{ limit: 'volatility', is: volatilityMax, multiple: 1 }]
  for (const { measure: limit, method, confidence, horizonMs, max } of tails)
    if (method === 'normal') {
      const rate = limit === 'valueAtRisk' ? quantileOfNormal : shortfallOfNormal
      normal.push({ limit, is: max, multiple: rate(ratioToNumber(confidence)) * Math.sqrt(horizonMs / YEAR_MS) })
    }
  const sides = held.weightHigh === held.weightLow ? [held.weight] : [held.weightHigh, held.weightLow]
  const aim = targetOf(mandate)
  for (const weight of sides) {
    for (const { multiple, ...of } of tightest(normal))
      add(sheet, { ...of, side: 1 }, { risk: { kind: 'norm', matrix: risk.covariance, point: weight, multiple } })
    const point = weight.map((each, u) => each - aim[u]!)
    const tracking = { kind: 'norm', matrix: risk.covariance, point, multiple: 1 } as const
    add(sheet, { limit: 'trackingError', is: trackingErrorMax, side: 1 }, { risk: tracking })
    for (const { measure, method, confidence, max } of tails) {
      if (method === 'normal' || risk.scenarios === undefined) continue
      const tail = { kind: 'tail', scenarios: risk.scenarios.returns, point: weight } as const
      add(sheet, { limit: measure, is: max, side: 1 }, { risk: { ...tail, part: 1 - ratioToNumber(confidence) } })
    }
  }
}

interface Normal {
  readonly limit: LimitName
  readonly is: Limit
  /** Units of the limit in one of volatility. */
  readonly multiple: number
}

/** Of the limits that hold the one that the least volatility meets, the first of equals; and all that have a price. */
function tightest(all: readonly Normal[]): readonly (Normal & { readonly wider: Row['wider'] })[] {
  const volatility = ({ is, multiple }: Normal): number => ratioToNumber(is.value) / multiple
  const held = all.filter(({ is }) => is.price === null)
  const least = held.reduce<Normal | null>(
    (best, each) => (best === null || volatility(each) < volatility(best) ? each : best),
    null,
  )
  const priced = all.filter(({ is }) => is.price !== null).map((each) => ({ ...each, wider: [] }))
  if (least === null) return priced
  const wider = held
    .filter((each) => each !== least)
    .map(({ limit, is, multiple }) => ({
      limit,
      name: null,
      limitValue: ratioToNumber(is.value),
      perUnit: multiple / least.multiple,
    }))
  return [{ ...least, wider }, ...priced]
}

/** What is traded: of the book, of each underlying, and of each instrument or order where a price makes a cap of it a row. */
function addTurnover(sheet: Sheet): void {
  const { inputs, columns } = sheet
  const { universe, constraints } = inputs.mandate
  const own = (at: (j: number) => boolean): Float64Array => columns.zeros.map((_, j) => (at(j) ? 1 : 0))
  add(sheet, { limit: 'turnover', is: constraints.turnoverMax, side: 1 }, { bend: columns.ones })
  constraints.turnoverOfMax.forEach((is, u) => {
    if (is === null) return
    const bend = own((j) => universe.underlyingOf[j] === u)
    add(sheet, { limit: 'turnoverOf', is, side: 1 }, { name: universe.underlyings[u]!, bend })
  })
  universe.instruments.forEach(({ id: name }, at) => {
    const traded = constraints.tradedMax[at]!
    if (traded !== null && traded.price !== null)
      add(sheet, { limit: 'turnoverOf', is: traded, side: 1 }, { name, bend: own((j) => j === at) })
    if (constraints.orderMax !== null && constraints.orderMax.price !== null)
      add(sheet, { limit: 'orderMax', is: constraints.orderMax, side: 1 }, { name, bend: own((j) => j === at) })
  })
}

/** Shares of volume and depth: of the whole book, and of each instrument where a price makes a cap of it a row. */
function addShares(sheet: Sheet): void {
  const { inputs, held, columns } = sheet
  const { market, mandate } = inputs
  const { participation, depthShareMax } = mandate.constraints
  const equity = toNumber(held.equity)
  const tradeable = mandate.tradeable.flat()
  const each = (
    of: { readonly limit: LimitName; readonly is: Limit | null },
    available: (j: number) => number,
  ): void => {
    if (of.is === null || of.is.price === null) return
    for (const at of tradeable)
      if (available(at) > 0)
        add(
          sheet,
          { ...of, side: 1 },
          {
            name: mandate.universe.instruments[at]!.id,
            bend: columns.zeros.map((_, j) => (j === at ? equity / available(j) : 0)),
          },
        )
  }
  each({ limit: 'depthShare', is: depthShareMax }, (j) => market.depth[j]!)
  if (participation === null) return
  const volume = (j: number): number => (market.volumePerDay[j]! * participation.horizonMs) / DAY_MS
  each({ limit: 'participation', is: participation.share }, volume)
  if (participation.ofBook === null) return
  const all = tradeable.reduce((total, j) => total + volume(j), 0)
  // Without any volume the caps on single trades leave nothing.
  if (all > 0)
    add(
      sheet,
      { limit: 'participationOfBook', is: participation.ofBook, side: 1 },
      { bend: columns.ones.map((one) => (one * equity) / all) },
    )
}

/** Whether an instrument's trades cost more than a|t|: impact, a walk past the first rung, an order fee. */
const spendsMore = ({ power, fixed, liquidity }: CostTerms, j: number): boolean =>
  power[j]! > 0 || fixed[j]! > 0 || liquidity[j] !== null

/** Settled money, all of it and each currency alone: trades spend their value where it is funded, and their cost. */
function addCash(sheet: Sheet): void {
  const { inputs, held } = sheet
  const { constraints, universe } = inputs.mandate
  const { ones, pays, quotedIn } = sheet.columns
  const { costs } = held
  const spends = (of: Float64Array): Row['spends'] =>
    of.some((in_, j) => in_ !== 0 && spendsMore(costs, j)) ? { terms: costs, of } : null
  const { cashMin } = constraints
  const all = { base: -held.cashTotal, slope: pays, bend: costs.proportional, spends: spends(ones) }
  add(sheet, { limit: 'cash', is: cashMin, side: -1 }, all)
  const debt = { value: cashMin !== null && cashMin.value.n < 0n ? cashMin.value : RATIO_ZERO, price: null }
  const floor = { limit: 'cash', is: debt, side: -1, implied: true } as const
  if (cashMin === null || cashMin.price !== null) add(sheet, floor, all)
  quotedIn.forEach((of, c) => {
    if (of === null) return
    const slope = pays.map((each, j) => each * of[j]!)
    const bend = costs.proportional.map((each, j) => each * slope[j]!)
    add(sheet, floor, { name: universe.currencies[c]!, base: -held.cash[c]!, slope, bend, spends: spends(slope) })
  })
}
