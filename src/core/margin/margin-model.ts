/**
 * What positions need as margin, as one function of quantities and marks, so that a venue's exact model can take the place of
 * another and nothing else changes. `rateModel` is the model of venues without tiers: Σ |value|·rate, in the numeraire, value
 * being q·m·P in the settle currency, inverse q·m/P in coin (`rate-margin.ts` is the same of one position in exact money).
 * Mathematics in float64: requirements are compared, never paid.
 */
import { toNumber } from '../base/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Universe } from '../domain/universe.ts'
import { isReciprocal } from '../domain/valuation.ts'

/** In the numeraire, ≥ 0. */
export interface Requirement {
  readonly initial: number
  readonly maintenance: number
}

/** Columns of a universe: marks per instrument, numeraire per unit of each currency. Read where something is held. */
export interface MarginMarks {
  readonly mark: Float64Array
  readonly rate: Float64Array
}

/** @param quantity per instrument, + long; 0 needs nothing */
export type MarginModel = (quantity: Float64Array, marks: MarginMarks) => Requirement

/** Per instrument, fractions of value. */
export interface MarginRates {
  readonly initial: Float64Array
  readonly maintenance: Float64Array
}

/** Whether a position of this sign posts margin: contracts do, and spot that is owed. */
export const needsMargin = (instrument: Instrument, sign: number): boolean => instrument.kind !== 'spot' || sign < 0

export function rateModel(universe: Universe, { initial, maintenance }: MarginRates): MarginModel {
  const { instruments, settleOf } = universe
  const unit = Float64Array.from(instruments, ({ multiplier }) => toNumber(multiplier))
  const reciprocal = Uint8Array.from(instruments, (each) => (isReciprocal(each) ? 1 : 0))
  const spot = Uint8Array.from(instruments, ({ kind }) => (kind === 'spot' ? 1 : 0))
  return (quantity, { mark, rate }) => {
    let [opening, keeping] = [0, 0]
    for (let j = 0; j < quantity.length; j++) {
      const held = quantity[j]!
      if (held === 0 || (spot[j] === 1 && held > 0)) continue
      const price = reciprocal[j] === 1 ? 1 / mark[j]! : mark[j]!
      const value = Math.abs(held) * unit[j]! * price * rate[settleOf[j]!]!
      opening += value * initial[j]!
      keeping += value * maintenance[j]!
    }
    return { initial: opening, maintenance: keeping }
  }
}
