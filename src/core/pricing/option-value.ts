/**
 * Price and Greeks of one option, as a row of `value-columns.ts`, in the currency of the strike; the same in coin, where premium
 * is paid in the underlying; and of an option on spot, where the forward moves with spot and rates.
 */
import { type Result, succeed } from '../base/result.ts'
import { signOf } from './black76.ts'
import { checkTerms, checkVol, type OptionWithVol } from './option-terms.ts'
import { makeValueColumns, VALUE_NAMES, type ValueName, valueColumns } from './value-columns.ts'

export const DAYS_PER_YEAR = 365

/** The forward held fixed; what each is a derivative of: `value-columns.ts`. */
export interface OptionValue extends Readonly<Record<ValueName, number>> {
  readonly thetaPerDay: number
  readonly charmPerDay: number
}

/** @param path names the option in refusals */
export function valueOption(option: OptionWithVol, path = ''): Result<OptionValue> {
  const { right, forward, strike, years, rate, vol } = option
  const issues = [...checkTerms(option, path), ...checkVol(option, path)]
  if (issues.length > 0) return { ok: false, error: issues }
  const out = makeValueColumns(1)
  const of = (value: number): Float64Array => Float64Array.of(value)
  const columns = { forward: of(forward), strike: of(strike), years: of(years), rate: of(rate), vol: of(vol) }
  const valued = valueColumns({ ...columns, sign: Int8Array.of(signOf(right)) }, out)
  if (!valued.ok) return valued
  const row = Object.fromEntries(VALUE_NAMES.map((name) => [name, out[name][0]!])) as Record<ValueName, number>
  const { thetaPerYear, charmPerYear } = row
  return succeed({ ...row, thetaPerDay: thetaPerYear / DAYS_PER_YEAR, charmPerDay: charmPerYear / DAYS_PER_YEAR })
}
